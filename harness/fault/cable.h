/* SPDX-License-Identifier: MIT */
#ifndef FAULT_CABLE_H
#define FAULT_CABLE_H

#include "fault/fault.h"

/*
 * Private to the room: a cable that is out, for link-down and flap. It is pulled by taking down the
 * wire's end of it.
 *
 *   place: observer   w-obs goes down: obs0 loses carrier, the observer's kernel knows
 *   place: peer       w-peer goes down: peer0 loses carrier; behind the switch the observer's link
 *                     stays up and nothing arrives any more. A router has no route then, and says so
 *
 * A veth's carrier is its other end being up (drivers/net/veth.c), so it is always the wire's end
 * that goes down: the hosts keep their addresses and routes, as when a cable is pulled.
 */

/* The first row of the options. */
enum { CABLE_PLACE };
#define CABLE_PLACE_ROW \
	{"place", OPT_WORD, "peer", 0, 1, end_words, \
	 "whose cable: the observer's own, or the peer's behind the switch"}

enum place cable_end(const struct opt_values *opt);

/* What it does as long as it is out. */
struct effect cable_effect(const struct opt_values *opt, enum effect_kind kind);

/* fault.h: over(). A router's port takes the route to the peer with it: the router answers at once. */
int cable_over(const struct opt_values *opt, enum wire wire, enum side observer,
	       struct effect *effect, struct err *err);

/* Pulls it, or plugs it in, and stamps the call. */
int cable_set(struct lab *lab, struct fault_act *act, bool in, struct err *err);

/* Until its end has the carrier, or has lost it, at most some seconds. */
int cable_wait(struct lab *lab, const struct fault_act *act, bool in, struct err *err);

#endif
