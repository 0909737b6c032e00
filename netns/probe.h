/* SPDX-License-Identifier: MIT */
#ifndef NETNS_PROBE_H
#define NETNS_PROBE_H

#include <stdbool.h>
#include <stdint.h>

#include "netns/err.h"
#include "netns/ns.h"

/*
 * Proof that a path is open or cut, without touching IP or TCP state: raw frames of the EtherType
 * for local experiments (0x88B5, IEEE 802), each with a number nobody else has, from one interface
 * to the other's hardware address. They pass bridges, qdiscs and drops as any other frame does.
 * A router passes only packets: for one, the frame holds an IP packet of the protocol number for
 * experiments (253, RFC 3692), and is addressed to the router's port. The sender's own IP, with its
 * routes and neighbours, has no part in it, and the receiver's only in taking it; the router's has.
 *
 * The sockets are closed by a thread that outlives the call by some 20 ms. Frames that a random
 * qdisc sees draw from its random numbers as any other frame does.
 */

/* Sends a few frames, spread over @timeout_ns, and says whether one arrived; returns as soon as
 * one did. A frame that the sender's own kernel refuses has not arrived. */
int probe_path(struct netns *from, const char *from_dev, struct netns *to, const char *to_dev,
	       int64_t timeout_ns, bool *arrived, struct err *err);

/* Fires one frame and does not look: makes a drop counter move. A frame that the device refuses
 * (down, no carrier, no buffer) is sent for this purpose. */
int probe_send(struct netns *from, const char *from_dev, struct netns *to, const char *to_dev,
	       struct err *err);

/* Over a router. */
struct probe_route {
	struct netns *from, *router, *to;
	const char *from_dev, *port; /* the sender's device, and the router's port on that cable */
	int family;                  /* AF_INET or AF_INET6 */
	const char *src, *dst;       /* @dst is an address of @to's */
};

/* As probe_path(): arrived is what the other host takes for its own. */
int probe_route(const struct probe_route *way, int64_t timeout_ns, bool *arrived, struct err *err);

/* As probe_send(): a TCP acknowledgement that belongs to no connection, from port 1 to port 1. */
int probe_segment(const struct probe_route *way, struct err *err);

#endif
