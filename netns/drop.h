/* SPDX-License-Identifier: MIT */
#ifndef NETNS_DROP_H
#define NETNS_DROP_H

#include <stdint.h>

#include "netns/err.h"
#include "netns/ns.h"

/*
 * Silent drops: everything that passes a hook of a device is dropped, ARP included, and nobody is
 * told: no carrier change, no ICMP, no error to the sender.
 *
 * Where: ingress is before the device's bridge and IP, but after packet sockets that listen to all
 * protocols, so that tcpdump(8) on the device still sees what is dropped. Egress is before the
 * device's qdisc and before packet sockets.
 *
 * A TCP segment dropped at the egress of the *sender's own* device is a failed transmission for
 * TCP, not a lost one (keepalive does not count such a probe): drop at the wire's ports to lose
 * packets as a network does.
 */
enum drop_hook { DROP_INGRESS, DROP_EGRESS };

/* Attaches both hooks without dropping anything, so that a later drop_set() takes microseconds;
 * unprepared it may take 10 ms and more. Optional; idempotent. */
int drop_prepare(struct netns *ns, const char *dev, struct err *err);

/* Drops from the moment it returns. Both hooks may be set at once; setting one twice is fine.
 * -EOPNOTSUPP: this kernel lacks clsact or cls_bpf. */
int drop_set(struct netns *ns, const char *dev, enum drop_hook hook, struct err *err);

/* Only what is longer than @bytes, counted from the IP header on; at DROP_EGRESS, on Ethernet. */
int drop_set_longer(struct netns *ns, const char *dev, enum drop_hook hook, int bytes,
		    struct err *err);

/* Passes again; fine where nothing was set. The counter stays. -ENOENT: neither prepared nor set
 * on this device. */
int drop_clear(struct netns *ns, const char *dev, enum drop_hook hook, struct err *err);

/* Frames dropped so far by both hooks of @dev. -ENOENT: neither prepared nor set. */
int drop_count(struct netns *ns, const char *dev, uint64_t *drops, struct err *err);

#endif
