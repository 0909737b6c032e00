/* SPDX-License-Identifier: MIT */
/*
 * Where nobody answers ARP, a retransmission waits in the neighbour's queue until three requests a
 * second apart stayed unanswered; then the host's own ICMP host-unreachable comes back to the
 * socket and takes one doubling of the RTO back (RFC 6069; tcp_ipv4.c: tcp_ld_RTO_revert). The
 * retransmission itself had doubled it, so that from then on the gaps stay as they are: the RTO
 * that ran when the first retransmission met the failed neighbour. The connection ends at the
 * first expiry past the limit, at most one such gap after it.
 *
 * When does the entry fail? It was REACHABLE for at most 1.5 * base_reachable_time (30 s) after the
 * last confirmation, which is not after the first lost segment left (an acknowledgement confirms
 * when the next segment is sent: sk_dst_confirm). If it was used within 5 s it then is DELAYed for
 * 5 s, else STALE until it is used, then DELAYed; then three unicast requests (net/core/neighbour.c:
 * neigh_timer_handler, __neigh_event_send; arp(7)). So the first retransmission after 45 s finds it
 * no longer REACHABLE, and the one after that finds it failed; an earlier one may, for the entry is
 * the host's, and other connections use it, too. Without carrier the entry is flushed at once
 * (neigh_carrier_down), at most a second late (net/core/link_watch.c).
 *
 * TCP_USER_TIMEOUT clamps the RTO to what is left of it, and the reverted RTO is not clamped: the
 * connection then outlives its user timeout by up to a gap. A user timeout that is over before an
 * entry can have failed, and been looked for in vain, is kept.
 *
 * Over a router the entry is the router's, and the ICMP comes from there; what is lost on the way
 * back between the two is what the own host would have told. A router without a route answers at
 * once.
 *
 * IPv6 has the same states, and none of this: a failed neighbour is address-unreachable there, and
 * only no-route reverts (tcp_ipv6.c: tcp_v6_err). The error is EHOSTUNREACH in both.
 *
 * An ICMP that comes while the program holds the socket's lock, in the middle of a write, is lost
 * (tcp_ld_RTO_revert: sock_owned_by_user), and that gap doubles. It was seen once in several thousand;
 * once is allowed for.
 *
 * The host sends at most icmp_msgs_burst messages at once (50, less up to three: net/ipv4/icmp.c:
 * icmp_global_allow), and all connections of a lab wait in one queue: where there are more, some
 * are not told, and double on.
 */
#include "theory/neighbour.h"

#include "base/clock.h"
#include "base/minmax.h"
#include "theory/rto.h"
#include "theory/rto_chain.h"
#include "theory/wheel.h"

enum {
	REACHABLE_MAX_S = 45,
	SOLICITS = 3, /* ucast_solicit, mcast_solicit; retrans_time 1 s apart */
	DELAY_FIRST_PROBE_S = 5,
	LINK_WATCH_S = 1,
	ICMP_SURE = 25, /* of 50 credits, each message may take two (icmp.c: icmp_global_allow) */
	DEAF = 1,
};

static int64_t wheel_latest(int64_t j)
{
	return j + wheel_granule(j);
}

/* From the first request that nobody answers to the ICMP. */
static int64_t solicits(int hz)
{
	return SOLICITS * wheel_latest(hz);
}

