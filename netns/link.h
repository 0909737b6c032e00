/* SPDX-License-Identifier: MIT */
#ifndef NETNS_LINK_H
#define NETNS_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "netns/err.h"
#include "netns/ns.h"

/*
 * Links, addresses and routes of a namespace. An unknown device is -ENODEV; other errors are the
 * kernel's, with its own words (extended ack) in the sentence.
 */

/*
 * A veth pair with one end in each namespace, both down. The interface indexes are explicit, at
 * least 2 (lo has 1) and distinct, else -EINVAL: net/core/link_watch.c (linkwatch_urgent_event)
 * reports carrier at once only for a device whose index differs from its iflink, which for a veth
 * is the index of its other end. With equal indexes the report may come up to 1 s late.
 * -EEXIST: a name or an index is taken in its namespace.
 */
int link_veth(struct netns *a, const char *name_a, int ifindex_a, struct netns *b,
	      const char *name_b, int ifindex_b, struct err *err);

/* A bridge, down: STP off, forward delay 0, multicast snooping off. Ports forward at once. */
int link_bridge(struct netns *ns, const char *name, int ifindex, struct err *err);

int link_set_master(struct netns *ns, const char *port, const char *bridge, struct err *err);

/* Administrative state. Down on one end of a veth takes the carrier from the other end. Down
 * removes the device's own IPv6 addresses and its routes; losing carrier does not. */
int link_set_up(struct netns *ns, const char *name, bool up, struct err *err);

struct link_state {
	int ifindex;
	bool up;      /* IFF_UP, administrative */
	bool carrier; /* IFLA_CARRIER */
	bool running; /* IFF_RUNNING: the kernel has acted on the carrier, packets can be sent */
	uint8_t mac[6];
	uint64_t rx_packets, tx_packets, rx_bytes, tx_bytes, rx_dropped, tx_dropped;
};

int link_get(struct netns *ns, const char *name, struct link_state *st, struct err *err);

/*
 * Waits until the device's carrier is as wanted and the kernel has acted on it and told so
 * (linkwatch_do_dev(): operational state, then the qdisc, then the notification). Subscribes to
 * RTNLGRP_LINK first and reads the state after that, so that no change is missed. @timeout_ns:
 * relative. -ETIMEDOUT.
 */
int link_wait_carrier(struct netns *ns, const char *name, bool carrier, int64_t timeout_ns,
		      struct err *err);

/* @cidr: "10.77.0.1/24" or "fd77::1/64". IPv6 skips duplicate detection (IFA_F_NODAD); on a
 * link that is up it answers as soon as the kernel's work queue has put its route in
 * (net/ipv6/addrconf.c, addrconf_dad_work): milliseconds. -EINVAL: not an address. */
int link_addr_add(struct netns *ns, const char *name, const char *cidr, struct err *err);
int link_addr_del(struct netns *ns, const char *name, const char *cidr, struct err *err);

/* The default route of the gateway's family, through the link that reaches it. */
int link_route_default(struct netns *ns, const char *gateway, struct err *err);

/* -ESRCH: there is none through @gateway. */
int link_route_default_del(struct netns *ns, const char *gateway, struct err *err);

#endif
