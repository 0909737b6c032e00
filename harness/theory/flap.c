/* SPDX-License-Identifier: MIT */
/*
 * Silence that comes and goes. Who gives up within the first silence does so as in any silence. Of
 * the later ones it is not known in which phase they are met, because every answered probe and
 * every retransmission moves the timers; so the rest is said only where it holds for any phase:
 *
 *   nothing in flight, no keepalive   nothing is ever lost
 *   it would take longer than all     whatever it is that gives up, its last attempt comes after
 *     the flapping                      the last silence, and is answered
 *   keepalive                         at most cnt - 1 probes fit into one silence, and the next
 *                                       one, at most an interval later, meets an open link
 *
 * A silence costs TCP as long again, for the next retransmission is as far off as the first lost
 * one lies back, and an eighth for the timer wheel (theory/rto.c).
 */
#include "theory/flap.h"

#include "base/clock.h"

/* Beyond the doubling: the first RTO, and a neighbour that has to be found again (arp(7)). */
#define REPAIR_NS (500 * NS_PER_MS + NS_PER_S)

struct situation flap_first(const struct situation *s)
{
	struct situation first = *s;

	first.effect.kind = EFFECT_SILENCE;
	first.effect.for_ns = s->effect.down_ns;
	return first;
}

int64_t flap_total_ns(const struct effect *effect)
{
	return effect->times * effect->down_ns + (effect->times - 1) * effect->up_ns;
}

void flap_later(const struct situation *s, int64_t patience_ns, struct window *w)
{
	const struct effect *e = &s->effect;
	int64_t repair = e->down_ns + e->down_ns / 8 + REPAIR_NS + situation_rtt_ns(s);

	if (w->kind != WINDOW_NEVER || e->times == 1)
		return;
	if (patience_ns > e->down_ns + repair && e->up_ns > repair)
		return;
	window_none(w, "not noticed the first time the link is down; a later time meets the method in "
		       "another phase, and TCP perhaps before it has repaired the gap");
}

/* What would have to go on unanswered for good, and does not. */
static bool outlasts_all(const struct situation *s, const struct tcp_options *o, int64_t writes)
{
	struct situation silent = *s;
	struct giveup g;

	silent.effect.kind = EFFECT_SILENCE;
	g = writes ? rto_giveup(&silent, o, writes) : keepalive_giveup(&silent, o);
	return !g.found || g.last_lo_ns > flap_total_ns(&s->effect);
}

static bool probe_gets_through(const struct situation *s, const struct tcp_options *o)
{
	int64_t intvl = o->intvl_ns ? o->intvl_ns : s->kernel.keepalive_intvl_s * NS_PER_S;
	int cnt = o->cnt ? o->cnt : s->kernel.keepalive_probes;
	int64_t latest = intvl + intvl / 7 + NS_PER_S / s->kernel.hz;

	return s->effect.down_ns < (cnt - 1) * intvl && s->effect.up_ns > latest + situation_rtt_ns(s);
}

void flap_readable_end(const struct situation *s, const struct tcp_options *o, struct window *w)
{
	struct situation first = flap_first(s);
	int64_t traffic = situation_observer_writes_ns(s), writes = o->writes_ns;

	tcp_readable_end(&first, o, w);
	if (w->kind != WINDOW_NEVER || s->effect.times == 1)
		return;
	if (traffic && (!writes || traffic < writes))
		writes = traffic;
	if (!writes && (!o->keepalive || probe_gets_through(s, o)))
		return;
	if (outlasts_all(s, o, writes))
		window_never(w, "the link is back for good before TCP's last attempt, which is answered");
	else
		window_none(w, "whether every attempt falls into one of the silences turns on the phase");
}
