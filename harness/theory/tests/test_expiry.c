/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include "base/clock.h"
#include "theory/expiry.h"

/* Armed two seconds before the router begins to forget who is silent for @idle_s. */
static struct situation behind(int64_t idle_s)
{
	return (struct situation){
		.kernel = kernel_params_default(250),
		.observer = SIDE_CLIENT,
		.effect = { .kind = EFFECT_SILENCE, .lose_out = true, .lose_in = true,
			    .forget_ns = idle_s * NS_PER_S },
		.horizon_ns = 36000 * NS_PER_S,
		.since_armed_lo_ns = 2 * NS_PER_S,
		.since_armed_hi_ns = 2 * NS_PER_S,
	};
}

static struct expiry of(const struct situation *s, struct tcp_options talks)
{
	struct expiry e;

	expiry_of(s, &talks, &e);
	return e;
}

static bool holds(const struct span *span, int64_t at_ns)
{
	return span->lo <= at_ns && at_ns <= span->hi;
}

Test(expiry, who_says_nothing_is_forgotten_when_the_time_is_over)
{
	struct situation s = behind(600);
	struct expiry e = of(&s, (struct tcp_options){ 0 });

	cr_assert(e.n == 1 && !e.lives && !e.unsure);
	cr_assert_eq(e.at[0].hi, 600 * NS_PER_S);
	cr_assert_eq(e.at[0].lo, 600 * NS_PER_S - 4 * NS_PER_MS, "jiffies: up to one sooner");
	cr_assert_eq(e.silence_ns, INT64_MAX);
}

Test(expiry, who_talks_in_time_never_is)
{
	struct situation s = behind(30);
	struct expiry ping = of(&s, (struct tcp_options){ .writes_ns = 20 * NS_PER_S });
	struct expiry beacon = of(&s, (struct tcp_options){ .reads_ns = 20 * NS_PER_S });

	cr_assert(ping.lives && !ping.n && !ping.unsure);
	cr_assert(beacon.lives && !beacon.n && !beacon.unsure);
}

/* 18 s are left to the first ping, and then 20 s to the next. */
Test(expiry, who_talks_too_late_is_forgotten_after_the_last_that_came_in_time)
{
	struct situation early = behind(15), between = behind(19);
	struct expiry never = of(&early, (struct tcp_options){ .writes_ns = 20 * NS_PER_S });
	struct expiry once = of(&between, (struct tcp_options){ .writes_ns = 20 * NS_PER_S });

	cr_assert(never.n == 1 && holds(&never.at[0], 15 * NS_PER_S));
	cr_assert(once.n == 1 && holds(&once.at[0], (18 + 19) * NS_PER_S));
	cr_assert_geq(once.at[0].hi, (18 + 19) * NS_PER_S + 200 * NS_PER_MS, "the last of it may be an "
		      "acknowledgement that was put off");
}

Test(expiry, keepalive_talks_when_it_probes)
{
	struct situation s = behind(600);
	struct expiry minute = of(&s, (struct tcp_options){ .keepalive = true,
							    .idle_ns = 60 * NS_PER_S });
	struct expiry system = of(&s, (struct tcp_options){ .keepalive = true });

	cr_assert(minute.lives && !minute.n);
	cr_assert(system.n == 1 && holds(&system.at[0], 600 * NS_PER_S));
	s = behind(7100);
	s.since_armed_lo_ns = s.since_armed_hi_ns = 7000 * NS_PER_S;
	system = of(&s, (struct tcp_options){ .keepalive = true });
	cr_assert(system.n == 1, "the probe at 7200 s comes in time, the next does not");
	cr_assert(holds(&system.at[0], (200 + 7100) * NS_PER_S));
}

Test(expiry, traffic_talks_every_second)
{
	struct situation s = behind(3);

	for (enum traffic t = TRAFFIC_REQUEST; t <= TRAFFIC_RECEIVING; t++) {
		s.traffic = t;
		cr_assert(of(&s, (struct tcp_options){ 0 }).lives, "%s", traffic_names[t]);
	}
	s.traffic = TRAFFIC_STALLED;
	cr_assert_not_null(of(&s, (struct tcp_options){ 0 }).unsure);
}

Test(expiry, as_long_as_each_other_is_a_race)
{
	struct situation s = behind(20);

	cr_assert_not_null(of(&s, (struct tcp_options){ .writes_ns = 20 * NS_PER_S }).unsure);
	s.path.loss_ppm = 10000;
	cr_assert_not_null(of(&s, (struct tcp_options){ .writes_ns = NS_PER_S }).unsure,
			   "the packet may be lost");
}

Test(expiry, beyond_the_horizon_nothing_is_forgotten)
{
	struct situation s = behind(600);

	s.horizon_ns = 300 * NS_PER_S;
	cr_assert(of(&s, (struct tcp_options){ 0 }).lives);
}

Test(expiry, the_fault_is_the_forgetting)
{
	struct situation s = behind(600), f;
	struct expiry e = of(&s, (struct tcp_options){ 0 });

	f = expiry_forgotten(&s, &e, e.at[0]);
	cr_assert_eq(f.since_armed_hi_ns, 602 * NS_PER_S);
	cr_assert(f.effect.kind == EFFECT_SILENCE && !f.effect.forget_ns);
	cr_assert_eq(expiry_lives(&s, &e).effect.kind, EFFECT_NOTHING);
}

Test(expiry, what_was_measured_must_be_what_was_said)
{
	const int64_t at = 600 * NS_PER_S, slack = 10 * NS_PER_MS, horizon = 3600 * NS_PER_S;
	struct situation s = behind(600);
	struct expiry dies = of(&s, (struct tcp_options){ 0 });
	struct expiry lives = of(&s, (struct tcp_options){ .writes_ns = NS_PER_S });

	cr_assert(expiry_agrees(&dies, at - NS_PER_MS, at + NS_PER_MS, horizon, slack));
	cr_assert_not(expiry_agrees(&dies, at - NS_PER_S, at - 900 * NS_PER_MS, horizon, slack));
	cr_assert_not(expiry_agrees(&dies, at + NS_PER_S, at + 2 * NS_PER_S, horizon, slack));
	cr_assert_not(expiry_agrees(&dies, 1, 0, horizon, slack), "still known");
	cr_assert(expiry_agrees(&lives, 1, 0, horizon, slack));
	cr_assert_not(expiry_agrees(&lives, at, at, horizon, slack), "forgotten all the same");
}
