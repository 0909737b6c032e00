/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include "method/tests/predict.h"

/* ppoll(2) may be 0.1 % late (fs/select.c), once for the ping and once for its verdict. */
#define SLACK_20S (2 * 20 * NS_PER_MS)
static struct situation silence(int64_t since_armed_ns)
{
	return predict_after(EFFECT_SILENCE, TRAFFIC_IDLE, since_armed_ns);
}

Test(heartbeat_window, death_is_a_period_after_the_first_lost_ping)
{
	struct situation s = silence(MS(2000));
	struct window w = predict(&method_heartbeat, "", &s);

	predict_is(&w, MS(38000), MS(38000) + SLACK_20S);
	w = predict(&method_heartbeat, "misses=3", &s);
	predict_is(&w, MS(78000), MS(78000) + SLACK_20S);
	s = silence(MS(30000));
	w = predict(&method_heartbeat, "", &s);
	predict_is(&w, MS(30000), MS(30000) + SLACK_20S);
}

Test(heartbeat_window, right_at_a_ping_either_side_is_possible)
{
	struct situation s = silence(MS(20010));
	struct window w = predict(&method_heartbeat, "", &s);

	predict_is(&w, MS(19990), MS(39990) + SLACK_20S);
	/* With a round trip the ping before may be unanswered too. */
	s = silence(MS(20100));
	s.path.delay_ns = MS(100);
	w = predict(&method_heartbeat, "", &s);
	predict_is(&w, MS(19900), MS(39900) + SLACK_20S);
	s = silence(MS(20300));
	s.path.delay_ns = MS(100);
	w = predict(&method_heartbeat, "", &s);
	predict_is(&w, MS(39700), MS(39700) + SLACK_20S);
}

Test(heartbeat_window, a_measured_distance_widens_by_its_uncertainty)
{
	struct situation s = silence(MS(2000));
	struct window w;

	s.since_armed_hi_ns += MS(1);
	w = predict(&method_heartbeat, "", &s);
	predict_is(&w, MS(37999), MS(38000) + SLACK_20S);
}

Test(heartbeat_window, one_direction_is_enough_for_ping)
{
	struct situation s = silence(MS(2000));
	struct window w;

	s.effect.lose_in = false;
	w = predict(&method_heartbeat, "", &s);
	predict_is(&w, MS(38000), MS(38000) + SLACK_20S);
	s.effect = (struct effect){ .kind = EFFECT_FROZEN };
	w = predict(&method_heartbeat, "", &s);
	predict_is(&w, MS(38000), MS(38000) + SLACK_20S);
}

Test(heartbeat_window, an_end_that_arrives_is_noticed_at_once)
{
	struct situation s = silence(MS(2000));
	struct window w;

	s.effect = (struct effect){ .kind = EFFECT_HALF_CLOSE };
	w = predict(&method_heartbeat, "", &s);
	cr_assert_eq(w.kind, WINDOW_SOME);
	cr_assert_leq(w.hi_ns, MS(10));
}

Test(heartbeat_window, nobody_accuses_the_living)
{
	struct situation s = silence(MS(2000));
	static const enum effect_kind kinds[] = { EFFECT_NOTHING, EFFECT_SIGNALS,
						  EFFECT_OBSERVER_FROZEN };

	for (int i = 0; i < 3; i++) {
		s.effect = (struct effect){ .kind = kinds[i] };
		cr_assert_eq(predict(&method_heartbeat, "", &s).kind, WINDOW_NEVER);
		cr_assert_eq(predict(&method_heartbeat, "mode=beacon", &s).kind, WINDOW_NEVER);
	}
}

