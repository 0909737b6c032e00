/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "method/tests/predict.h"
#include "method/phi.h"

Test(limits, a_user_timeout_alone_is_no_limit)
{
	struct situation s = predict_after(EFFECT_SILENCE, TRAFFIC_IDLE, MS(2300));

	cr_assert_eq(predict(&method_user_timeout, "timeout=1s", &s).kind, WINDOW_NEVER);
}

Test(limits, a_user_timeout_overrules_the_count_of_keepalive)
{
	struct situation s = predict_after(EFFECT_SILENCE, TRAFFIC_IDLE, MS(2300));
	struct window one = predict(&method_user_timeout, "timeout=2s,idle=1s,intvl=1s,cnt=1", &s);
	struct window nine = predict(&method_user_timeout, "timeout=2s,idle=1s,intvl=1s,cnt=9", &s);

	predict_within(&one, MS(1600), MS(2000));
	cr_assert_eq(one.lo_ns, nine.lo_ns);
	cr_assert_eq(one.hi_ns, nine.hi_ns);
}

Test(limits, a_user_timeout_counts_from_the_first_retransmission)
{
	struct situation s = predict_after(EFFECT_SILENCE, TRAFFIC_IDLE, MS(2300));
	struct window w = predict(&method_user_timeout, "timeout=2s,period=1s", &s);

	/* Written 0.7 s after the fault, sent again some 0.4 s later. */
	predict_within(&w, MS(3090), MS(3230));
	/* Without carrier it waits for the neighbour, and the limit counts from the write. */
	s.effect.where = WHERE_OWN_CARRIER;
	w = predict(&method_user_timeout, "timeout=2s,period=1s", &s);
	predict_within(&w, MS(2690), MS(3230));
	cr_assert_lt(w.lo_ns, MS(2710));
}

Test(limits, a_second_writer_takes_the_loss_probe)
{
	struct situation s = predict_after(EFFECT_SILENCE, TRAFFIC_IDLE, MS(2300));
	struct window w;

	s.traffic = TRAFFIC_SENDING;
	w = predict(&method_user_timeout, "timeout=2s,period=1s", &s);
	predict_within(&w, MS(2890), MS(3230));
	cr_assert_lt(w.lo_ns, MS(2930));
}

Test(limits, a_failed_neighbour_outlives_a_long_user_timeout)
{
	struct situation s = predict_after(EFFECT_SILENCE, TRAFFIC_IDLE, MS(2300));
	struct window w = predict(&method_user_timeout, "timeout=60s,period=1s", &s);

	cr_assert_gt(w.hi_ns, MS(81000), "%s", w.why);
	s.ipv6 = true;
	w = predict(&method_user_timeout, "timeout=60s,period=1s", &s);
	predict_within(&w, MS(61000), MS(63500));
}

Test(limits, a_short_user_timeout_meets_loss_and_delay)
{
	struct situation s = predict_after(EFFECT_SILENCE, TRAFFIC_IDLE, MS(2300));

	s.effect = (struct effect){ .kind = EFFECT_IMPAIRED, .out = true, .in = true };
	s.effect.impair.loss_ppm = 300000;
	cr_assert_eq(predict(&method_user_timeout, "timeout=1s,period=1s", &s).kind, WINDOW_NONE);
	cr_assert_eq(predict(&method_user_timeout, "timeout=1s", &s).kind, WINDOW_NEVER);
	s.effect.impair.loss_ppm = 0;
	s.effect.impair.delay_ns = MS(200);
	cr_assert_eq(predict(&method_user_timeout, "timeout=1s,period=1s", &s).kind, WINDOW_NEVER);
	cr_assert_eq(predict(&method_user_timeout, "timeout=300ms,period=1s", &s).kind, WINDOW_NONE);
}

Test(limits, rto_max_shortens_the_time_that_retries_stand_for)
{
	struct situation s = predict_after(EFFECT_SILENCE, TRAFFIC_IDLE, MS(2300));
	struct window w;

	s.ipv6 = true;
	/* (2^3 - 1) * 0.2 s + 13 * 1 s, and 0.4 s + 0.7 s before it counts. */
	w = predict(&method_rto_max, "max=1s,period=1s", &s);
	predict_within(&w, MS(15400), MS(16800));
	w = predict(&method_retries2, "", &s);
	predict_within(&w, MS(920000), MS(1060000));
	cr_assert_eq(predict(&method_rto_max, "max=1s", &s).kind, WINDOW_NEVER);
}

