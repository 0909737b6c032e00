/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include "method/half_closed.h"
#include "method/tests/predict.h"

static struct situation half_closed(enum effect_kind kind)
{
	struct situation s = predict_after(kind, TRAFFIC_HALF_CLOSED, MS(2250));

	s.since_armed_hi_ns = MS(2251);
	return s;
}

Test(half_closed, who_takes_eof_for_death_notices_before_the_fault)
{
	static const struct method *const fooled[] = {&method_recv, &method_select, &method_epoll,
						      &method_keepalive, &method_phi};

	for (size_t i = 0; i < sizeof(fooled) / sizeof(fooled[0]); i++) {
		struct situation s = half_closed(EFFECT_SILENCE);
		struct window w = predict(fooled[i], "", &s);

		cr_assert_eq(w.kind, WINDOW_SOME, "%s", fooled[i]->name);
		cr_assert_eq(w.lo_ns, -MS(2251), "%s", fooled[i]->name);
		cr_assert_lt(w.hi_ns, -MS(1000), "%s", fooled[i]->name);
		s.effect.kind = EFFECT_NOTHING;
		w = predict(fooled[i], "", &s);
		cr_assert_eq(w.lo_ns, -MS(2251), "%s", fooled[i]->name);
	}
}

Test(half_closed, who_writes_sees_the_fault_as_in_sending)
{
	static const struct method *const sober[] = {&method_send, &method_so_error, &method_outq,
						     &method_sock_diag};
	static const enum effect_kind kinds[] = {EFFECT_SILENCE, EFFECT_FIN, EFFECT_RST, EFFECT_NOTHING};

	for (size_t i = 0; i < sizeof(sober) / sizeof(sober[0]); i++) {
		for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
			struct situation s = half_closed(kinds[k]);
			struct window half = predict(sober[i], "", &s), whole;

			s.traffic = TRAFFIC_SENDING;
			whole = predict(sober[i], "", &s);
			cr_assert_eq(half.kind, whole.kind, "%s, effect %d", sober[i]->name, kinds[k]);
			cr_assert_eq(half.lo_ns, whole.lo_ns, "%s, effect %d", sober[i]->name, kinds[k]);
			cr_assert_eq(half.hi_ns, whole.hi_ns, "%s, effect %d", sober[i]->name, kinds[k]);
		}
	}
}

/* A look every ten seconds comes after the fault, which the state says too: whichever is first. */
Test(half_closed, who_looks_seldom_may_see_the_fault_first)
{
	struct situation s = half_closed(EFFECT_RST);
	struct window w = predict(&method_tcp_info, "poll=10s", &s);

	cr_assert_eq(w.kind, WINDOW_SOME);
	cr_assert_geq(w.hi_ns, MS(7749));
	cr_assert_leq(w.hi_ns, MS(7770));
}
