/* SPDX-License-Identifier: MIT */
/*
 * Each time is asked for by itself, as if it were the only one: nothing of the one before is left
 * (scenario/effect.c). The first that is noticed is what the method notices first. Until then it
 * has accused nobody, so that its schedule is the one it was armed with.
 */
#include "plan/repeats.h"

#include "method/half_closed.h"
#include "theory/steps.h"

static void one_window(const struct scenario *sc, int i, int64_t later_ns, const struct plan_trial *trial,
		       const struct situation *s, struct window *w)
{
	struct situation one = *s;

	one.effect = scenario_one_effect(sc, i);
	one.since_armed_lo_ns += later_ns;
	one.since_armed_hi_ns += later_ns;
	one.horizon_ns -= later_ns;
	if (later_ns)
		one.steps = NULL;
	method_window(trial->method, &trial->opt, &one, w);
	if (w->kind != WINDOW_SOME || !later_ns)
		return;
	w->lo_ns += later_ns;
	w->hi_ns += later_ns;
	steps_end(s->steps, w, NULL, "a later one is noticed, as it would be if it were the first");
}

void repeats_window(const struct scenario *scenario, int principal, const struct plan_trial *trial,
		    const struct situation *s, struct window *window)
{
	int64_t first_ns = scenario->faults[principal].at_ns;

	for (int i = principal; i < scenario->n_faults; i++) {
		one_window(scenario, i, scenario->faults[i].at_ns - first_ns, trial, s, window);
		if (window->kind != WINDOW_NEVER)
			return;
	}
}
