/* SPDX-License-Identifier: MIT */
#ifndef NETNS_TC_H
#define NETNS_TC_H

#include <stdint.h>

#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "netns/err.h"
#include "netns/netem.h"
#include "netns/ns.h"

/* What netem and drop share: messages about qdiscs. Used inside this room only. */

/* A request with TCA_KIND in it; @kind NULL: without. NULL: no memory. */
struct nl_msg *tc_message(int type, int flags, const struct tcmsg *tcm, const char *kind);

/* Looks at the one qdisc of @ifindex under @parent. @look gets its attributes, tb[TCA_MAX + 1];
 * what it returns is returned. -ENOENT: there is no such qdisc. */
int tc_qdisc_look(struct netns *ns, int ifindex, uint32_t parent,
		  int (*look)(struct nlattr **tb, void *arg), void *arg, struct err *err);

/* TCA_STATS2 of a qdisc; zeros where it has none. */
void tc_stats(struct nlattr **tb, struct qdisc_stats *st);

#endif