Test(limits, options_are_what_the_kernel_takes)
{
	struct opt_values opt;
	struct err err;

	opt_defaults(method_user_timeout.options, &opt);
	cr_assert_eq(opt_set(method_user_timeout.options, &opt, "timeout", "1500us", &err), 0);
	cr_assert_eq(method_user_timeout.check(&opt, &err), -EINVAL);
	opt_defaults(method_user_timeout.options, &opt);
	cr_assert_eq(opt_set(method_user_timeout.options, &opt, "idle", "1500ms", &err), 0);
	cr_assert_eq(method_user_timeout.check(&opt, &err), -EINVAL);
	opt_defaults(method_rto_max.options, &opt);
	cr_assert_eq(opt_set(method_rto_max.options, &opt, "max", "500ms", &err), -EINVAL);
}

Test(outside, only_the_own_carrier_tells_link_watch)
{
	struct situation s = predict_after(EFFECT_SILENCE, TRAFFIC_IDLE, MS(2300));
	struct window w;

	cr_assert_eq(predict(&method_link_watch, "", &s).kind, WINDOW_NEVER);
	s.effect.where = WHERE_OWN_CARRIER;
	w = predict(&method_link_watch, "", &s);
	predict_within(&w, 0, MS(10));
	s.effect.for_ns = MS(5);
	cr_assert_eq(predict(&method_link_watch, "", &s).kind, WINDOW_NONE);
	s.effect = (struct effect){ .kind = EFFECT_RST };
	cr_assert_eq(predict(&method_link_watch, "", &s).kind, WINDOW_NEVER);
}

Test(outside, a_neighbour_fails_three_requests_after_it_was_asked)
{
	struct situation s = predict_after(EFFECT_SILENCE, TRAFFIC_IDLE, MS(2300));
	struct window w = predict(&method_neigh_watch, "probe=1s", &s);

	predict_within(&w, MS(2980), MS(3850));
	cr_assert_eq(predict(&method_neigh_watch, "", &s).kind, WINDOW_NONE);
	s.traffic = TRAFFIC_SENDING;
	w = predict(&method_neigh_watch, "", &s);
	predict_within(&w, MS(2980), MS(110000));
	s.effect.for_ns = MS(1600);
	cr_assert_eq(predict(&method_neigh_watch, "probe=1s", &s).kind, WINDOW_NEVER);
	s.effect.for_ns = MS(3000);
	cr_assert_eq(predict(&method_neigh_watch, "probe=1s", &s).kind, WINDOW_NONE);
	s.effect.for_ns = 0;
	s.effect.tcp_only = true;
	cr_assert_eq(predict(&method_neigh_watch, "probe=1s", &s).kind, WINDOW_NEVER);
}

Test(phi, the_deviations_are_where_the_formula_meets_the_threshold)
{
	for (int64_t threshold = 1; threshold <= 16; threshold++) {
		double y = phi_deviations(threshold);
		double f = 1 / (1 + __builtin_exp(y * (1.5976 + 0.070566 * y * y)));

		cr_assert_float_eq(-__builtin_log10(f), (double)threshold, 1e-6);
	}
	cr_assert_gt(phi_deviations(300), phi_deviations(299));
}

Test(phi, a_young_detector_is_patient)
{
	struct situation young = predict_after(EFFECT_SILENCE, TRAFFIC_IDLE, MS(1500));
	struct situation old = predict_after(EFFECT_SILENCE, TRAFFIC_IDLE, MS(60500));
	struct window w = predict(&method_phi, "", &young);
	int64_t y = (int64_t)(phi_deviations(8) * 1e9);

	/* Beacon 1 came; two made-up intervals and one real one: 250 ms * sqrt(2 / 3). */
	cr_assert_lt(w.lo_ns, MS(500) + y * 204 / 1000);
	cr_assert_gt(w.hi_ns, MS(500) + y * 204 / 1000);
	/* After a minute the deviation is min_std. */
	w = predict(&method_phi, "", &old);
	cr_assert_lt(w.lo_ns, MS(500) + y / 10);
	cr_assert_gt(w.hi_ns, MS(500) + y / 10);
	cr_assert_lt(w.hi_ns - w.lo_ns, MS(100));
}
