/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include "base/clock.h"
#include "theory/tcp.h"

static struct situation forgotten(enum traffic traffic, int64_t silent_ms, bool lose_in)
{
	return (struct situation){
		.kernel = kernel_params_default(250),
		.traffic = traffic,
		.effect = {.kind = EFFECT_FORGOTTEN,
			   .lose_in = lose_in,
			   .silent_ns = silent_ms * NS_PER_MS},
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

static const struct tcp_options probes = {
	.keepalive = true, .idle_ns = NS_PER_S, .intvl_ns = NS_PER_S, .cnt = 2};

Test(forgotten, who_sends_nothing_is_never_told)
{
	cr_assert_eq(ends(forgotten(TRAFFIC_IDLE, 0, false), (struct tcp_options){0}).kind,
		     WINDOW_NEVER);
	cr_assert_eq(ends(forgotten(TRAFFIC_RECEIVING, 0, true), (struct tcp_options){0}).kind,
		     WINDOW_NEVER);
}

Test(forgotten, the_next_write_is_refused)
{
	struct window w = ends(forgotten(TRAFFIC_SENDING, 0, false), (struct tcp_options){0});

	cr_assert_eq(w.kind, WINDOW_SOME);
	cr_assert(w.lo_ns >= 700 * NS_PER_MS && w.hi_ns <= 760 * NS_PER_MS);
}

Test(forgotten, an_acknowledgement_is_refused_too)
{
	struct window w = ends(forgotten(TRAFFIC_RECEIVING, 0, false), (struct tcp_options){0});

	cr_assert_eq(w.kind, WINDOW_SOME);
	cr_assert(w.lo_ns <= 750 * NS_PER_MS && w.hi_ns >= 750 * NS_PER_MS);
	cr_assert(w.hi_ns <= 1000 * NS_PER_MS);
}

Test(forgotten, what_arrived_just_before_is_still_acknowledged)
{
	const struct tcp_options pings = {.writes_ns = 500 * NS_PER_MS, .answers_ns = 500 * NS_PER_MS};
	struct situation s = forgotten(TRAFFIC_RECEIVING, 0, true);
	struct window w;

	s.since_armed_lo_ns = s.since_armed_hi_ns = 1050 * NS_PER_MS;
	cr_assert_eq(ends(s, (struct tcp_options){0}).kind, WINDOW_NONE);
	s.traffic = TRAFFIC_IDLE;
	w = ends(s, pings);
	cr_assert(w.kind == WINDOW_SOME && w.lo_ns == 0 && w.hi_ns >= 450 * NS_PER_MS);
	cr_assert_gt(ends(forgotten(TRAFFIC_IDLE, 0, true), pings).lo_ns, 200 * NS_PER_MS);
}

Test(forgotten, a_probe_before_the_host_is_back_is_lost)
{
	struct window soon = ends(forgotten(TRAFFIC_IDLE, 0, true), probes);
	struct window late = ends(forgotten(TRAFFIC_IDLE, 20000, true), probes);

	cr_assert(soon.kind == WINDOW_SOME && soon.hi_ns < 1200 * NS_PER_MS);
	cr_assert(late.kind == WINDOW_SOME && late.lo_ns > 2000 * NS_PER_MS);
	cr_assert(late.hi_ns < 4000 * NS_PER_MS);
}

/* Measured: heard at 2.000 s, refused from 2.008 s on, and told at 3.000 s. */
Test(forgotten, who_hears_the_peer_each_second_probes_nothing)
{
	struct situation s = forgotten(TRAFFIC_RECEIVING, 0, false);
	struct window w;

	s.since_armed_lo_ns = 2008 * NS_PER_MS;
	s.since_armed_hi_ns = 2019 * NS_PER_MS;
	w = ends(s, probes);
	cr_assert_eq(w.kind, WINDOW_SOME);
	cr_assert(w.lo_ns == 0 && w.hi_ns >= 992 * NS_PER_MS);
}

/* Measured: down for 60 s, told after 60.9 s; the probe had left less than three seconds before. */
Test(forgotten, a_probe_may_wait_for_the_address_until_the_host_is_back)
{
	const struct tcp_options slow = {
		.keepalive = true, .idle_ns = 60 * NS_PER_S, .intvl_ns = 5 * NS_PER_S, .cnt = 3};
	struct situation s = forgotten(TRAFFIC_IDLE, 60000, true);
	struct window w;

	s.since_armed_lo_ns = s.since_armed_hi_ns = 2237 * NS_PER_MS;
	w = ends(s, slow);
	cr_assert_eq(w.kind, WINDOW_SOME);
	cr_assert(w.lo_ns == 60 * NS_PER_S && w.hi_ns > 62 * NS_PER_S);
	s.effect.silent_ns = 50 * NS_PER_S;
	cr_assert_gt(ends(s, slow).lo_ns, 57 * NS_PER_S);
}

Test(forgotten, a_lossy_path_has_no_window)
{
	struct situation s = forgotten(TRAFFIC_SENDING, 0, false);

	s.path.loss_ppm = 10000;
	cr_assert_eq(ends(s, (struct tcp_options){0}).kind, WINDOW_NONE);
}
