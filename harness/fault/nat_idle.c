/* SPDX-License-Identifier: MIT */
/*
 * A connection that still has `left_s` seconds, rounded down, is forgotten within the second that
 * begins then, unless it talks. Looks that come whole seconds before the middle of what is not known
 * yet halve it, so that a few of them, for all connections at once, give the instant to a tick or
 * two. In the end the list is looked at every few milliseconds, from shortly before to the first look
 * that finds it gone: only looks that found it and that did not are what a stamp rests on.
 *
 * Conntrack counts in jiffies (nf_conntrack_core.c: nf_ct_is_expired). A connection that was seen to
 * talk since has another second, and the halving begins anew.
 */
#include "fault/nat_idle.h"

#include "base/minmax.h"

#define STEP_NS (4 * NS_PER_MS)
#define FAR_NS	(6 * NS_PER_S) /* who has longer may well talk before: five looks halve a second to 31 ms */

void nat_idle_listed(struct fault_flow *flow, int64_t from_ns, int64_t to_ns, unsigned int left_s)
{
	int64_t lo = max64(from_ns, from_ns + left_s * NS_PER_S - NAT_IDLE_TICK_NS);
	int64_t hi = to_ns + (left_s + 1) * NS_PER_S;

	if (lo > flow->after_ns || hi < flow->before_ns) {
		flow->before_ns = lo;
		flow->after_ns = hi;
	}
	flow->before_ns = max64(flow->before_ns, lo);
	if (hi < flow->after_ns)
		flow->after_ns = hi;
	flow->seen_ns = from_ns;
}

void nat_idle_missing(struct fault_flow *flow, int64_t to_ns)
{
	flow->before_ns = flow->before_ns < to_ns ? max64(flow->before_ns, flow->seen_ns) : flow->seen_ns;
	flow->after_ns = to_ns;
	flow->hit = true;
}

int64_t nat_idle_next_ns(const struct fault_flow *flow)
{
	int64_t now_ns = flow->seen_ns;
	int64_t width = flow->after_ns - flow->before_ns, left = flow->before_ns - now_ns;
	int64_t middle = flow->before_ns + width / 2, next = flow->before_ns;

	if (left > FAR_NS)
		next = flow->before_ns - FAR_NS;
	else if (left > 0 && width > 3 * NAT_IDLE_TICK_NS && middle - now_ns >= NS_PER_S)
		next = middle - (middle - now_ns) / NS_PER_S * NS_PER_S;
	return max64(next, now_ns + STEP_NS);
}
