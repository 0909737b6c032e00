/* SPDX-License-Identifier: MIT */
/*
 * A probe that the own qdisc refuses is not counted, and tried again after half a second. But the
 * neighbour's entry ages meanwhile: REACHABLE for at most 45 s, DELAY for 5 s, PROBE for three
 * requests a second apart, and these are refused, too. From then on a probe waits in the neighbour's
 * queue, which is a success for TCP, and counts (net/core/neighbour.c: neigh_resolve_output). Other
 * connections may have had the entry fail before, three requests after the fault at the earliest.
 *
 * An acknowledgement proves the neighbour alive, but the entry is told only with the next segment
 * that the connection sends (tcp_ack: sk_dst_confirm; include/net/sock.h: sock_confirm_neigh). That
 * is the first probe, an idle time later: although it is refused, the entry is REACHABLE anew.
 */
#include "theory/tcp.h"

#include "base/clock.h"
#include "theory/wheel.h"

/* From any place on the wheel: it is not known where the timer began. */
static int64_t slowest(int64_t ticks)
{
	return ticks + wheel_granule(ticks);
}

struct giveup keepalive_refused(const struct situation *s, const struct tcp_options *o)
{
	enum { REACHABLE_MAX_S = 45, DELAY_S = 5, SOLICITS = 3 };
	const struct kernel_params *k = &s->kernel;
	int64_t retry = wheel_fires(0, k->hz / 2), request = slowest(k->hz);
	int64_t idle = o->idle_ns ? wheel_from_ns(o->idle_ns, k->hz)
				  : (int64_t)k->keepalive_time_s * k->hz;
	int64_t intvl = o->intvl_ns ? wheel_from_ns(o->intvl_ns, k->hz)
				    : (int64_t)k->keepalive_intvl_s * k->hz;
	int64_t user_timeout = wheel_from_ns(o->user_timeout_ns, k->hz);
	int64_t reachable = slowest(REACHABLE_MAX_S * (int64_t)k->hz);
	int cnt = o->cnt ? o->cnt : k->keepalive_probes;
	int64_t least = intvl * (user_timeout ? 1 : cnt), most = wheel_fires(0, intvl);
	int64_t first_lo = SOLICITS * (int64_t)k->hz, first_hi;

	/* With a user timeout one probe out is enough, once it has passed. */
	if (user_timeout)
		most += user_timeout > intvl ? wheel_fires(0, user_timeout) : 0;
	else
		most *= cnt;
	/* An idle time that began right at the fault; its first probe confirms the entry. */
	first_hi = slowest(idle) + reachable;
	first_hi += 2 * retry + slowest(DELAY_S * (int64_t)k->hz) + SOLICITS * request;
	return (struct giveup){
		.found = true,
		.lo_ns = wheel_to_ns(first_lo + least, k->hz) - situation_rtt_ns(s),
		.hi_ns = wheel_to_ns(first_hi + most, k->hz),
		.last_lo_ns = wheel_to_ns(first_lo, k->hz) - situation_rtt_ns(s),
		.last_hi_ns = wheel_to_ns(first_hi + most, k->hz),
	};
}
