/* SPDX-License-Identifier: MIT */
/*
 * Two events, and each method is asked about both: the peer's FIN when the connection stands, as if
 * it were the fault, and then the fault itself. Whom the FIN tells nothing sees the fault as under
 * the traffic `sending`, for only the peer's direction is closed. Who looks so seldom that the fault
 * may come first notices whichever is earlier.
 *
 * The FIN leaves when the peer's program has the connection, which is up to one round trip later
 * than the observer has it.
 */
#include "method/half_closed.h"

#include <stdio.h>

#include "base/clock.h"
#include "method/attempt.h"
#include "method/ends.h"
#include "method/forgets.h"
#include "theory/steps.h"

#define SKEW_NS (10 * NS_PER_MS) /* of two programs' reaction to one connection */

/* When @method notices the FIN; NEVER where that tells it nothing. */
static void by_fin(const struct method *method, const struct opt_values *opt,
		   const struct situation *s, struct window *w)
{
	struct situation fin = *s;

	fin.effect = (struct effect){ .kind = EFFECT_HALF_CLOSE };
	fin.since_armed_lo_ns = fin.since_armed_hi_ns = 0;
	fin.steps = NULL;
	method->window(opt, &fin, w);
	if (w->kind != WINDOW_SOME)
		return;
	w->lo_ns -= s->since_armed_hi_ns;
	w->hi_ns += situation_rtt_ns(s) + 2 * s->path.jitter_ns + SKEW_NS - s->since_armed_lo_ns;
	snprintf(w->why, sizeof(w->why),
		 "the peer has shut down its sending half, and a FIN is the end to this method "
		 "(RFC 9293 3.6)");
}

void method_window(const struct method *method, const struct opt_values *opt,
		   const struct situation *s, struct window *w)
{
	struct situation one;
	struct window later;

	if (s->effect.forget_ns) {
		if (forgets_situation(method, opt, s, &one, w))
			method_window(method, opt, &one, w);
		return;
	}
	if (s->traffic == TRAFFIC_CONNECTING) {
		attempt_window(method, opt, s, w);
		return;
	}
	if (s->traffic != TRAFFIC_HALF_CLOSED) {
		method->window(opt, s, w);
		return;
	}
	by_fin(method, opt, s, w);
	if (w->kind == WINDOW_NEVER || (w->kind == WINDOW_NONE && !situation_lossy(s))) {
		method->window(opt, s, w);
		return;
	}
	steps_end(s->steps, w, "tcp_input.c: tcp_fin", "the FIN is found, and taken for the end");
	if (w->kind == WINDOW_SOME && w->hi_ns > 0) {
		method->window(opt, s, &later);
		ends_earlier(w, &later);
	}
}
