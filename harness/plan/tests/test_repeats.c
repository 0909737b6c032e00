/* SPDX-License-Identifier: MIT */
/* One fault that comes back: each time by itself. */
#include <criterion/criterion.h>

#include "base/clock.h"
#include "plan/repeats.h"

static struct scenario pauses(int64_t first_ns, int64_t second_at_ns, int64_t second_ns)
{
	struct scenario s = { .n_faults = 2, .horizon_ns = 60 * NS_PER_S };

	for (int i = 0; i < 2; i++) {
		s.faults[i].fault = fault_find("pause");
		opt_defaults(s.faults[i].fault->options, &s.faults[i].opt);
	}
	s.faults[0].at_ns = 2250 * NS_PER_MS;
	s.faults[0].for_ns = first_ns;
	s.faults[1].at_ns = second_at_ns;
	s.faults[1].for_ns = second_ns;
	return s;
}

static struct window of(const struct scenario *sc, const char *name, const char *options)
{
	struct plan_trial trial = { .method = method_find(name) };
	struct situation s = { .kernel = kernel_params_default(250),
			       .horizon_ns = sc->horizon_ns,
			       .since_armed_lo_ns = sc->faults[0].at_ns,
			       .since_armed_hi_ns = sc->faults[0].at_ns };
	struct window w;
	struct err err;

	opt_defaults(trial.method->options, &trial.opt);
	cr_assert_eq(opt_set_list(trial.method->options, &trial.opt, options, &err), 0, "%s", err.text);
	repeats_window(sc, 0, &trial, &s, &w);
	return w;
}

Test(repeats, the_first_that_is_noticed_counts)
{
	struct scenario same = pauses(5 * NS_PER_S, 20 * NS_PER_S, 5 * NS_PER_S);
	struct scenario later = pauses(100 * NS_PER_MS, 20250 * NS_PER_MS, 5 * NS_PER_S);
	struct window once = of(&same, "heartbeat", "period=1s,misses=2");
	struct window second = of(&later, "heartbeat", "period=1s,misses=2");

	cr_assert_eq(once.kind, WINDOW_SOME);
	cr_assert_eq(second.kind, WINDOW_SOME);
	cr_assert_eq(second.lo_ns, once.lo_ns + 18 * NS_PER_S, "18 s after the first, in the same phase");
}

Test(repeats, who_is_told_of_none_is_told_of_both_as_little)
{
	struct scenario s = pauses(5 * NS_PER_S, 20 * NS_PER_S, 5 * NS_PER_S);

	cr_assert_eq(of(&s, "recv", "").kind, WINDOW_NEVER);
	cr_assert_eq(of(&s, "keepalive", "idle=1s,intvl=1s,cnt=2").kind, WINDOW_NEVER);
}

Test(repeats, only_where_nothing_of_it_is_left)
{
	struct scenario s = pauses(5 * NS_PER_S, 20 * NS_PER_S, 5 * NS_PER_S);

	cr_assert(scenario_repeats(&s));
	s.faults[1].at_ns = 7500 * NS_PER_MS;
	cr_assert_not(scenario_repeats(&s), "it begins just when the first ends");
	s = pauses(5 * NS_PER_S, 20 * NS_PER_S, 0);
	cr_assert_not(scenario_repeats(&s), "and this one never does");
	s = pauses(5 * NS_PER_S, 20 * NS_PER_S, 5 * NS_PER_S);
	s.faults[1].fault = fault_find("link-down");
	cr_assert_not(scenario_repeats(&s), "another fault");
}
