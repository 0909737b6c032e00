/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "method/method.h"

static struct situation calm(void)
{
	return (struct situation){ .kernel = kernel_params_default(250),
				   .since_armed_lo_ns = 2 * NS_PER_S,
				   .since_armed_hi_ns = 2 * NS_PER_S };
}

Test(methods, every_required_slot_is_filled)
{
	for (const struct method *const *m = method_table; *m; m++) {
		cr_assert_not_null((*m)->name);
		cr_assert_not_null((*m)->about, "%s", (*m)->name);
		cr_assert_not_null((*m)->options, "%s", (*m)->name);
		cr_assert_not_null((*m)->watch, "%s", (*m)->name);
		cr_assert_not_null((*m)->period_ns, "%s", (*m)->name);
		cr_assert_not_null((*m)->window, "%s", (*m)->name);
		cr_assert_eq(method_find((*m)->name), *m, "%s stands twice", (*m)->name);
		for (const struct opt *o = (*m)->options; o->name; o++)
			cr_assert_not_null(o->about, "%s.%s", (*m)->name, o->name);
	}
	cr_assert_null(method_find("telepathy"));
}

Test(methods, defaults_are_accepted_and_every_window_has_a_reason)
{
	for (const struct method *const *m = method_table; *m; m++) {
		struct opt_values opt;
		struct err err = { 0 };

		opt_defaults((*m)->options, &opt);
		if ((*m)->check)
			cr_assert_eq((*m)->check(&opt, &err), 0, "%s: %s", (*m)->name, err.text);
		for (int kind = EFFECT_NOTHING; kind <= EFFECT_IMPAIRED; kind++) {
			for (int traffic = 0; traffic < TRAFFIC_COUNT; traffic++) {
				struct situation s = calm();
				struct window w = { .kind = WINDOW_NONE };

				s.traffic = traffic;
				s.effect = (struct effect){ .kind = kind,
							    .lose_out = true,
							    .lose_in = true,
							    .out = true,
							    .in = true };
				(*m)->window(&opt, &s, &w);
				cr_assert_neq(w.why[0], '\0', "%s, effect %d", (*m)->name, kind);
				if (w.kind == WINDOW_SOME)
					cr_assert(w.lo_ns >= 0 && w.lo_ns <= w.hi_ns,
						  "%s, effect %d, traffic %d", (*m)->name, kind, traffic);
			}
		}
	}
}

/* 0 when the options are accepted; else the sentence is in *err. */
static int try(const struct method *m, const char *options, struct err *err)
{
	struct opt_values opt;
	int ret;

	memset(err, 0, sizeof(*err));
	opt_defaults(m->options, &opt);
	ret = opt_set_list(m->options, &opt, options, err);
	return ret || !m->check ? ret : m->check(&opt, err);
}

Test(methods, keepalive_takes_whole_seconds)
{
	struct err err;

	cr_assert_eq(try(&method_keepalive, "idle=1s,intvl=1s,cnt=2", &err), 0, "%s", err.text);
	cr_assert_eq(try(&method_keepalive, "idle=32767s,cnt=127", &err), 0, "%s", err.text);
	cr_assert_eq(try(&method_keepalive, "idle=1500ms", &err), -EINVAL);
	cr_assert_not_null(strstr(err.text, "write 1s or 2s"), "%s", err.text);
	cr_assert_eq(try(&method_keepalive, "intvl=32768s", &err), -EINVAL);
	cr_assert_eq(try(&method_keepalive, "cnt=128", &err), -EINVAL);
	cr_assert_eq(try(&method_keepalive, "cnt=0", &err), -EINVAL);
}

Test(methods, heartbeat_refuses_what_it_would_ignore)
{
	struct err err;

	cr_assert_eq(try(&method_heartbeat, "mode=beacon,grace=0ms", &err), 0, "%s", err.text);
	cr_assert_eq(try(&method_heartbeat, "grace=1s", &err), -EINVAL);
	cr_assert_not_null(strstr(err.text, "mode: beacon"), "%s", err.text);
	cr_assert_eq(try(&method_heartbeat, "misses=0", &err), -EINVAL);
	cr_assert_eq(try(&method_heartbeat, "mode=shout", &err), -EINVAL);
}