Test(heartbeat_window, a_silence_that_ends_is_repaired_by_a_retransmission)
{
	struct situation s = silence(MS(2000));

	/* The first ping is lost 18 s after the fault. */
	s.effect.for_ns = MS(10000);
	cr_assert_eq(predict(&method_heartbeat, "", &s).kind, WINDOW_NEVER);
	s.effect.for_ns = MS(25000);
	cr_assert_eq(predict(&method_heartbeat, "", &s).kind, WINDOW_NEVER);
	s.effect.for_ns = MS(30000);
	cr_assert_eq(predict(&method_heartbeat, "", &s).kind, WINDOW_NONE,
		     "the RTO has backed off past the verdict");
	s.effect.for_ns = MS(39000);
	cr_assert_eq(predict(&method_heartbeat, "", &s).kind, WINDOW_SOME);
	/* A stopped process has nothing to retransmit. */
	s.effect = (struct effect){ .kind = EFFECT_FROZEN, .for_ns = MS(37000) };
	cr_assert_eq(predict(&method_heartbeat, "", &s).kind, WINDOW_NEVER);
	s.effect.for_ns = MS(38000);
	cr_assert_eq(predict(&method_heartbeat, "", &s).kind, WINDOW_NONE);
}

Test(heartbeat_window, a_beacon_counts_from_the_last_arrival)
{
	struct situation s = silence(MS(2300));
	struct window w = predict(&method_heartbeat, "period=1s,mode=beacon", &s);

	/* Arrived at 2 s give or take 10 ms, missed at 3.5 s; 1.5 ms of slack in the wait. */
	predict_is(&w, MS(1190), MS(1210) + MS(3) / 2);
	w = predict(&method_heartbeat, "period=1s,misses=2,mode=beacon,grace=100ms", &s);
	predict_is(&w, MS(1790), MS(1810) + MS(21) / 10);
	s.effect.lose_out = false;
	w = predict(&method_heartbeat, "period=1s,mode=beacon", &s);
	predict_is(&w, MS(1190), MS(1210) + MS(3) / 2);
}

Test(heartbeat_window, a_beacon_before_the_first_counts_from_arming)
{
	struct situation s = silence(MS(500));
	struct window w = predict(&method_heartbeat, "period=1s,mode=beacon", &s);

	predict_is(&w, MS(1000), MS(1000) + MS(3) / 2);
}

Test(heartbeat_window, one_more_beacon_arrives_unacknowledged)
{
	struct situation s = silence(MS(2300));
	struct window w;

	s.effect.lose_in = false;
	w = predict(&method_heartbeat, "period=1s,mode=beacon", &s);
	predict_is(&w, MS(2190), MS(2210) + MS(3) / 2);
}

Test(heartbeat_window, delay_below_the_period_is_no_death)
{
	struct situation s = silence(MS(2000));

	s.effect = (struct effect){ .kind = EFFECT_IMPAIRED, .out = true, .in = true };
	s.effect.impair.delay_ns = MS(400);
	cr_assert_eq(predict(&method_heartbeat, "period=1s", &s).kind, WINDOW_NEVER);
	cr_assert_eq(predict(&method_heartbeat, "period=700ms", &s).kind, WINDOW_SOME);
	s.effect.impair.jitter_ns = MS(200);
	cr_assert_eq(predict(&method_heartbeat, "period=700ms", &s).kind, WINDOW_NONE);
}

Test(heartbeat_window, loss_is_delay_and_rare_enough_it_is_none)
{
	struct situation s = silence(MS(2000));

	s.effect = (struct effect){ .kind = EFFECT_IMPAIRED, .out = true, .in = true };
	s.effect.impair.loss_ppm = 10000;
	cr_assert_eq(predict(&method_heartbeat, "period=20s", &s).kind, WINDOW_NEVER);
	cr_assert_eq(predict(&method_heartbeat, "period=300ms", &s).kind, WINDOW_NONE);
	s.effect.impair.loss_ppm = 300000;
	cr_assert_eq(predict(&method_heartbeat, "period=20s", &s).kind, WINDOW_NONE);
}

