/* SPDX-License-Identifier: MIT */
#ifndef TRIAL_ORDER_H
#define TRIAL_ORDER_H

#include <stdbool.h>
#include <stddef.h>

#include "netns/err.h"
#include "plan/plan.h"

/*
 * What of a planned lab has to be known where it is watched (trial.h: trial_watch), as bytes for the
 * same program in another place: no file is parsed there, and nothing predicted.
 */

/* @capture: its packets are to be captured. malloc'ed; NULL when memory ran out. */
char *order_pack(const struct plan_lab *lab, bool capture, size_t *size);

/* The lab that was ordered, with as much of its scenario as is needed. */
struct order {
	struct plan_lab lab;
	struct scenario scenario;
	bool capture;
};

/* -EPROTO and a sentence for what is not a whole order of this program, or -ENOMEM. Free @out
 * in any case. */
int order_unpack(const char *bytes, size_t size, struct order *out, struct err *err);
void order_free(struct order *order);

#endif
