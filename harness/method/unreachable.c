/* SPDX-License-Identifier: MIT */
/*
 * Without a firewall there is one source of ICMP: the host before the place where packets are lost,
 * the observer's own or a router, whose neighbour does not answer ARP any more. A segment then
 * waits for three requests a second apart, and the host tells itself that the peer is unreachable
 * (net/ipv4/arp.c: arp_error_report; net/ipv4/route.c: ipv4_link_failure; arp(7)). IPv6 does the
 * same. The entry is the host's: another connection's segment may have begun the requests.
 *
 * When: the entry fails three seconds after the first unicast request at the earliest. It may have
 * been in DELAY when the fault came, so the requests may begin right then; at the latest they begin
 * when it has been REACHABLE for 1.5 * base_reachable_time = 45 s and DELAYed for 5 s. Only the
 * next retransmission meets the failed entry, as far off as the silence is long, and waits three
 * seconds more. Where that host's carrier is lost the entry goes at once, or within the second that
 * the link's state may be late (net/core/link_watch.c). A router's port that is taken down takes
 * its route along, and the router says so at once, in IPv4 with a limit (net/ipv4/route.c:
 * ip_error).
 */
#include "method/unreachable.h"

#include "base/clock.h"
#include "method/ends.h"
#include "theory/steps.h"
#include "theory/tcp.h"
#include "theory/wheel.h"

#define SOLICITS      INT64_C(3)
#define REACHABLE_NS  (45 * NS_PER_S)
#define DELAY_NS      (5 * NS_PER_S)
#define LINK_WATCH_NS NS_PER_S
/* The soonest that ICMP tells of a neighbour whose entry was in use. */
#define SOONEST_NS    (2 * SOLICITS * NS_PER_S)
/* A host has 50 credits for ICMP (icmp_msgs_burst), and each message takes none, one or two of them,
 * drawn at random (net/ipv4/icmp.c: icmp_global_allow): so many are sure to be sent at once. */
enum { ICMP_SURE = 25 };
/* ip_rt_error_burst over ip_rt_error_cost: so many at once, then one a second. The first write of a
 * connection and its repetition may each draw one. */
enum { NO_ROUTE_BURST = 5 };

/* The first transmission after @since_ns of silence, at the latest: the RTO doubles, and the first
 * comes after a tail-loss probe. */
static int64_t next_try_ns(int64_t since_ns)
{
	return 2 * since_ns + since_ns / 4 + 500 * NS_PER_MS;
}

/* A firewall or a router says so itself (effect.icmp). The answer to the very first transmission
 * may be lost on a path without delay, where it finds the socket still locked by who sends
 * (tcp_v4_err()); the tail-loss probe or the RTO that follows is answered again. */
static void refused_window(const struct situation *s, struct window *w)
{
	int64_t writes = situation_observer_writes_ns(s), lo, hi;

	first_lost_write(s, writes, &lo, &hi);
	hi += next_try_ns(0) + situation_rtt_ns(s) + 2 * s->path.jitter_ns;
	if (s->effect.no_route && !s->ipv6 && 2 * s->connections > NO_ROUTE_BURST)
		window_none(w, "a router tells one host %d times at once that there is no route, and then "
			       "once a second, and there are more connections (route.c: ip_error)",
			    NO_ROUTE_BURST);
	else if (s->connections > ICMP_SURE)
		window_none(w, "a host sends %d ICMP messages at once for sure, and there are more "
			       "connections: some may not be told", ICMP_SURE);
	else if (s->effect.for_ns && hi >= s->effect.for_ns)
		window_none(w, "it ends about when the first refused segment is sent again");
	else
		window_some(w, lo, hi,
			    "the firewall's or router's ICMP error answers the first lost segment or its "
			    "retransmission, and reaches the socket, which lives on");
	steps_end(s->steps, w, "ip(7): IP_RECVERR; tcp_ipv4.c: tcp_v4_err",
		  "the first lost segment, or one of its repetitions, is answered with ICMP");
}

