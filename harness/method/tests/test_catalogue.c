/* SPDX-License-Identifier: MIT */
/* What the options of the catalogue's methods accept, and what their windows promise. */
#include <criterion/criterion.h>
#include <errno.h>

#include "method/tests/predict.h"

Test(catalogue, options_are_words_and_durations)
{
	static const struct {
		const struct method *method;
		const char *options;
		int ret;
	} lists[] = {
		{ &method_io_uring, "op=poll", 0 },
		{ &method_io_uring, "op=write", -EINVAL },
		{ &method_peek, "poll=100ms,unread=leave", 0 },
		{ &method_peek, "unread=hide", -EINVAL },
		{ &method_send, "period=20s,sigpipe=true", 0 },
		{ &method_send, "sigpipe=yes", -EINVAL },
		{ &method_rcvtimeo, "timeout=0s", -EINVAL },
		{ &method_outq, "poll=1s,stall=10s", 0 },
		{ &method_recverr, "dead=final", 0 },
		{ &method_recverr, "dead=hard", -EINVAL },
		{ &method_tcp_info_stall, "retransmits=3,backoff=2,probes=1,ack_age=1m", 0 },
		{ &method_tcp_info_stall, "retransmits=0", -EINVAL },
		{ &method_so_error, "poll=1", -EINVAL },
	};

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		struct opt_values opt;
		struct err err;

		opt_defaults(lists[i].method->options, &opt);
		cr_assert_eq(opt_set_list(lists[i].method->options, &opt, lists[i].options, &err),
			     lists[i].ret, "%s:%s", lists[i].method->name, lists[i].options);
	}
}

Test(catalogue, a_fin_is_no_error_until_somebody_writes)
{
	struct situation s = predict_after(EFFECT_FIN, TRAFFIC_IDLE, MS(2300));
	struct window w = predict(&method_so_error, "poll=100ms", &s);

	cr_assert_eq(w.kind, WINDOW_NEVER);
	/* The message at 3 s draws the RST. */
	s.traffic = TRAFFIC_SENDING;
	w = predict(&method_so_error, "poll=100ms", &s);
	predict_is(&w, MS(700), MS(800));
	s.effect.kind = EFFECT_HALF_CLOSE;
	cr_assert_eq(predict(&method_so_error, "", &s).kind, WINDOW_NEVER);
	s.effect.kind = EFFECT_RST;
	w = predict(&method_so_error, "", &s);
	predict_is(&w, MS(700), MS(700));
}

Test(catalogue, the_second_write_after_a_fin_fails)
{
	struct situation s = predict_after(EFFECT_FIN, TRAFFIC_IDLE, MS(2300));
	struct window w = predict(&method_send, "period=1s", &s);

	predict_is(&w, MS(1700), MS(1700));
	s.effect.kind = EFFECT_RST;
	w = predict(&method_send, "period=1s", &s);
	predict_is(&w, MS(700), MS(700));
	s.effect.kind = EFFECT_HALF_CLOSE;
	cr_assert_eq(predict(&method_send, "", &s).kind, WINDOW_NEVER);
	/* Unread data makes the peer's end a RST. */
	s = predict_after(EFFECT_GONE, TRAFFIC_STALLED, MS(2300));
	w = predict(&method_send, "period=1s", &s);
	predict_is(&w, MS(700), MS(700));
}

Test(catalogue, unread_data_hides_the_end_from_a_peek)
{
	struct situation s = predict_after(EFFECT_FIN, TRAFFIC_RECEIVING, MS(2300));

	cr_assert_eq(predict(&method_peek, "unread=leave", &s).kind, WINDOW_NEVER);
	cr_assert_eq(predict(&method_peek, "unread=read", &s).kind, WINDOW_SOME);
	s.since_armed_lo_ns = s.since_armed_hi_ns = MS(1001);
	cr_assert_eq(predict(&method_peek, "unread=leave", &s).kind, WINDOW_NONE);
	s.since_armed_lo_ns = s.since_armed_hi_ns = MS(500);
	cr_assert_eq(predict(&method_peek, "unread=leave", &s).kind, WINDOW_SOME);
}

Test(catalogue, silence_is_death_to_an_inactivity_limit)
{
	struct situation s = predict_after(EFFECT_NOTHING, TRAFFIC_IDLE, MS(2000));
	struct window w = predict(&method_rcvtimeo, "timeout=10s", &s);

	/* 2500 ticks, a granule of 64. */
	predict_is(&w, MS(7996), MS(8256));
	cr_assert_eq(predict(&method_rcvtimeo, "timeout=1s", &s).kind, WINDOW_NONE);
	s.traffic = TRAFFIC_RECEIVING;
	cr_assert_eq(predict(&method_rcvtimeo, "timeout=10s", &s).kind, WINDOW_NEVER);
	s = predict_after(EFFECT_SILENCE, TRAFFIC_RECEIVING, MS(2500));
	w = predict(&method_rcvtimeo, "timeout=10s", &s);
	predict_is(&w, MS(9486), MS(9766));
	/* What the observer writes is no data to it. */
	s = predict_after(EFFECT_NOTHING, TRAFFIC_SENDING, MS(2000));
	cr_assert_eq(predict(&method_rcvtimeo, "timeout=10s", &s).kind, WINDOW_SOME);
}

