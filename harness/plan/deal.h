/* SPDX-License-Identifier: MIT */
#ifndef PLAN_DEAL_H
#define PLAN_DEAL_H

#include "plan/plan.h"

/*
 * The methods of a run, dealt to as many labs as they need, so that each lab has about as much to
 * do: of every method as many tunings, and of those the frequent and the rare. Within a lab they
 * keep their order.
 */
struct deal {
	struct scenario_method *methods; /* those of part 0, then those of part 1, … */
	int *first;                      /* of each part, and one more: where the last one ends */
};

/* @sc: whose situation says how often a method has something to do. */
int deal_make(const struct scenario_method *methods, int n, int parts, const struct scenario *sc,
	      const struct kernel_params *kernel, struct deal *deal, struct err *err);

/* Leaves .methods to the caller, also after an error. */
void deal_free(struct deal *deal);

#endif
