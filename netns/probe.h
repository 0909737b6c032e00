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
 * to the other's hardware address. They pass bridges, qdiscs and drops as any other frame does;
 * through a router nothing arrives.
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

#endif
