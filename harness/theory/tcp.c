/* SPDX-License-Identifier: MIT */
/*
 * What a socket's own kernel will say of a fault, and when: the decision in front of the two
 * replays. Either the end arrives as a packet (FIN, RST), or the observer has data in flight
 * (retransmission decides), or it has not and SO_KEEPALIVE is on (keepalive decides), or nobody
 * will ever tell it. RFC 9293 3.8.3 and 3.8.4; RFC 1122 4.2.3.5 and 4.2.3.6; tcp(7).
 */
#include "theory/tcp.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/minmax.h"
#include "theory/closed.h"
#include "theory/flap.h"
#include "theory/forgotten.h"
#include "theory/large.h"
#include "theory/steps.h"

int64_t tcp_prompt_ns(const struct situation *s)
{
	return s->path.delay_ns + s->path.jitter_ns + NS_PER_S / s->kernel.hz;
}

void window_delay(struct window *w, int64_t period_ns)
{
	if (w->kind == WINDOW_SOME)
		w->hi_ns += period_ns;
}

/* A silence that ends before the last packet leaves is never noticed by TCP: it is answered. */
static void conclude(const struct situation *s, const struct giveup *g, struct window *w,
		     const char *why)
{
	int64_t end = s->effect.for_ns;

	if (!g->found)
		window_never(w, "%s: no timer of TCP's ends it", why);
	else if (!end || g->last_hi_ns < end)
		window_some(w, g->lo_ns, g->hi_ns, "%s", why);
	else if (g->last_lo_ns > end)
		window_never(w, "the silence ends before TCP's last attempt, which is answered");
	else
		window_none(w, "the silence ends about when TCP's last attempt leaves");
}

/*
 * The traffic and the method itself may both write, each by its own clock: when the first of them is
 * lost, and when TCP gives up over it. False when nobody writes.
 */
static bool data_lost(const struct situation *s, const struct tcp_options *o, int64_t *lo_ns,
		      int64_t *hi_ns, struct giveup *g)
{
	int64_t writes[2] = { o->writes_ns, situation_observer_writes_ns(s) };

	*lo_ns = *hi_ns = INT64_MAX;
	*g = (struct giveup){ 0 };
	for (int i = 0; i < 2; i++) {
		int64_t lo, hi;
		struct giveup one;

		if (!writes[i] || (i && writes[1] == writes[0]))
			continue;
		first_lost_write(s, writes[i], &lo, &hi);
		*lo_ns = min64(*lo_ns, lo);
		*hi_ns = min64(*hi_ns, hi);
		one = rto_giveup(s, o, writes[i]);
		if (g->found) {
			one.lo_ns = min64(one.lo_ns, g->lo_ns);
			one.hi_ns = min64(one.hi_ns, g->hi_ns);
			one.last_lo_ns = min64(one.last_lo_ns, g->last_lo_ns);
			one.last_hi_ns = min64(one.last_hi_ns, g->last_hi_ns);
		}
		*g = one;
	}
	return *lo_ns != INT64_MAX;
}

