/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include "base/clock.h"
#include "theory/attempt.h"

static struct situation connecting(struct effect effect)
{
	return (struct situation){ .kernel = kernel_params_default(250),
				   .observer = SIDE_CLIENT,
				   .traffic = TRAFFIC_CONNECTING,
				   .connections = 1,
				   .effect = effect };
}

static struct attempt end_of(const struct situation *s)
{
	struct attempt a;

	attempt_end(s, &(struct syn_options){ 0 }, &a);
	return a;
}

static void ends(const struct situation *s, enum attempt_kind kind, int64_t lo_ms, int64_t hi_ms)
{
	struct attempt a = end_of(s);

	cr_assert_eq(a.kind, kind, "%d: %s", a.kind, a.why);
	cr_assert_geq(a.lo_ns, lo_ms * NS_PER_MS, "%lld", (long long)a.lo_ns);
	cr_assert_leq(a.hi_ns, hi_ms * NS_PER_MS, "%lld", (long long)a.hi_ns);
}

static const struct effect silence = { .kind = EFFECT_SILENCE, .lose_out = true, .lose_in = true };

static struct effect tcp_silence(int64_t for_ns)
{
	return (struct effect){ .kind = EFFECT_SILENCE, .lose_in = true, .tcp_only = true, .for_ns = for_ns };
}

Test(attempt, a_peer_that_listens_answers_at_once)
{
	struct situation s = connecting((struct effect){ .kind = EFFECT_NOTHING });

	ends(&s, ATTEMPT_STANDS, 0, 0);
	s.effect.kind = EFFECT_FROZEN;
	ends(&s, ATTEMPT_STANDS, 0, 0);
	s.path.delay_ns = 10 * NS_PER_MS;
	ends(&s, ATTEMPT_STANDS, 20, 40);
}

Test(attempt, nobody_listens)
{
	struct situation s = connecting((struct effect){ .kind = EFFECT_GONE });

	ends(&s, ATTEMPT_FAILS, 0, 0);
}

Test(attempt, the_neighbour_fails_after_three_requests)
{
	struct situation s = connecting(silence);

	ends(&s, ATTEMPT_FAILS, 3000, 3100);
	s.connections = 100; /* not everybody is told */
	ends(&s, ATTEMPT_FAILS, 3000, 136000);
	s.connections = 2;
	s.attempts_ns = NS_PER_S; /* another attempt may have begun the requests */
	ends(&s, ATTEMPT_FAILS, 2000, 3100);
	s = connecting(silence);
	s.routed = true; /* a router's entry may be in use */
	ends(&s, ATTEMPT_FAILS, 3000, 136000);
}

Test(attempt, a_silence_that_outlasts_the_third_request_is_as_good_as_one_for_ever)
{
	struct situation s = connecting(silence);

	s.effect.for_ns = 2500 * NS_PER_MS;
	ends(&s, ATTEMPT_FAILS, 3000, 3100);
	s.effect.for_ns = 1500 * NS_PER_MS;
	ends(&s, ATTEMPT_STANDS, 1500, 2100);
	s.effect.for_ns = 2010 * NS_PER_MS;
	cr_assert_eq(end_of(&s).kind, ATTEMPT_UNSURE);
}

/* TCP's own patience may be shorter than ARP's. */
Test(attempt, the_earlier_of_both_ends_it)
{
	struct situation s = connecting(silence);
	struct attempt a;

	attempt_end(&s, &(struct syn_options){ .user_timeout_ns = 2 * NS_PER_S }, &a);
	cr_assert_eq(a.kind, ATTEMPT_FAILS);
	cr_assert_leq(a.hi_ns, 2100 * NS_PER_MS);
	attempt_end(&s, &(struct syn_options){ .retries = 1 }, &a);
	cr_assert_eq(a.kind, ATTEMPT_FAILS);
	cr_assert_geq(a.lo_ns, 3 * NS_PER_S);
	s.effect.for_ns = 1500 * NS_PER_MS; /* back at 1.5 s, and ARP again at 2 s */
	attempt_end(&s, &(struct syn_options){ .user_timeout_ns = NS_PER_S }, &a);
	cr_assert_eq(a.kind, ATTEMPT_UNSURE);
}

Test(attempt, where_arp_passes_the_syns_run_out)
{
	struct situation s = connecting(tcp_silence(0));

	ends(&s, ATTEMPT_FAILS, 131000, 136000);
	s.effect.for_ns = 10 * NS_PER_S; /* SYNs at 7 s and 11 s */
	ends(&s, ATTEMPT_STANDS, 10000, 12000);
	s.effect.for_ns = 100 * NS_PER_S;
	cr_assert_eq(end_of(&s).kind, ATTEMPT_UNSURE);
}

Test(attempt, an_icmp_error_ends_it_at_once_or_a_syn_later)
{
	struct situation s = connecting(tcp_silence(0));

	s.effect.icmp = true;
	ends(&s, ATTEMPT_FAILS, 0, 1040);
}

Test(attempt, without_an_address_there_is_no_route)
{
	struct situation s = connecting(silence);

	s.effect.where = WHERE_OWN_ADDRESS;
	ends(&s, ATTEMPT_FAILS, 0, 0);
	cr_assert(end_of(&s).by_call);
}

Test(attempt, a_host_that_comes_back_refuses)
{
	struct situation s = connecting((struct effect){ .kind = EFFECT_FORGOTTEN, .lose_in = true });

	ends(&s, ATTEMPT_FAILS, 0, 0);
	s.effect.silent_ns = 1500 * NS_PER_MS;
	ends(&s, ATTEMPT_FAILS, 1500, 2100);
}

/* Longer ago than a handshake takes it strikes a connection; else nobody knows. */
Test(attempt, a_fault_may_strike_later)
{
	struct situation s = connecting(silence);

	situation_begin(&s, 2 * NS_PER_S, 2 * NS_PER_S);
	ends(&s, ATTEMPT_STANDS, -2000, -2000);
	s.path.delay_ns = 500 * NS_PER_MS;
	cr_assert_eq(end_of(&s).kind, ATTEMPT_UNSURE);
}

Test(attempt, of_a_fault_that_came_first_counts_what_is_left)
{
	struct situation s = connecting(tcp_silence(10 * NS_PER_S));

	situation_begin(&s, -4100 * NS_PER_MS, -4000 * NS_PER_MS);
	cr_assert_eq(s.effect.for_ns, 6 * NS_PER_S);
	cr_assert_eq(s.since_armed_hi_ns, 0);
	cr_assert_eq(s.fault_led_ns, 4 * NS_PER_S);
	s = connecting(tcp_silence(3 * NS_PER_S));
	situation_begin(&s, -4 * NS_PER_S, -4 * NS_PER_S);
	cr_assert_eq(s.effect.kind, EFFECT_NOTHING);
}
