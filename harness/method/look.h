/* SPDX-License-Identifier: MIT */
#ifndef METHOD_LOOK_H
#define METHOD_LOOK_H

#include "method/method.h"

/*
 * Methods that look now and then: at armed + k * period, k = 1, 2, … The schedule is absolute, so
 * that a late wake-up delays one look and not those after it; looks missed altogether are left out.
 */

/* A look may come this much later than due and still see what happened meanwhile. */
#define LOOK_LATE_NS INT64_C(2000000)
/* A year: a hundred of them still fit in an int64_t. */
#define LOOK_PERIOD_MAX (INT64_C(365) * 24 * 3600 * 1000000000)

/* Looks until @look returns true: the peer is held for dead, and saw is written. */
void look_until(struct watch *watch, int64_t period_ns, bool (*look)(struct watch *, void *),
		void *state);

/* The first look at or after a moment, both counted from arming. */
int64_t look_next(int64_t since_armed_ns, int64_t period_ns);

/* Tells of the looks that see nothing, where @w is never. */
void look_steps(const struct situation *s, int64_t period_ns, const struct window *w);

/* What can be seen within @w is seen at the next look. */
void look_window(const struct situation *s, int64_t period_ns, struct window *w);

#endif
