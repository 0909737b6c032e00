/* SPDX-License-Identifier: MIT */
#ifndef METHOD_REPAIR_H
#define METHOD_REPAIR_H

#include <stdbool.h>
#include <stdint.h>

#include "theory/situation.h"

/*
 * What TCP's own repair costs a message, for methods that wait for one: loss under TCP is delay.
 */

/*
 * The longest that a message and its answer take together while nobody is dead, the path's steady
 * state and the effect's impairment in the given directions taken together. What is lost counts
 * with as many repairs as make losing all of them less likely than 1e-6. -1 where that takes
 * @budget_ns or longer, or where the lab's connections fill a narrow path for good.
 */
int64_t repair_round_trip_ns(const struct situation *s, bool out, bool in, int64_t budget_ns);

/* The latest that signs of life come back after a silence or a stop that ends at effect.for_ns.
 * @first_lost_ns: when the first message was lost, after the fault. */
int64_t repair_back_ns(const struct situation *s, int64_t first_lost_ns, int64_t round_trip_ns);

#endif