void neighbour_of(const struct situation *s, struct neighbour *n)
{
	const struct effect *e = &s->effect;
	bool untold = s->ipv6 || (!e->lose_in && !e->lose_out) || e->tcp_only ||
		      e->where == WHERE_OWN_QDISC;

	if (untold && !e->reverts)
		n->says = NEIGHBOUR_NEVER;
	else if (e->reverts || !e->lose_in || !e->lose_out || s->connections > ICMP_SURE)
		/* One way open: the peer's own requests may arrive, or revive the entry. Or a firewall
		 * says so, and finds the socket locked or not. */
		n->says = NEIGHBOUR_PERHAPS;
	else
		n->says = NEIGHBOUR_ALWAYS;
	n->flushed = e->where == WHERE_OWN_CARRIER || (e->beyond && e->peer_link_down);
	n->told = e->reverts ? 0 : (int64_t)s->kernel.hz * SOLICITS * (n->flushed ? 1 : 2);
	n->unreachable = wheel_latest((int64_t)s->kernel.hz *
				      (n->flushed ? LINK_WATCH_S : REACHABLE_MAX_S));
}

/*
 * Gaps of @gap from a retransmission at @tick on, each through the wheel from an unknown tick. The
 * nth expiry from there lies in [tick + n * least, tick + n * most]. The first n that can reach the
 * limit is followed; where it can also miss it, a later one ends it, less than a gap past it.
 */
static void constant_gaps(int64_t death, int64_t tick, int64_t gap, int64_t icmp,
			  struct rto_end *end)
{
	/* An RTO that is over when the ICMP comes makes it retransmit there and then. */
	int64_t most = wheel_latest(max64(gap, icmp));
	int64_t n = (death - tick + most - 1) / most;
	int64_t lo = tick + n * gap, hi = tick + n * most;

	end->last_lo = min64(end->last_lo, max64(lo - gap, death - most));
	if (lo < death) {
		lo = death;
		hi = death - 1 + most;
		end->last_hi = max64(end->last_hi, death - 1);
	} else {
		end->last_hi = max64(end->last_hi, hi - most);
	}
	end->lo = min64(end->lo, lo);
	end->hi = max64(end->hi, hi);
}

/* Where some retransmissions are reverted and others double on, a gap may be anything up to what
 * lies before it: it doubled from a shorter one, or is as long as the one before. */
static void any_gap(const struct rto_chain *c, int64_t first, int64_t death, struct rto_end *end)
{
	int64_t gap = min64(c->rto_max, death - first + c->rto);
	/* So the last attempt leaves one longest gap before the end, or past its half, less an
	 * eighth for the wheel. */
	int64_t last = max64(death - wheel_latest(gap), first + (death - first - c->rto) * 7 / 16);

	*end = (struct rto_end){ death, death - 1 + wheel_latest(gap), last, death - 1 };
}

bool neighbour_end(const struct rto_chain *c, int64_t sent, int64_t first, int64_t stamp,
		   struct rto_end *end)
{
	int64_t tick = first, rto = c->rto, icmp = solicits(c->hz), asked = INT64_MAX;
	int64_t fails = wheel_latest(DELAY_FIRST_PROBE_S * (int64_t)c->hz) + icmp;
	int deaf = DEAF;

	*end = (struct rto_end){ INT64_MAX, 0, INT64_MAX, 0 };
	if (c->user_timeout && sent + c->neighbour.told >= stamp + c->limit)
		return false;
	if (c->neighbour.says == NEIGHBOUR_PERHAPS) {
		any_gap(c, first, stamp + c->limit, end);
		return false;
	}
	while (tick - stamp < c->limit) {
		if (c->seen && tick - sent >= c->neighbour.told) {
			span_add(&c->seen->failed, tick - sent - 1, tick - sent);
			span_add(&c->seen->gap, rto, wheel_latest(max64(rto, icmp)));
		}
		/* This retransmission may be the first to meet the failed neighbour. */
		constant_gaps(stamp + c->limit, tick, rto, icmp, end);
		if (tick - sent >= c->neighbour.unreachable) {
			if ((c->neighbour.flushed || (asked < tick && tick - asked >= fails)) &&
			    deaf-- == 0)
				return true;
			if (asked == INT64_MAX)
				asked = tick;
		}
		rto = rto * 2 < c->rto_max ? rto * 2 : c->rto_max;
		tick = wheel_fires(tick, rto);
	}
	return false;
}
