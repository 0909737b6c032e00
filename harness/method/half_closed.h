/* SPDX-License-Identifier: MIT */
#ifndef METHOD_HALF_CLOSED_H
#define METHOD_HALF_CLOSED_H

#include "method/method.h"

/*
 * What theory predicts of @method, whatever the traffic: method->window(), but for the traffics
 * `connecting` (method/attempt.h) and `half-closed`. There the peer has shut down its sending half
 * as soon as the connection stood (RFC 9293 3.6), and who takes that for death has noticed before
 * the fault: window->lo_ns, and mostly hi_ns, are negative, after the moment of arming. Where a
 * router forgets who is silent, all counts from when it does (method/forgets.h).
 */
void method_window(const struct method *method, const struct opt_values *opt,
		   const struct situation *situation, struct window *window);

#endif
