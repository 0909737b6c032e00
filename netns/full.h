/* SPDX-License-Identifier: MIT */
#ifndef NETNS_FULL_H
#define NETNS_FULL_H

#include <stdint.h>

#include "netns/err.h"
#include "netns/netem.h"
#include "netns/ns.h"

/*
 * A device whose queue is full and stands still, while its carrier is up: what it is given to send
 * is refused, NET_XMIT_DROP, whoever sends it (ARP, TCP, a packet socket: ENOBUFS, packet(7)).
 */

enum { FULL_FRAME = 1518, FULL_LIMIT_MAX = 60000 }; /* bytes; a queue holds a frame at the least */

/* Gives @dev a queue of @limit bytes and fills it. -EEXIST: the device has a queueing discipline
 * of somebody's already. -EOPNOTSUPP: this kernel has no sch_tbf. */
int full_set(struct netns *ns, const char *dev, int limit, struct err *err);

/* The queue's counters; -ENOENT: there is none. */
int full_get(struct netns *ns, const char *dev, struct qdisc_stats *st, struct err *err);

/* Back to the device's default. What is in the queue is lost. -ENOENT: there is none. */
int full_del(struct netns *ns, const char *dev, struct err *err);

#endif
