/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include "method/syncnt.h"
#include "method/tests/predict.h"

static struct situation client_after(enum effect_kind kind)
{
	struct situation s = predict_after(kind, TRAFFIC_IDLE, MS(2250));

	s.observer = SIDE_CLIENT;
	s.horizon_ns = 60 * NS_PER_S;
	return s;
}

Test(syncnt, counts_from_the_first_attempt_after_the_silence_began)
{
	struct situation s = client_after(EFFECT_SILENCE);
	struct window w;

	s.effect.tcp_only = true;
	w = predict(&method_syncnt, "count=1,period=2s", &s);
	cr_assert_eq(w.kind, WINDOW_SOME);
	cr_assert_geq(w.lo_ns, MS(4750));
	cr_assert_leq(w.hi_ns, MS(4750) + MS(150));
	w = predict(&method_syncnt, "count=3,period=2s", &s);
	cr_assert_geq(w.lo_ns, MS(1750) + 19 * NS_PER_S);
	/* Six seconds after the silence began a neighbour may have failed. */
	s.effect.tcp_only = false;
	w = predict(&method_syncnt, "count=3,period=2s", &s);
	cr_assert_eq(w.lo_ns, MS(5990));
	cr_assert_geq(w.hi_ns, MS(1750) + 19 * NS_PER_S);
}

Test(syncnt, a_lost_carrier_ends_it_by_the_neighbour)
{
	struct situation s = client_after(EFFECT_SILENCE);
	struct window w;

	s.effect.where = WHERE_OWN_CARRIER;
	w = predict(&method_syncnt, "period=1s", &s);
	cr_assert_eq(w.kind, WINDOW_SOME);
	cr_assert_eq(w.lo_ns, MS(2990));
	cr_assert_leq(w.hi_ns, 8 * NS_PER_S);
}

Test(syncnt, a_short_silence_is_bridged_by_the_next_syn)
{
	struct situation s = client_after(EFFECT_SILENCE);

	s.effect.for_ns = NS_PER_S;
	cr_assert_eq(predict(&method_syncnt, "period=10s", &s).kind, WINDOW_NEVER);
	s.effect.for_ns = MS(2500);
	cr_assert_eq(predict(&method_syncnt, "count=1,period=500ms", &s).kind, WINDOW_NONE);
	cr_assert_eq(predict(&method_syncnt, "count=2,period=500ms", &s).kind, WINDOW_NEVER);
	s.effect.for_ns = 20 * NS_PER_S;
	cr_assert_eq(predict(&method_syncnt, "count=1,period=500ms", &s).kind, WINDOW_SOME);
}

Test(syncnt, a_refusal_is_death_to_who_asks_for_the_service)
{
	struct situation s = client_after(EFFECT_GONE);
	struct window w = predict(&method_syncnt, "period=1s", &s);

	cr_assert_eq(w.kind, WINDOW_SOME);
	cr_assert_eq(w.lo_ns, MS(750));
	cr_assert_eq(w.hi_ns, MS(750));
	cr_assert_eq(predict(&method_syncnt, "period=1s,refused=alive", &s).kind, WINDOW_NEVER);
	s.observer = SIDE_SERVER;
	cr_assert_eq(predict(&method_syncnt, "period=1s", &s).kind, WINDOW_NEVER);
	cr_assert_eq(predict(&method_syncnt, "period=1s,refused=dead", &s).kind, WINDOW_NONE);
}

Test(syncnt, a_listening_kernel_answers_for_its_program)
{
	static const enum effect_kind alive[] = {EFFECT_NOTHING, EFFECT_FROZEN, EFFECT_STALLED, EFFECT_FIN,
						 EFFECT_HALF_CLOSE, EFFECT_RST, EFFECT_SIGNALS};

	for (size_t i = 0; i < sizeof(alive) / sizeof(alive[0]); i++) {
		struct situation s = client_after(alive[i]);

		cr_assert_eq(predict(&method_syncnt, "", &s).kind, WINDOW_NEVER, "effect %d", alive[i]);
	}
}

Test(syncnt, icmp_ends_it_at_once_or_a_syn_later)
{
	struct situation s = client_after(EFFECT_SILENCE);
	struct window w;

	s.effect.icmp = s.effect.tcp_only = true;
	w = predict(&method_syncnt, "period=1s", &s);
	cr_assert_eq(w.kind, WINDOW_SOME);
	cr_assert_eq(w.lo_ns, MS(750));
	cr_assert_eq(w.hi_ns, MS(750) + MS(1032));
	s.connections = 30;
	cr_assert_eq(predict(&method_syncnt, "period=1s", &s).kind, WINDOW_NONE);
}

Test(syncnt, loss_may_take_every_syn)
{
	struct situation s = client_after(EFFECT_IMPAIRED);

	s.effect.impair.loss_ppm = 10000;
	cr_assert_eq(predict(&method_syncnt, "", &s).kind, WINDOW_NEVER);
	s.effect.impair.loss_ppm = 300000;
	cr_assert_eq(predict(&method_syncnt, "count=1", &s).kind, WINDOW_NONE);
}

Test(syncnt, a_router_that_forgets_lets_a_new_connection_pass)
{
	struct situation silent = client_after(EFFECT_SILENCE), reset = client_after(EFFECT_FORGOTTEN);

	silent.effect.beyond = silent.effect.tcp_only = true;
	reset.effect.beyond = reset.effect.tcp_only = true;
	reset.effect.lose_out = false;
	cr_assert_eq(predict(&method_syncnt, "period=2s", &silent).kind, WINDOW_NEVER);
	cr_assert_eq(predict(&method_syncnt, "period=2s", &reset).kind, WINDOW_NEVER);
	/* One that only throws away is no such router. */
	silent.effect.beyond = false;
	cr_assert_eq(predict(&method_syncnt, "period=2s", &silent).kind, WINDOW_SOME);
}

Test(syncnt, who_does_not_know_the_old_connection_refuses_the_new_one)
{
	struct situation s = client_after(EFFECT_FORGOTTEN);
	struct window w;

	s.effect.lose_in = s.effect.lose_out = false;
	w = predict(&method_syncnt, "period=2s", &s);
	predict_within(&w, MS(1740), MS(1770));
	cr_assert_eq(predict(&method_syncnt, "period=2s,refused=alive", &s).kind, WINDOW_NEVER);
	/* A host that is away for five seconds: the third SYN is refused, or the neighbour fails. */
	s.effect.lose_in = true;
	s.effect.silent_ns = 5 * NS_PER_S;
	w = predict(&method_syncnt, "count=3,period=2s", &s);
	cr_assert_eq(w.kind, WINDOW_SOME);
	cr_assert_eq(w.lo_ns, 5 * NS_PER_S);
	cr_assert_leq(w.hi_ns, MS(1750) + 20 * NS_PER_S);
	cr_assert_eq(predict(&method_syncnt, "count=3,period=2s,refused=alive", &s).kind, WINDOW_NONE);
}
