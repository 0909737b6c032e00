/* SPDX-License-Identifier: MIT */
#ifndef PLAN_REPEATS_H
#define PLAN_REPEATS_H

#include "plan/plan.h"

/* What theory says of @trial where one fault comes back (scenario_repeats()); @s, and the window, count
 * from the @principal one, which is the first. */
void repeats_window(const struct scenario *scenario, int principal, const struct plan_trial *trial,
		    const struct situation *s, struct window *window);

#endif
