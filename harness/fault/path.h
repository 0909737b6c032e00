/* SPDX-License-Identifier: MIT */
#ifndef FAULT_PATH_H
#define FAULT_PATH_H

#include "fault/fault.h"
#include "fault/proof.h"
#include "netns/netem.h"

/*
 * Private to the room: what delay-spike and loss-burst share. Netem on the wire's ports, on top of
 * the steady `link:`, in the directions of opt->v[@direction].
 */

/* The steady link of the wire, to be changed into what the fault wants. */
struct netem path_steady(const struct lab *lab, const struct fault_act *act, bool to_peer);

/* Stamps around it. @make gives the netem of one way. */
typedef struct netem (*path_make)(const struct lab *lab, const struct fault_act *act, bool to_peer);
int path_inject(struct lab *lab, struct fault_act *act, int64_t direction, path_make make,
		struct err *err);

/* @same: whether the kernel holds what was asked for. */
int path_prove(struct lab *lab, struct fault_act *act, int64_t direction, path_make make,
	       bool (*same)(const struct netem *want, const struct netem *have), struct err *err);

/* The steady link again. What is delayed already stays delayed and may be overtaken. */
int path_undo(struct lab *lab, const struct fault_act *act, int64_t direction, struct err *err);

#endif
