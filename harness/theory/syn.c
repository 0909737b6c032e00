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
 * So that a count of 1 or 2 ends after 3 s and 7 s with linear timeouts or without, by the second
 * rule; 3 after 15 s without and after 19 s with; 6, the default, after 127 s and after 131 s.
 */
#include "theory/syn.h"

#include "base/clock.h"
#include "base/minmax.h"
#include "theory/wheel.h"

/* As coarse as the wheel is for the longest RTO, at 1000 ticks a second. */
enum { PHASES = 4096 };

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

/* The expiries from a SYN that left just after tick @start. */
static struct syn_end from(const struct kernel_params *k, int retries, int64_t start)
{
	int64_t rto = k->hz, rto_max = wheel_from_ns(k->rto_max_ns, k->hz), tick = start, last = 0;
	int64_t limit = model(rto, rto_max, retries);
	struct syn_end e = { 0 };
	int n = 0;

	for (;;) {
		int64_t fired = wheel_fires(tick, rto);

		if (n == 1)
			e.second_hi_ns = fired - start;
		if (n >= retries + k->syn_linear || (n && fired - start >= limit)) {
			e.retransmissions = n;
			e.last_lo_ns = e.last_hi_ns = last;
			e.end_lo_ns = e.end_hi_ns = fired - start;
			return e;
		}
		tick = fired;
		last = fired - start;
		if (++n == 1)
			e.first_lo_ns = e.first_hi_ns = last;
		if (n > k->syn_linear)
			rto = min64(2 * rto, rto_max);
	}
}

struct syn_end syn_giveup(const struct kernel_params *kernel, int retries)
{
	int64_t tick = NS_PER_S / kernel->hz;
	struct syn_end all = from(kernel, retries, 0);

	for (int64_t start = 1; start < PHASES; start++) {
		struct syn_end e = from(kernel, retries, start);

		all.first_lo_ns = min64(all.first_lo_ns, e.first_lo_ns);
		all.first_hi_ns = max64(all.first_hi_ns, e.first_hi_ns);
		all.second_hi_ns = max64(all.second_hi_ns, e.second_hi_ns);
		all.last_lo_ns = min64(all.last_lo_ns, e.last_lo_ns);
		all.last_hi_ns = max64(all.last_hi_ns, e.last_hi_ns);
		all.end_lo_ns = min64(all.end_lo_ns, e.end_lo_ns);
		all.end_hi_ns = max64(all.end_hi_ns, e.end_hi_ns);
	}
	/* The SYN left anywhere inside its tick. */
	all.first_lo_ns = (all.first_lo_ns - 1) * tick;
	all.last_lo_ns = (all.last_lo_ns - 1) * tick;
	all.end_lo_ns = (all.end_lo_ns - 1) * tick;
	all.first_hi_ns *= tick;
	all.second_hi_ns *= tick;
	all.last_hi_ns *= tick;
	all.end_hi_ns *= tick;
	return all;
}