Test(heartbeat_window, a_peer_that_never_reads_is_dead_to_ping)
{
	struct situation s = silence(MS(2000));
	struct window w;

	s.effect = (struct effect){ .kind = EFFECT_NOTHING };
	s.traffic = TRAFFIC_STALLED;
	w = predict(&method_heartbeat, "", &s);
	predict_is(&w, MS(38000), MS(38000) + SLACK_20S);
	s.since_armed_lo_ns = s.since_armed_hi_ns = MS(50000);
	cr_assert_eq(predict(&method_heartbeat, "", &s).kind, WINDOW_NONE);
	cr_assert_eq(predict(&method_heartbeat, "mode=beacon", &s).kind, WINDOW_NEVER);
}

Test(heartbeat_window, tcp_may_be_the_first_to_give_up)
{
	struct situation s = silence(MS(2000));
	struct window w;

	s.kernel.tcp_retries2 = 3;
	w = predict(&method_heartbeat, "period=10s,misses=5", &s);
	cr_assert_eq(w.kind, WINDOW_SOME);
	/* The ping at 10 s meets silence; (2^4 - 1) * 0.2 s after its first retransmission. */
	cr_assert(w.lo_ns > MS(10500) && w.hi_ns < MS(16000), "%lld..%lld", (long long)w.lo_ns,
		  (long long)w.hi_ns);
}

/* On a path that loses 2 % a ping takes at most some seconds to be repaired: a window, and the
 * wider one where the last ping before the fault may still have been under repair. */
Test(heartbeat_window, a_lossy_path_that_dies_has_a_window)
{
	struct situation s = silence(MS(30000));
	struct window calm, close;

	s.path.loss_ppm = 20000;
	calm = predict(&method_heartbeat, "period=20s", &s);
	cr_assert_eq(calm.kind, WINDOW_SOME);
	cr_assert(calm.hi_ns - calm.lo_ns < MS(100));
	s.since_armed_lo_ns = s.since_armed_hi_ns = MS(23000);
	close = predict(&method_heartbeat, "period=20s", &s);
	cr_assert_eq(close.kind, WINDOW_SOME);
	cr_assert(close.lo_ns < MS(17100) && close.hi_ns > MS(37000));
}

/* More misses forgive a longer repair. */
Test(heartbeat_window, patience_outlasts_loss)
{
	struct situation s = silence(MS(2000));

	s.effect = (struct effect){ .kind = EFFECT_IMPAIRED, .out = true, .in = true };
	s.effect.impair.loss_ppm = 20000;
	cr_assert_eq(predict(&method_heartbeat, "period=500ms,misses=2", &s).kind, WINDOW_NONE);
	cr_assert_eq(predict(&method_heartbeat, "period=500ms,misses=20", &s).kind, WINDOW_NEVER);
}

/* A queue is shared: what is plenty for one connection is nothing for a thousand. */
Test(heartbeat_window, a_narrow_path_is_shared)
{
	struct situation s = silence(MS(2000));

	s.effect = (struct effect){ .kind = EFFECT_IMPAIRED, .out = true, .in = true };
	s.effect.impair.rate_bps = 1000000;
	cr_assert_eq(predict(&method_heartbeat, "period=500ms,misses=2", &s).kind, WINDOW_NEVER);
	s.connections = 1000;
	cr_assert_eq(predict(&method_heartbeat, "period=500ms,misses=2", &s).kind, WINDOW_NONE);
}

/* The handshake's last segment and the beacon itself may each be late by the jitter, and early. */
Test(heartbeat_window, jitter_shifts_a_beacon_twice)
{
	struct situation s = silence(MS(24000));
	struct window calm, jittery;

	s.path.delay_ns = MS(100);
	calm = predict(&method_heartbeat, "mode=beacon", &s);
	s.path.jitter_ns = MS(80);
	jittery = predict(&method_heartbeat, "mode=beacon", &s);
	cr_assert(calm.kind == WINDOW_SOME && jittery.kind == WINDOW_SOME);
	cr_assert_eq(calm.lo_ns - jittery.lo_ns, MS(160));
	cr_assert_eq(jittery.hi_ns - calm.hi_ns, MS(160));
}