static void silence(const struct situation *s, const struct tcp_options *o, struct window *w)
{
	bool refused = s->effect.where == WHERE_OWN_QDISC && s->effect.lose_out;
	struct giveup keepalive = { 0 }, rto;
	int64_t lo, hi;
	bool writes;

	if (s->effect.larger) {
		large_readable_end(s, o, w);
		return;
	}
	if (s->effect.lose_out && !s->effect.lose_in && situation_peer_writes_ns(s)) {
		window_none(w, "the peer's data goes on arriving while its acknowledgements are lost: how "
			       "long it refreshes keepalive depends on the peer's own retransmissions");
		return;
	}
	if (s->effect.where == WHERE_OWN_ADDRESS && (o->writes_ns || situation_observer_writes_ns(s))) {
		window_none(w, "a segment that has no route from the own address was never sent: how TCP "
			       "goes on with it is not modelled");
		return;
	}
	writes = data_lost(s, o, &lo, &hi, &rto);
	if (o->keepalive && !refused)
		keepalive = keepalive_giveup(s, o);
	if (o->keepalive && !refused && !keepalive.found) {
		window_none(w, "on a path that loses packets keepalive's cycle drifts with every probe "
			       "lost, and many cycles lie before the fault");
		return;
	}
	if (keepalive.found && keepalive.hi_ns < lo) {
		conclude(s, &keepalive, w,
			 "keepalive: idle + intvl * cnt from the last segment received, each through the "
			 "timer wheel (tcp_timer.c: tcp_keepalive_timer)");
		keepalive_steps(s, o, w);
		return;
	}
	if (writes && keepalive.found && keepalive.lo_ns < hi) {
		window_none(w, "keepalive and the next write race for the connection");
		return;
	}
	if (writes) {
		conclude(s, &rto, w,
			 o->user_timeout_ns
				 ? "data in flight: TCP_USER_TIMEOUT from the first retransmission (tcp(7))"
				 : "data in flight: the first retransmission timeout past tcp_retries2 read as "
				   "a time (tcp_timer.c: retransmits_timed_out)");
		if (o->keepalive)
			steps_add(s->steps, lo, hi, "tcp_timer.c: tcp_keepalive_timer",
				  "data is in flight: keepalive only sets its timer again, and probes "
				  "nothing");
		rto_steps(s, o, w);
		return;
	}
	if (o->keepalive && refused) {
		struct giveup late = keepalive_refused(s, o);

		conclude(s, &late, w,
			 "keepalive: the own qdisc refuses the probes, and a refused one is not counted "
			 "(tcp_timer.c: TCP_RESOURCE_PROBE_INTERVAL), until ARP, refused too, fails and "
			 "they wait in the neighbour's queue");
		steps_add(s->steps, late.last_lo_ns, late.last_hi_ns,
			  "neighbour.c: neigh_resolve_output; arp(7)",
			  "probes wait for ARP, which fails; from then on they count");
		steps_end(s->steps, w, "tcp_timer.c: tcp_keepalive_timer",
			  "enough probes have been counted: ETIMEDOUT");
	} else {
		window_never(w, "nothing arrives and nothing is in flight: TCP itself sends nothing on an "
				"idle connection without keepalive (RFC 1122 4.2.3.6)");
	}
}

static int64_t idle_ns_of(const struct situation *s, const struct tcp_options *o)
{
	return o->idle_ns ? o->idle_ns : s->kernel.keepalive_time_s * NS_PER_S;
}

static int64_t intvl_ns_of(const struct situation *s, const struct tcp_options *o)
{
	return o->intvl_ns ? o->intvl_ns : s->kernel.keepalive_intvl_s * NS_PER_S;
}

/* The least number of probes in a row that end it. Each timer may be an eighth late (theory/wheel.h). */
static int fatal_probes(const struct situation *s, const struct tcp_options *o)
{
	int64_t left = o->user_timeout_ns - idle_ns_of(s, o) / 8 * 9;

	if (!o->user_timeout_ns)
		return o->cnt ? o->cnt : s->kernel.keepalive_probes;
	return left > 0 ? 1 + (int)(left / (intvl_ns_of(s, o) / 8 * 9)) : 1;
}

/* True when it is unlikelier than 1e-6 that within @span_ns all probes of one cycle, or their
 * answers, are lost by chance. */
static bool chance_spares(const struct situation *s, const struct tcp_options *o, int64_t span_ns)
{
	const struct impairment *both[] = { &s->path, &s->effect.impair };
	int cnt = fatal_probes(s, o);
	double lost = 0, all = (double)span_ns / (double)idle_ns_of(s, o) + 1;

	for (int i = 0; i < 2; i++)
		lost += 2e-6 * (double)(both[i]->loss_ppm + both[i]->corrupt_ppm);
	for (int i = 0; i < cnt && all >= 1e-6; i++)
		all *= lost;
	return all < 1e-6;
}

/* The peer's kernel answers what gets through to it. */
static void answered(const struct situation *s, const struct tcp_options *o, const char *never,
		     struct window *w)
{
	if (o->keepalive && !chance_spares(s, o, s->horizon_ns))
		window_none(w, "every probe of one keepalive cycle may be lost by chance");
	else
		window_never(w, "%s", never);
}

/* Whether keepalive probes at all while all is well: nobody talks more often than its idle time. */
static bool probed(const struct situation *s, const struct tcp_options *o)
{
	int64_t idle = idle_ns_of(s, o);

	return o->keepalive && (!o->writes_ns || o->writes_ns > idle) &&
	       (!o->reads_ns || o->reads_ns > idle) &&
	       (s->traffic == TRAFFIC_IDLE || s->traffic == TRAFFIC_CONNECTING ||
		TRAFFIC_PERIOD_NS >= idle);
}

