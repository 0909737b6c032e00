/* SPDX-License-Identifier: MIT */
/* Retransmission on a path that delays, and does not always delay alike. */
#include <criterion/criterion.h>

#include "base/clock.h"
#include "theory/tcp.h"

#define SECONDS(x) ((int64_t)((x) * 1e9))

/* A message a second, cut @at_ns after arming; tcp_retries2 is 8: 102.2 s. */
static struct situation cut(int64_t at_ns, int64_t delay_ms)
{
	struct situation s = {
		.kernel = kernel_params_default(250),
		.traffic = TRAFFIC_SENDING,
		.effect = { .kind = EFFECT_SILENCE, .lose_in = true, .lose_out = true },
		.since_armed_lo_ns = at_ns,
		.since_armed_hi_ns = at_ns,
		.path.delay_ns = delay_ms * NS_PER_MS,
	};

	s.kernel.tcp_retries2 = 8;
	return s;
}

static struct window end_with(const struct situation *s, struct tcp_options o)
{
	struct window w;

	tcp_readable_end(s, &o, &w);
	cr_assert_eq(w.kind, WINDOW_SOME);
	return w;
}

static struct window end_of(const struct situation *s)
{
	return end_with(s, (struct tcp_options){ 0 });
}

/* Measured on 7.3: 600 ms of round trip, cut after four writes, ended at 156 s and not 132 s. */
Test(rto, that_has_not_settled_is_longer)
{
	struct situation early = cut(SECONDS(4.3), 300), later = cut(SECONDS(60.3), 300);

	cr_assert_gt(end_of(&early).hi_ns, SECONDS(156.1));
	cr_assert_lt(end_of(&later).hi_ns, end_of(&early).hi_ns);
}

/* Measured on 6.1: with 100 ms of round trip and every fourth packet overtaking, the segment left again
 * after 248 and 252 ms, not after 300 each: srtt was 48 ms. It may be nothing. */
Test(rto, is_shorter_where_packets_overtake)
{
	struct situation s = cut(SECONDS(4.9), 50), reorders = s;

	reorders.path.reorder_ppm = 250000;
	cr_assert_gt(end_of(&s).lo_ns, SECONDS(0.1 + 2 * 0.3 + 102.2));
	cr_assert_gt(end_of(&reorders).lo_ns, SECONDS(0.1 + 2 * 0.2 + 102.2));
	cr_assert_lt(end_of(&reorders).lo_ns, SECONDS(0.1 + 0.248 + 0.252 + 102.2));
	cr_assert_geq(end_of(&reorders).hi_ns, end_of(&s).hi_ns);
}

/* Of either way, and sooner or later. */
Test(rto, is_as_uncertain_as_the_round_trip)
{
	struct situation s = cut(SECONDS(60.9), 50), jitters = s;

	jitters.path.jitter_ns = 20 * NS_PER_MS;
	cr_assert_lt(end_of(&jitters).lo_ns, end_of(&s).lo_ns - 60 * NS_PER_MS);
	cr_assert_gt(end_of(&jitters).hi_ns, end_of(&s).hi_ns + 2 * 40 * NS_PER_MS);
}

/* Measured: written 21 ms before the cut, to a peer that had answered a ping: it was in flight still. */
Test(rto, runs_from_the_write_before_where_an_answering_peer_keeps_its_acknowledgement)
{
	const struct tcp_options pings = { .answers_ns = 20 * NS_PER_S };
	struct situation s = cut(SECONDS(21.021), 0), later = cut(SECONDS(21.1), 0);

	cr_assert_eq(end_of(&s).lo_ns, end_of(&later).lo_ns + SECONDS(0.079));
	cr_assert_eq(end_with(&s, pings).lo_ns, end_of(&s).lo_ns - NS_PER_S);
	cr_assert_eq(end_with(&s, pings).hi_ns, end_of(&s).hi_ns);
	cr_assert_eq(end_with(&later, pings).lo_ns, end_of(&later).lo_ns);
}
