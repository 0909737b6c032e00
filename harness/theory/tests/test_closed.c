/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include "base/clock.h"
#include "theory/closed.h"

static struct situation stalled(enum traffic traffic, int size, int64_t for_s)
{
	return (struct situation){
		.kernel = kernel_params_default(250),
		.traffic = traffic,
		.size = size,
		.effect = {.kind = EFFECT_STALLED, .for_ns = for_s * NS_PER_S},
		.since_armed_lo_ns = 1250 * NS_PER_MS,
		.since_armed_hi_ns = 1250 * NS_PER_MS,
	};
}

static struct window ends(struct situation s, struct tcp_options o)
{
	struct window w;

	tcp_readable_end(&s, &o, &w);
	return w;
}

static const struct tcp_options patient = {.user_timeout_ns = 3 * NS_PER_S};

Test(closed, probes_are_answered_for_ever)
{
	struct tcp_options keepalive = {.keepalive = true, .idle_ns = NS_PER_S, .cnt = 1};

	cr_assert_eq(ends(stalled(TRAFFIC_SENDING, 10000, 0), (struct tcp_options){0}).kind,
		     WINDOW_NEVER);
	cr_assert_eq(ends(stalled(TRAFFIC_SENDING, 10000, 0), keepalive).kind, WINDOW_NEVER);
}

/* 110 kB to 147 kB fit: ten messages at 0.75 s, 1.75 s, …; the eleventh does not, at the earliest. */
Test(closed, only_the_user_timeout_ends_it)
{
	struct window w = ends(stalled(TRAFFIC_SENDING, 10000, 0), patient);

	cr_assert_eq(w.kind, WINDOW_SOME);
	cr_assert(w.lo_ns > 14700 * NS_PER_MS && w.lo_ns < 15 * NS_PER_S, "%ld", (long)w.lo_ns);
	cr_assert(w.hi_ns > 18 * NS_PER_S && w.hi_ns < 20 * NS_PER_S, "%ld", (long)w.hi_ns);
}

Test(closed, nothing_waits_where_nobody_writes_or_the_peer_reads_again)
{
	cr_assert_eq(ends(stalled(TRAFFIC_IDLE, 1, 0), patient).kind, WINDOW_NEVER);
	cr_assert_eq(ends(stalled(TRAFFIC_RECEIVING, 10000, 0), patient).kind, WINDOW_NEVER);
	cr_assert_eq(ends(stalled(TRAFFIC_SENDING, 10000, 14), patient).kind, WINDOW_NEVER);
	cr_assert_eq(ends(stalled(TRAFFIC_SENDING, 10000, 17), patient).kind, WINDOW_NONE);
	cr_assert_eq(ends(stalled(TRAFFIC_SENDING, 10000, 60), patient).kind, WINDOW_SOME);
}

/* A server's answers go on as long as the client asks. */
Test(closed, answers_fill_the_window_too)
{
	struct situation s = stalled(TRAFFIC_REQUEST, 10000, 0);
	int64_t lo, hi;

	s.observer = SIDE_SERVER;
	cr_assert(closed_window(&s, 0, &lo, &hi));
	cr_assert(lo > 10 * NS_PER_S && hi < 18 * NS_PER_S);
}
