/* SPDX-License-Identifier: MIT */
/*
 * The first timer is 1 s (RFC 6298 2.1; tcp.h: TCP_TIMEOUT_INIT), and each retransmission doubles it
 * up to the longest RTO. Since Linux 6.5 the first net.ipv4.tcp_syn_linear_timeouts (4) do not
 * (net/ipv4/tcp_timer.c: tcp_retransmit_timer). It ends at the first expiry that finds either
 * (tcp_write_timeout)
 *
 *   so many retransmissions        retries, and the linear ones besides
 *   so much time since the SYN     what `retries` doublings from 1 s take (tcp_model_timeout)
 *
 * TCP_USER_TIMEOUT takes the place of the second rule, and no timer runs beyond it; like that rule
 * it needs a retransmission first, and so is no shorter than the first timer.
 *
 * So that a count of 1 or 2 ends after 3 s and 7 s with linear timeouts or without, by the second
 * rule; 3 after 15 s without and after 19 s with; 6, the default, after 127 s and after 131 s.
 */
#include "theory/syn.h"

#include <string.h>

#include "base/clock.h"
#include "base/minmax.h"
#include "theory/memo.h"
#include "theory/wheel.h"

/* What decides when it ends: the kernel's and the socket's settings together. Cleared as a whole. */
struct rules {
	int hz, retries, linear;
	int64_t user_timeout_ns, rto_max_ns;
};

/* tcp_model_timeout() in ticks. */
static int64_t model(int64_t first, int64_t rto_max, int retries)
{
	int64_t sum = 0, rto = first;

	for (int i = 0; i <= retries; i++) {
		sum += rto;
		rto = min64(2 * rto, rto_max);
	}
	return sum;
}

/* What is left of the user timeout, as the retransmission timer is clamped to it (tcp_timer.c:
 * tcp_clamp_rto_to_user_timeout); both in nanoseconds, the result in ticks. */
static int64_t clamped(int64_t rto, int64_t timeout, int64_t elapsed, int hz)
{
	if (!timeout)
		return rto;
	return elapsed >= timeout ? 1 : min64(rto, wheel_from_ns(timeout - elapsed, hz));
}

static void grow(struct span *span, int64_t at, int64_t tick)
{
	span_add(span, (at - 1) * tick, at * tick);
}

/* The expiries from a SYN that left @late ns after tick @start; @limit: ticks, of the second rule. */
static void replay(const struct rules *r, int64_t limit, int64_t start, int64_t late,
		   struct syn_end *all)
{
	int64_t rto = r->hz, tick_ns = NS_PER_S / r->hz, tick = start, wait = rto;
	int64_t rto_max = wheel_from_ns(r->rto_max_ns, r->hz);

	for (int n = 0;;) {
		int64_t fired = wheel_fires(tick, wait), elapsed = (fired - start) * tick_ns - late;
		bool over = r->user_timeout_ns ? elapsed >= r->user_timeout_ns :
						 fired - start >= limit;

		grow(&all->timer[n < SYN_TIMERS ? n : SYN_TIMERS - 1], fired - start, tick_ns);
		if (n >= r->retries + r->linear || (n && over)) {
			all->retransmissions = n;
			grow(&all->end, fired - start, tick_ns);
			grow(&all->last, tick - start, tick_ns);
			return;
		}
		tick = fired;
		if (++n > r->linear)
			rto = min64(2 * rto, rto_max);
		wait = clamped(rto, r->user_timeout_ns, elapsed, r->hz);
	}
}

/* Over every phase of the wheel, which is as coarse as it is for the longest RTO. */
static void over_phases(const void *question, void *answer)
{
	const struct rules *r = question;
	struct syn_end *e = answer;
	int64_t limit = model(r->hz, wheel_from_ns(r->rto_max_ns, r->hz), r->retries);
	int64_t phases = wheel_granule(wheel_from_ns(max64(r->rto_max_ns, NS_PER_S), r->hz));

	*e = (struct syn_end){ .end = SPAN_EMPTY, .last = SPAN_EMPTY };
	for (int i = 0; i < SYN_TIMERS; i++)
		e->timer[i] = SPAN_EMPTY;
	for (int64_t start = 0; start < phases; start++) {
		replay(r, limit, start, 0, e);
		if (r->user_timeout_ns)
			replay(r, limit, start, NS_PER_S / r->hz - 1, e);
	}
}

void syn_giveup(const struct kernel_params *kernel, const struct syn_options *o, struct syn_end *e)
{
	static struct {
		struct rules question;
		struct syn_end answer;
	} kept[MEMO_KEPT];
	static struct memo memo = MEMO_INIT(kept);
	struct rules r;

	memset(&r, 0, sizeof(r));
	r.hz = kernel->hz;
	r.retries = o->retries ? o->retries : kernel->syn_retries;
	r.linear = kernel->syn_linear;
	r.user_timeout_ns = o->user_timeout_ns;
	r.rto_max_ns = o->rto_max_ns ? o->rto_max_ns : kernel->rto_max_ns;
	memo_ask(&memo, &r, over_phases, e);
}
