/* SPDX-License-Identifier: MIT */
#ifndef NETNS_NFNL_H
#define NETNS_NFNL_H

#include <stdbool.h>

#include <linux/netfilter/nfnetlink.h>

#include "netns/ns.h"
#include "netns/rtnl.h"

/* Messages to NETLINK_NETFILTER; libnl builds them. Used inside this room only. */

enum { NFNL_MESSAGES = 8 };

struct nfnl {
	struct nl_msg *msg[NFNL_MESSAGES];
	int n;
	bool failed; /* no memory */
};

/* A batch: what is added takes effect together, or none of it does. */
void nfnl_begin(struct nfnl *nl);

/* The next message of the batch, its family header in place, for attributes; NULL: no memory. */
struct nl_msg *nfnl_add(struct nfnl *nl, int subsystem, int type, int flags, int family);

/* Sends and frees the batch. The sentence: "@what: errno". */
int nfnl_commit(struct nfnl *nl, struct netns *ns, struct err *err, const char *what);

/* One message outside of any batch, freed. */
int nfnl_request(struct netns *ns, int subsystem, int type, int flags, int family, struct err *err,
		 const char *what);

/* Each of @msg outside of any batch, one after the other over one socket, and all of them freed. What
 * is there no more (-ENOENT) is left out. */
int nfnl_each(struct netns *ns, struct nl_msg **msg, int n, struct err *err, const char *what);

/* A message for nfnl_each() or nfnl_ask(), its family header in place, for attributes; NULL: no
 * memory. */
struct nl_msg *nfnl_message(int subsystem, int type, int flags, int family);

/* For many questions over one socket. A descriptor or a negative errno. */
int nfnl_open(struct netns *ns, struct err *err);

/* Asks @msg, frees it, and has @reply see the answer. -ENOENT, without a sentence: there is no such
 * thing; else the sentence is "@what: errno". */
int nfnl_ask(int fd, struct nl_msg *msg, rtnl_reply reply, void *arg, struct err *err, const char *what);

/* @reply sees every message of the answer. */
int nfnl_dump(struct netns *ns, int subsystem, int type, int family, rtnl_reply reply, void *arg,
	      struct err *err, const char *what);

#endif
