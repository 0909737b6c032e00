/* SPDX-License-Identifier: MIT */
/* A list of one connection, made up: does looking at it now and then find out when it was forgotten? */
#include <criterion/criterion.h>

#include "base/clock.h"
#include "base/minmax.h"
#include "fault/nat_idle.h"

#define BEGIN_NS (1000 * NS_PER_S)

/* It has something pass every @talks_ns, @times times, and is then silent. */
struct made_up {
	int64_t idle_ns, talks_ns, look_ns;
	int times;
};

static int64_t expires(const struct made_up *m, int64_t now)
{
	int64_t n = m->talks_ns ? (now - BEGIN_NS) / m->talks_ns : 0;

	return BEGIN_NS + (n < m->times ? n : m->times) * m->talks_ns + m->idle_ns;
}

/* How many looks it took. */
static int watch(const struct made_up *m, struct fault_flow *flow)
{
	int64_t now = BEGIN_NS;
	int looks = 0;

	*flow = (struct fault_flow){ .before_ns = BEGIN_NS + m->idle_ns - 10 * NS_PER_MS,
				     .after_ns = BEGIN_NS + m->idle_ns + NS_PER_MS,
				     .seen_ns = BEGIN_NS };
	while (!flow->hit && looks < 100000) {
		now = max64(now, nat_idle_next_ns(flow));
		looks++;
		if (expires(m, now) > now)
			nat_idle_listed(flow, now, now + m->look_ns,
					(unsigned int)((expires(m, now) - now) / NS_PER_S));
		else
			nat_idle_missing(flow, now + m->look_ns);
		now += m->look_ns;
	}
	return looks;
}

static void finds(struct made_up m, int looks_max)
{
	struct fault_flow flow;
	int looks = watch(&m, &flow);
	int64_t at = BEGIN_NS + m.times * m.talks_ns + m.idle_ns;

	cr_assert(flow.hit);
	cr_assert(flow.before_ns <= at && at <= flow.after_ns, "%lld..%lld, not %lld",
		  (long long)(flow.before_ns - at), (long long)(flow.after_ns - at), (long long)at);
	cr_assert_leq(flow.after_ns - flow.before_ns, 10 * NS_PER_MS + 2 * m.look_ns);
	cr_assert_leq(looks, looks_max, "%d looks", looks);
}

Test(nat_idle, a_silent_connection_needs_a_few_looks)
{
	finds((struct made_up){ .idle_ns = 600 * NS_PER_S, .look_ns = NS_PER_MS }, 6);
	finds((struct made_up){ .idle_ns = NS_PER_S, .look_ns = NS_PER_MS }, 6);
}

/* At worst by a second of looks: a packet soon after the beginning leaves a count that fits both. */
Test(nat_idle, the_last_packet_is_found_again)
{
	for (int64_t ms = 17; ms < 20000; ms += 911)
		finds((struct made_up){ .idle_ns = 30 * NS_PER_S, .talks_ns = ms * NS_PER_MS, .times = 1,
					.look_ns = NS_PER_MS }, 260);
}

Test(nat_idle, one_that_talks_for_long_costs_a_look_now_and_then)
{
	finds((struct made_up){ .idle_ns = 30 * NS_PER_S, .talks_ns = 20 * NS_PER_S, .times = 100,
				.look_ns = NS_PER_MS }, 200);
	finds((struct made_up){ .idle_ns = 600 * NS_PER_S, .talks_ns = NS_PER_S, .times = 36000,
				.look_ns = NS_PER_MS }, 200);
}

Test(nat_idle, slow_looks_give_a_wide_answer_and_no_wrong_one)
{
	for (int64_t ms = 100; ms < 1900; ms += 170)
		finds((struct made_up){ .idle_ns = 2 * NS_PER_S, .talks_ns = ms * NS_PER_MS, .times = 7,
					.look_ns = 90 * NS_PER_MS }, 400);
}

/* The fault stamps itself only after it has listed the connections. */
Test(nat_idle, the_next_look_counts_from_when_the_fault_was_due)
{
	struct fault_flow flow = { .before_ns = BEGIN_NS + 30 * NS_PER_S,
				   .after_ns = BEGIN_NS + 30 * NS_PER_S,
				   .seen_ns = BEGIN_NS };
	struct fault_act act = { .planned_ns = BEGIN_NS - 30 * NS_PER_MS, .before_ns = BEGIN_NS,
				 .flows = &flow, .n_flows = 1 };
	struct err err = { "" };

	opt_defaults(fault_nat_expiry.options, &act.opt);
	cr_assert_eq(opt_set_list(fault_nat_expiry.options, &act.opt, "idle=30s", &err), 0, "%s",
		     err.text);
	cr_assert_eq(fault_nat_expiry.again_ns(&act), nat_idle_next_ns(&flow) - act.planned_ns);
	flow.hit = true;
	cr_assert_eq(fault_nat_expiry.again_ns(&act), 0);
}
