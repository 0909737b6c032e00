/* SPDX-License-Identifier: MIT */
/* A router that forgets whom it does not hear: what each method has pass decides. */
#include <criterion/criterion.h>

#include "method/half_closed.h"
#include "method/tests/predict.h"

static struct window behind(const struct method *method, const char *options, int64_t idle_ns,
			    enum effect_kind kind)
{
	struct situation s = predict_after(kind, TRAFFIC_IDLE, MS(2000));
	struct opt_values opt;
	struct window w;
	struct err err;

	s.observer = SIDE_CLIENT;
	s.effect.beyond = s.effect.tcp_only = s.effect.lose_in = true;
	s.effect.lose_out = kind == EFFECT_SILENCE;
	s.effect.forget_ns = idle_ns;
	opt_defaults(method->options, &opt);
	cr_assert_eq(opt_set_list(method->options, &opt, options, &err), 0, "%s", err.text);
	method_window(method, &opt, &s, &w);
	return w;
}

struct pair {
	const struct method *method;
	const char *sooner, *later; /* than ten seconds */
};

static const struct pair pairs[] = {
	{ &method_keepalive, "idle=5s,intvl=1s,cnt=2", "idle=60s,intvl=1s,cnt=2" },
	{ &method_heartbeat, "period=5s", "period=20s" },
	{ &method_heartbeat, "period=5s,mode=beacon", "period=20s,mode=beacon" },
	{ &method_phi, "period=5s", "period=20s" },
	{ &method_send, "period=5s", "period=20s" },
	{ &method_retries2, "period=5s", "period=20s" },
	{ &method_rto_max, "max=1s,period=5s", "max=1s,period=20s" },
	{ &method_user_timeout, "timeout=2s,period=5s", "timeout=2s,period=20s" },
	{ &method_user_timeout, "timeout=2s,idle=5s", "timeout=2s,idle=20s" },
};

Test(forgets, who_talks_in_time_is_never_told_and_who_does_not_finds_out)
{
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		const struct pair *p = &pairs[i];
		struct window sooner = behind(p->method, p->sooner, MS(10000), EFFECT_SILENCE);
		struct window later = behind(p->method, p->later, MS(10000), EFFECT_SILENCE);

		cr_assert_eq(sooner.kind, WINDOW_NEVER, "%s %s: %s", p->method->name, p->sooner,
			     sooner.why);
		cr_assert_eq(later.kind, WINDOW_SOME, "%s %s: %s", p->method->name, p->later, later.why);
	}
}

/* Forgotten at 12 s after arming, and pings every 20 s: the first lost one comes 8 s later. */
Test(forgets, time_counts_from_the_forgetting)
{
	struct window silent = behind(&method_heartbeat, "period=20s,misses=1", MS(10000),
				      EFFECT_SILENCE);
	struct window reset = behind(&method_heartbeat, "period=20s,misses=1", MS(10000),
				     EFFECT_FORGOTTEN);

	predict_within(&silent, MS(27900), MS(28100));
	predict_within(&reset, MS(7900), MS(8100));
}

Test(forgets, who_says_nothing_is_never_told)
{
	cr_assert_eq(behind(&method_recv, "", MS(10000), EFFECT_SILENCE).kind, WINDOW_NEVER);
	cr_assert_eq(behind(&method_tcp_info, "", MS(10000), EFFECT_FORGOTTEN).kind, WINDOW_NEVER);
}

Test(forgets, a_tick_decides_what_is_as_long)
{
	cr_assert_eq(behind(&method_heartbeat, "period=10s", MS(10000), EFFECT_SILENCE).kind,
		     WINDOW_NONE);
}