Test(catalogue, who_writes_nothing_has_nothing_stuck_however_seldom_it_looks)
{
	struct situation s = predict_after(EFFECT_NOTHING, TRAFFIC_IDLE, MS(2300));

	cr_assert_eq(predict(&method_outq, "poll=10s", &s).kind, WINDOW_NEVER);
	s.effect.kind = EFFECT_FROZEN;
	cr_assert_eq(predict(&method_outq, "poll=10s", &s).kind, WINDOW_NEVER);
	s.traffic = TRAFFIC_SENDING;
	cr_assert_eq(predict(&method_outq, "poll=10s", &s).kind, WINDOW_NONE, "a byte may be in flight");
}

Test(catalogue, only_what_is_in_flight_can_be_stuck)
{
	struct situation s = predict_after(EFFECT_SILENCE, TRAFFIC_IDLE, MS(2300));
	struct window w;

	cr_assert_eq(predict(&method_outq, "", &s).kind, WINDOW_NEVER);
	cr_assert_eq(predict(&method_tcp_info_stall, "", &s).kind, WINDOW_NEVER);
	s.traffic = TRAFFIC_SENDING;
	/* Lost at 3 s, seen then or at 3.5 s, 5 s of it. */
	w = predict(&method_outq, "poll=500ms,stall=5s", &s);
	predict_is(&w, MS(5700), MS(6200));
	w = predict(&method_tcp_info_stall, "poll=500ms,unacked=2s", &s);
	predict_is(&w, MS(2700), MS(3200));
	/* Looks as rare as the messages cannot tell one from the next. */
	cr_assert_eq(predict(&method_outq, "poll=1s,stall=5s", &s).kind, WINDOW_NONE);
	s.effect = (struct effect){ .kind = EFFECT_FROZEN };
	cr_assert_eq(predict(&method_outq, "poll=500ms,stall=5s", &s).kind, WINDOW_NEVER);
}

Test(catalogue, a_byte_of_timeouts_may_have_begun_again)
{
	struct situation s = predict_after(EFFECT_SILENCE, TRAFFIC_SENDING, MS(2300));
	struct window soon, late;

	s.effect.reverts = true; /* each 200 ms one more: 256 in 51.2 s */
	soon = predict(&method_tcp_info_stall, "poll=50s,retransmits=5", &s);
	late = predict(&method_tcp_info_stall, "poll=60s,retransmits=5", &s);
	cr_expect_lt(soon.hi_ns - soon.lo_ns, NS_PER_S);
	cr_expect_geq(late.hi_ns - late.lo_ns, 60 * NS_PER_S);
}

/* What waits in the full queue of a neighbour that is gone is sent anew when it is thrown out, and its
 * timer begins again: seen up to 2.3 s after the write. */
Test(catalogue, without_carrier_a_timeout_may_begin_again)
{
	struct situation s = predict_after(EFFECT_SILENCE, TRAFFIC_SENDING, MS(2300));
	struct window elsewhere, here;

	elsewhere = predict(&method_tcp_info_stall, "poll=100ms,unacked=1m,retransmits=3", &s);
	s.effect.where = WHERE_OWN_CARRIER;
	here = predict(&method_tcp_info_stall, "poll=100ms,unacked=1m,retransmits=3", &s);
	cr_expect_lt(elsewhere.hi_ns, MS(700 + 2300));
	cr_expect(here.lo_ns <= MS(700 + 1400) && here.hi_ns >= MS(700 + 2300));
	cr_expect_leq(here.hi_ns, MS(700 + 4000), "each of two gaps twice");
}

Test(catalogue, the_own_host_tells_of_a_neighbour_that_went_with_the_carrier)
{
	struct situation s = predict_after(EFFECT_SILENCE, TRAFFIC_SENDING, MS(2300));
	struct window w;

	s.effect.where = WHERE_OWN_CARRIER;
	w = predict(&method_recverr, "", &s);
	cr_assert_eq(w.kind, WINDOW_SOME);
	cr_assert(w.lo_ns >= MS(3000) && w.hi_ns < MS(9000));
	cr_assert_gt(predict(&method_recverr, "dead=final", &s).lo_ns, 900 * NS_PER_S);
	s.traffic = TRAFFIC_IDLE;
	cr_assert_eq(predict(&method_recverr, "", &s).kind, WINDOW_NEVER);
}