Test(methods, only_a_beacon_is_sent_by_the_peer)
{
	for (const struct method *const *m = method_table; *m; m++) {
		struct opt_values opt;
		struct err err;

		opt_defaults((*m)->options, &opt);
		if (*m == &method_phi) {
			cr_assert_eq((*m)->beacon_ns(&opt), NS_PER_S);
			continue;
		}
		cr_assert(!(*m)->beacon_ns || (*m)->beacon_ns(&opt) == 0, "%s", (*m)->name);
		if (*m != &method_heartbeat)
			continue;
		cr_assert_eq(opt_set((*m)->options, &opt, "mode", "beacon", &err), 0);
		cr_assert_eq((*m)->beacon_ns(&opt), 20 * NS_PER_S);
	}
}

Test(methods, the_phase_spreads_over_the_own_period)
{
	struct situation s = calm();
	struct opt_values opt;

	opt_defaults(method_heartbeat.options, &opt);
	cr_assert_eq(method_heartbeat.period_ns(&opt, &s), 20 * NS_PER_S);
	opt_defaults(method_tcp_info.options, &opt);
	cr_assert_eq(method_tcp_info.period_ns(&opt, &s), NS_PER_S);
	opt_defaults(method_keepalive.options, &opt);
	cr_assert_eq(method_keepalive.period_ns(&opt, &s), 7200 * NS_PER_S);
	opt_defaults(method_recv.options, &opt);
	cr_assert_eq(method_recv.period_ns(&opt, &s), 0);
}

/* Nothing of keepalive is left where the observer writes more often than it would probe. */
Test(methods, keepalive_has_no_period_under_the_observers_own_traffic)
{
	struct situation s = calm();
	struct opt_values opt;

	opt_defaults(method_keepalive.options, &opt);
	s.traffic = TRAFFIC_SENDING;
	cr_assert_eq(method_keepalive.period_ns(&opt, &s), 0);
	s.traffic = TRAFFIC_RECEIVING;
	cr_assert_eq(method_keepalive.period_ns(&opt, &s), NS_PER_S);
	opt.v[0] = NS_PER_S; /* idle */
	s.traffic = TRAFFIC_SENDING;
	cr_assert_eq(method_keepalive.period_ns(&opt, &s), NS_PER_S);
}

Test(methods, tcp_info_sees_an_end_at_its_next_look)
{
	struct situation s = calm();
	struct opt_values opt;
	struct window w;

	opt_defaults(method_tcp_info.options, &opt);
	s.effect.kind = EFFECT_FIN;
	s.since_armed_lo_ns = s.since_armed_hi_ns = 2300 * NS_PER_MS;
	method_tcp_info.window(&opt, &s, &w);
	cr_assert_eq(w.kind, WINDOW_SOME);
	cr_assert_eq(w.lo_ns, 700 * NS_PER_MS);
	cr_assert_eq(w.hi_ns, 700 * NS_PER_MS);
	/* Right at a look, either that one or the next. */
	s.since_armed_lo_ns = s.since_armed_hi_ns = 3 * NS_PER_S;
	method_tcp_info.window(&opt, &s, &w);
	cr_assert_eq(w.lo_ns, 0);
	cr_assert_eq(w.hi_ns, NS_PER_S);
}

/* What arrives while the observer itself is stopped is read before anybody is accused; what its own
 * program would have asked for does not arrive. */
Test(methods, a_stopped_observer_hears_only_what_it_need_not_ask_for)
{
	struct situation s = calm();
	struct opt_values opt;
	struct window w;
	struct err err;

	s.observer = SIDE_CLIENT;
	s.effect = (struct effect){ .kind = EFFECT_OBSERVER_FROZEN, .for_ns = 5 * NS_PER_S };
	opt_defaults(method_rcvtimeo.options, &opt);
	cr_assert_eq(opt_set_list(method_rcvtimeo.options, &opt, "timeout=3s", &err), 0);
	s.traffic = TRAFFIC_REQUEST;
	method_rcvtimeo.window(&opt, &s, &w);
	cr_assert_eq(w.kind, WINDOW_NONE, "%s", w.why);
	s.traffic = TRAFFIC_RECEIVING;
	method_rcvtimeo.window(&opt, &s, &w);
	cr_assert_eq(w.kind, WINDOW_NEVER, "%s", w.why);
	s.traffic = TRAFFIC_REQUEST;
	s.effect.for_ns = NS_PER_S;
	method_rcvtimeo.window(&opt, &s, &w);
	cr_assert_eq(w.kind, WINDOW_NEVER, "%s", w.why);
}
