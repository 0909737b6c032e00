/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include "base/clock.h"
#include "theory/large.h"

static struct situation swallowing(enum traffic traffic, int size)
{
	return (struct situation){
		.kernel = kernel_params_default(250),
		.traffic = traffic,
		.size = size,
		.effect = {.kind = EFFECT_SILENCE,
			   .lose_out = true,
			   .lose_in = true,
			   .tcp_only = true,
			   .larger = 1400},
		.since_armed_lo_ns = 1250 * NS_PER_MS,
		.since_armed_hi_ns = 1250 * NS_PER_MS,
	};
}

static struct window ends(struct situation s, struct tcp_options o)
{
	struct err err = {""};
	struct window w;

	cr_assert_eq(large_reduce(&s.effect, &s, &err), 0, "%s", err.text);
	tcp_readable_end(&s, &o, &w);
	return w;
}

static const struct tcp_options probes = {
	.keepalive = true, .idle_ns = NS_PER_S, .intvl_ns = NS_PER_S, .cnt = 2};

Test(large, small_packets_pass)
{
	struct situation s = swallowing(TRAFFIC_SENDING, 1348);
	struct err err = {""};

	cr_assert_eq(large_reduce(&s.effect, &s, &err), 0);
	cr_assert_eq(s.effect.kind, EFFECT_NOTHING);
	s = swallowing(TRAFFIC_SENDING, 1348);
	s.ipv6 = true; /* twenty bytes more of header */
	cr_assert_eq(large_reduce(&s.effect, &s, &err), 0);
	cr_assert_eq(s.effect.kind, EFFECT_SILENCE);
	s = swallowing(TRAFFIC_IDLE, 1);
	cr_assert_eq(large_reduce(&s.effect, &s, &err), 0);
	cr_assert_eq(s.effect.kind, EFFECT_NOTHING);
}

Test(large, to_who_writes_it_is_silence)
{
	struct window w = ends(swallowing(TRAFFIC_SENDING, 1400), (struct tcp_options){0});

	cr_assert_eq(w.kind, WINDOW_SOME);
	cr_assert(w.lo_ns > 900 * NS_PER_S && w.hi_ns < 1200 * NS_PER_S);
	w = ends(swallowing(TRAFFIC_SENDING, 1400), (struct tcp_options){.user_timeout_ns = NS_PER_S});
	cr_assert(w.kind == WINDOW_SOME && w.hi_ns < 3 * NS_PER_S);
}

Test(large, to_who_reads_nothing_happens)
{
	cr_assert_eq(ends(swallowing(TRAFFIC_RECEIVING, 1400), probes).kind, WINDOW_NEVER);
}

Test(large, what_passes_behind_it_is_not_modelled)
{
	struct situation s = swallowing(TRAFFIC_SENDING, 4000); /* two of 1448, and 1104 */
	struct err err = {""};

	cr_assert_eq(ends(swallowing(TRAFFIC_SENDING, 1400),
			  (struct tcp_options){.writes_ns = NS_PER_S}).kind, WINDOW_NONE);
	cr_assert_lt(large_reduce(&s.effect, &s, &err), 0);
	cr_assert(err.text[0]);
	s = swallowing(TRAFFIC_SENDING, 3 * 1448);
	cr_assert_eq(large_reduce(&s.effect, &s, &err), 0);
}

Test(large, a_lost_question_has_no_answer)
{
	struct situation s = swallowing(TRAFFIC_REQUEST, 1400);
	struct err err = {""};

	s.observer = SIDE_CLIENT;
	cr_assert_eq(large_reduce(&s.effect, &s, &err), 0);
	cr_assert(s.effect.lose_out && !s.effect.lose_in);
	s = swallowing(TRAFFIC_REQUEST, 1400);
	cr_assert_eq(large_reduce(&s.effect, &s, &err), 0);
	cr_assert(!s.effect.lose_out && s.effect.lose_in);
}
