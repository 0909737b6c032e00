/* SPDX-License-Identifier: MIT */
/*
 * What a socket's own kernel will say of a fault, and when: the decision in front of the two
 * replays. Either the end arrives as a packet (FIN, RST), or the observer has data in flight
 * (retransmission decides), or it has not and SO_KEEPALIVE is on (keepalive decides), or nobody
 * will ever tell it. RFC 9293 3.8.3 and 3.8.4; RFC 1122 4.2.3.5 and 4.2.3.6; tcp(7).
 */
#include "theory/tcp.h"

#include "base/clock.h"
#include "theory/flap.h"
#include "theory/forgotten.h"

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

static int64_t writes_of(const struct situation *s, const struct tcp_options *o)
{
	int64_t traffic = situation_observer_writes_ns(s);

	if (!traffic)
		return o->writes_ns;
	if (!o->writes_ns)
		return traffic;
	return traffic < o->writes_ns ? traffic : o->writes_ns;
}

static void silence(const struct situation *s, const struct tcp_options *o, struct window *w)
{
	int64_t writes = writes_of(s, o), lo = INT64_MAX, hi = INT64_MAX;
	bool refused = s->effect.where == WHERE_OWN_QDISC && s->effect.lose_out;
	struct giveup keepalive = { 0 };

	if (s->effect.lose_out && !s->effect.lose_in && situation_peer_writes_ns(s)) {
		window_none(w, "the peer's data goes on arriving while its acknowledgements are lost: how "
			       "long it refreshes keepalive depends on the peer's own retransmissions");
		return;
	}
	if (writes)
		first_lost_write(s, writes, &lo, &hi);
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
		return;
	}
	if (writes && keepalive.found && keepalive.lo_ns < hi) {
		window_none(w, "keepalive and the next write race for the connection");
		return;
	}
	if (writes) {
		struct giveup rto = rto_giveup(s, o, writes);

		conclude(s, &rto, w,
			 o->user_timeout_ns
				 ? "data in flight: TCP_USER_TIMEOUT from the first retransmission (tcp(7))"
				 : "data in flight: the first retransmission timeout past tcp_retries2 read as "
				   "a time (tcp_timer.c: retransmits_timed_out)");
		return;
	}
	if (o->keepalive && refused)
		window_never(w, "the own qdisc refuses every probe, and a refused probe is not counted "
				"(tcp_timer.c: TCP_RESOURCE_PROBE_INTERVAL)");
	else
		window_never(w, "nothing arrives and nothing is in flight: TCP itself sends nothing on an "
				"idle connection without keepalive (RFC 1122 4.2.3.6)");
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
		break;
	case EFFECT_SILENCE:
		silence(s, o, w);
		break;
	case EFFECT_FLAPPING:
		flap_readable_end(s, o, w);
		break;
	case EFFECT_FORGOTTEN:
		forgotten_readable_end(s, o, w);
		break;
	case EFFECT_FROZEN:
		window_never(w, "the peer's kernel goes on answering for a stopped process");
		break;
	case EFFECT_OBSERVER_FROZEN:
	case EFFECT_SIGNALS:
	case EFFECT_NOTHING:
		window_never(w, "the peer is alive and the path is open");
		break;
	case EFFECT_IMPAIRED:
		if (o->keepalive && (s->effect.impair.loss_ppm || s->effect.impair.corrupt_ppm))
			window_none(w, "every probe of one keepalive cycle may be lost by chance");
		else
			window_never(w, "TCP repairs loss, reordering and duplication long before it "
					"gives up");
		break;
	}
}