/* No carrier before the peer: the entry went at once. */
static bool flushed(const struct effect *e)
{
	return e->where == WHERE_OWN_CARRIER || (e->beyond && e->peer_link_down);
}

void unreachable_window(const struct situation *s, struct window *w)
{
	const struct effect *e = &s->effect;
	int64_t writes = situation_observer_writes_ns(s), first, last, lo, hi;
	int64_t solicits = SOLICITS * (NS_PER_S + wheel_to_ns(wheel_granule(s->kernel.hz), s->kernel.hz));

	if (!writes) {
		window_never(w, "nothing is in flight, and ICMP counts only for what is (tcp_ipv4.c: "
				"tcp_v4_err)");
		return;
	}
	if (e->icmp) {
		refused_window(s, w);
		return;
	}
	first_lost_write(s, writes, &first, &last);
	if (first < 0)
		first = 0;
	if (e->where == WHERE_OWN_ADDRESS) {
		window_none(w, "without its address the host's own routing refuses, which is sometimes a soft "
			       "error (net/ipv4/af_inet.c: inet_sk_rebuild_header)");
		return;
	}
	if (e->tcp_only) {
		window_never(w, "ARP passes, and no ICMP comes to the observer");
		return;
	}
	if (flushed(e)) {
		lo = SOLICITS * NS_PER_S;
		hi = last + next_try_ns(LINK_WATCH_NS) + solicits;
	} else {
		int64_t fails = REACHABLE_NS + DELAY_NS + solicits;

		lo = SOONEST_NS;
		hi = last + next_try_ns(fails) + solicits;
	}
	lo = first > lo ? first : lo;
	if (e->for_ns && hi >= e->for_ns && lo < e->for_ns)
		window_none(w, "it ends about when the neighbour is given up");
	else if (e->for_ns && lo >= e->for_ns)
		window_never(w, "it ends before the neighbour is given up");
	else if (s->connections > ICMP_SURE)
		window_none(w, "a host sends %d ICMP messages at once for sure, and there are more "
			       "connections: some may not be told", ICMP_SURE);
	else if (e->lose_in && e->lose_out)
		window_some(w, lo, hi,
			    "nobody answers ARP, and the ICMP unreachable of the own host, or of the "
			    "router before the peer, reaches the socket, "
			    "which lives on (tcp_ipv4.c: tcp_v4_err)");
	else
		window_none(w, "the neighbour may still be confirmed by what arrives one way");
	steps_end(s->steps, w, "arp(7); neighbour.c: neigh_timer_handler; ip(7): IP_RECVERR",
		  "ARP has failed, three requests a second apart: a retransmission draws the own host's "
		  "EHOSTUNREACH");
}

void unreachable_or(const struct situation *s, struct window *w)
{
	int64_t soonest = flushed(&s->effect) ? SOLICITS * NS_PER_S : SOONEST_NS;
	struct situation silence = *s;
	struct window icmp;

	if (s->effect.kind == EFFECT_FLAPPING && s->effect.icmp) {
		silence.effect.kind = EFFECT_SILENCE;
		silence.effect.for_ns = s->effect.down_ns;
	}
	if (s->effect.kind == EFFECT_FORGOTTEN && s->effect.silent_ns >= soonest) {
		silence.effect.kind = EFFECT_SILENCE;
		silence.effect.lose_out = silence.effect.lose_in = true;
		silence.effect.for_ns = s->effect.silent_ns;
	}
	if (silence.effect.kind != EFFECT_SILENCE)
		return;
	unreachable_window(&silence, &icmp);
	/* What theory cannot say begins when the neighbour can fail. */
	if (icmp.kind == WINDOW_NONE && !s->effect.icmp && s->effect.where != WHERE_OWN_CARRIER &&
	    s->effect.where != WHERE_OWN_ADDRESS &&
	    w->kind == WINDOW_SOME && w->hi_ns < soonest)
		return;
	ends_earlier(w, &icmp);
}
