/* SPDX-License-Identifier: MIT */
#ifndef NETNS_RTNL_H
#define NETNS_RTNL_H

#include <stdint.h>
#include <sys/socket.h>

#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>

#include "netns/err.h"
#include "netns/ns.h"

/*
 * One request to the kernel and its answer. libnl builds, sends and parses; what is added here is
 * that an error keeps its errno and the kernel's own words (NLMSGERR_ATTR_MSG), which libnl's
 * error numbers lose. Used inside this room only.
 */

/* Called for each message of the answer that is not an acknowledgement. Its error ends nothing:
 * the first one is what rtnl_request() returns. */
typedef int (*rtnl_reply)(struct nlmsghdr *hdr, void *arg);

/*
 * Sends @msg, frees it, and waits for the acknowledgement or the end of the dump. @msg NULL is
 * -ENOMEM (so that a failed build needs no check of its own). @reply may be NULL.
 * Returns 0 or a negative errno; the sentence is "@what…: errno (kernel's words)".
 * -EAGAIN: a dump was interrupted by a change; ask again.
 */
int rtnl_request(struct nl_sock *sock, struct nl_msg *msg, rtnl_reply reply, void *arg,
		 struct err *err, const char *what, ...) __attribute__((format(printf, 6, 7)));

/* A new request with its family header (ifinfomsg, tcmsg, …) in place. NULL: no memory. */
struct nl_msg *rtnl_message(int type, int flags, const void *header, size_t size);

/* Extended acks on; call once for a connected socket. */
void rtnl_prepare(struct nl_sock *sock);

/* RTM_GETLINK for one device; @reply sees its RTM_NEWLINK. -ENODEV. */
int rtnl_get_link(struct netns *ns, const char *name, rtnl_reply reply, void *arg,
		  struct err *err);

/* The interface index of @name, at least 1, or a negative errno: -ENODEV. */
int rtnl_ifindex(struct netns *ns, const char *name, struct err *err);

/* The errno nearest to one of libnl's error numbers, positive. */
int rtnl_errno(int nlerr);

#endif
