/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include "base/clock.h"
#include "theory/flap.h"

static struct situation flapping(int times, int64_t down_ms, int64_t up_ms)
{
	return (struct situation){
		.kernel = kernel_params_default(250),
		.effect = {.kind = EFFECT_FLAPPING,
			   .lose_out = true,
			   .lose_in = true,
			   .times = times,
			   .down_ns = down_ms * NS_PER_MS,
			   .up_ns = up_ms * NS_PER_MS},
		.since_armed_lo_ns = 1250 * NS_PER_MS,
		.since_armed_hi_ns = 1250 * NS_PER_MS,
	};
}

static enum window_kind ends(struct situation s, struct tcp_options o)
{
	struct window w;

	tcp_readable_end(&s, &o, &w);
	return w.kind;
}

static const struct tcp_options probes = {
	.keepalive = true, .idle_ns = NS_PER_S, .intvl_ns = NS_PER_S, .cnt = 3};

Test(flap, an_idle_connection_loses_nothing)
{
	cr_assert_eq(ends(flapping(100, 5000, 10), (struct tcp_options){0}), WINDOW_NEVER);
}

Test(flap, the_first_silence_may_be_enough)
{
	cr_assert_eq(ends(flapping(2, 5000, 5000), probes), WINDOW_SOME);
}

Test(flap, an_answered_probe_begins_anew)
{
	cr_assert_eq(ends(flapping(9, 500, 2000), probes), WINDOW_NEVER);
	/* Up for too short to be sure that a probe meets it. */
	cr_assert_eq(ends(flapping(9, 900, 100), probes), WINDOW_NONE);
}

Test(flap, what_takes_longer_than_all_of_it_survives)
{
	struct situation s = flapping(9, 900, 100);

	s.traffic = TRAFFIC_SENDING;
	cr_assert_eq(ends(s, (struct tcp_options){0}), WINDOW_NEVER);
	s.kernel.tcp_retries2 = 3;
	cr_assert_eq(ends(s, (struct tcp_options){0}), WINDOW_NONE);
	cr_assert_eq(flap_total_ns(&s.effect), 8900 * NS_PER_MS);
}
