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

#include <pthread.h>

#include "base/clock.h"
#include "base/minmax.h"
#include "theory/wheel.h"

/* What decides when it ends: the kernel's and the socket's settings together. */
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

/* The expiries from a SYN that left @late ns after tick @start. */
static void replay(const struct rules *r, int64_t start, int64_t late, struct syn_end *all)
{
	int64_t rto = r->hz, tick_ns = NS_PER_S / r->hz, tick = start, wait = rto;
	int64_t rto_max = wheel_from_ns(r->rto_max_ns, r->hz);
	int64_t limit = model(rto, rto_max, r->retries);

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
static void over_phases(const struct rules *r, struct syn_end *e)
{
	int64_t phases = wheel_granule(wheel_from_ns(max64(r->rto_max_ns, NS_PER_S), r->hz));

	*e = (struct syn_end){ .end = SPAN_EMPTY, .last = SPAN_EMPTY };
	for (int i = 0; i < SYN_TIMERS; i++)
		e->timer[i] = SPAN_EMPTY;
	for (int64_t start = 0; start < phases; start++) {
		replay(r, start, 0, e);
		if (r->user_timeout_ns)
			replay(r, start, NS_PER_S / r->hz - 1, e);
	}
}

static bool same(const struct rules *a, const struct rules *b)
{
	return a->hz == b->hz && a->retries == b->retries && a->linear == b->linear &&
	       a->user_timeout_ns == b->user_timeout_ns && a->rto_max_ns == b->rto_max_ns;
}

/* All trials of a lab ask for one of a few: the last answers are kept. They are too long for each
 * thread to have its own. */
void syn_giveup(const struct kernel_params *kernel, const struct syn_options *o, struct syn_end *e)
{
	enum { KEPT = 8 };
	static struct {
		struct rules rules;
		struct syn_end end;
	} kept[KEPT];
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static unsigned int next;
	struct rules r = {
		.hz = kernel->hz,
		.retries = o->retries ? o->retries : kernel->syn_retries,
		.linear = kernel->syn_linear,
		.user_timeout_ns = o->user_timeout_ns,
		.rto_max_ns = o->rto_max_ns ? o->rto_max_ns : kernel->rto_max_ns,
	};
	int at = 0;

	pthread_mutex_lock(&lock);
	while (at < KEPT && !same(&kept[at].rules, &r))
		at++;
	if (at == KEPT) {
		at = (int)(next++ % KEPT);
		kept[at].rules = r;
		over_phases(&r, &kept[at].end);
	}
	*e = kept[at].end;
	pthread_mutex_unlock(&lock);
}
