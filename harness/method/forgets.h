/* SPDX-License-Identifier: MIT */
#ifndef METHOD_FORGETS_H
#define METHOD_FORGETS_H

#include "method/method.h"
#include "theory/expiry.h"

/*
 * A router that forgets silent connections (effect.forget_ns): whether and when it forgets that of a
 * method follows from what the method has pass (its slots `talks` and `beacon_ns`).
 */
void forgets_of(const struct method *method, const struct opt_values *opt, const struct situation *s,
		struct expiry *e);

/*
 * The one situation that this comes to, in which the fault, time zero of every window, is the
 * forgetting itself: as if the router forgot at once; or nothing happens. False, and @w none, where
 * theory cannot say which.
 */
bool forgets_situation(const struct method *method, const struct opt_values *opt,
		       const struct situation *s, struct situation *to, struct window *w);

#endif