/*
 * Loss on a steady path ends a connection that is well where it takes all probes of one cycle, before the
 * fault, or after it with some that the fault took: no sooner than a whole cycle after arming, but
 * sooner than the fault alone would.
 */
static void by_chance(const struct situation *s, const struct tcp_options *o, struct window *w)
{
	int64_t cycle = intvl_ns_of(s, o) * (o->user_timeout_ns ? 1 : fatal_probes(s, o)), soonest;
	bool goes_on = s->effect.kind == EFFECT_FLAPPING || s->effect.for_ns;
	size_t n;

	if (!s->path.loss_ppm && !s->path.corrupt_ppm)
		return;
	if (!probed(s, o) || 
	    chance_spares(s, o, s->since_armed_hi_ns + (goes_on ? s->horizon_ns : 0)))
		return;
	soonest = idle_ns_of(s, o) + cycle;
	if (o->user_timeout_ns > soonest)
		soonest = o->user_timeout_ns;
	soonest -= s->since_armed_hi_ns;
	if (w->kind == WINDOW_NEVER)
		window_none(w, "every probe of one keepalive cycle may be lost by chance");
	if (w->kind != WINDOW_SOME || soonest >= w->lo_ns)
		return;
	w->lo_ns = soonest;
	n = strlen(w->why);
	snprintf(w->why + n, sizeof(w->why) - n, "; sooner, and even before the fault, where loss takes all "
		 "probes of one cycle");
	steps_end(s->steps, w, "tcp_timer.c: tcp_keepalive_timer",
		  "or sooner: all probes of one cycle may be lost by chance");
}

static void tell_goodbye(const struct situation *s, const struct window *w)
{
	static const char *const said[] = {
		[EFFECT_FIN] = "its FIN arrives: readable, recv returns 0",
		[EFFECT_HALF_CLOSE] = "its FIN arrives: readable, recv returns 0; the other way is open",
		[EFFECT_RST] = "its RST arrives: readable, recv fails with ECONNRESET",
		[EFFECT_GONE] = "its FIN arrives: recv returns 0; a RST, ECONNRESET, if it left data unread",
	};

	steps_end(s->steps, w,
		  s->effect.kind == EFFECT_RST ? "RFC 9293 3.5.2; tcp_input.c: tcp_reset"
					       : "RFC 9293 3.6; tcp_input.c: tcp_fin",
		  said[s->effect.kind]);
}

void tcp_readable_end(const struct situation *s, const struct tcp_options *o, struct window *w)
{
	int64_t prompt = tcp_prompt_ns(s);
	bool lossy = s->path.loss_ppm || s->path.corrupt_ppm;

	switch (s->effect.kind) {
	case EFFECT_FIN:
	case EFFECT_HALF_CLOSE:
	case EFFECT_RST:
	case EFFECT_GONE:
		if (lossy)
			window_none(w, "a FIN or RST may be lost on this path: a lost FIN waits for a "
				       "retransmission, a lost RST for the next segment");
		else
			window_some(w, 0, prompt,
				    "the peer's kernel says so: FIN or RST arrives after one path delay "
				    "(RFC 9293 3.6, 3.5.2)");
		tell_goodbye(s, w);
		break;
	case EFFECT_SILENCE:
		silence(s, o, w);
		by_chance(s, o, w);
		break;
	case EFFECT_FLAPPING:
		flap_readable_end(s, o, w);
		by_chance(s, o, w);
		break;
	case EFFECT_FORGOTTEN:
		forgotten_readable_end(s, o, w);
		break;
	case EFFECT_FROZEN:
		answered(s, o, "the peer's kernel goes on answering for a stopped process", w);
		break;
	case EFFECT_STALLED:
		closed_readable_end(s, o, w);
		break;
	case EFFECT_OBSERVER_FROZEN:
	case EFFECT_SIGNALS:
	case EFFECT_NOTHING:
		answered(s, o, "the peer is alive and the path is open", w);
		break;
	case EFFECT_IMPAIRED:
		answered(s, o, "TCP repairs loss, reordering and duplication long before it gives up", w);
		break;
	}
}
