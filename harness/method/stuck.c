/* SPDX-License-Identifier: MIT */
/*
 * The first byte that nobody acknowledges is seen at the next look, and again at every look after
 * it; the limit counts from the first of them. Nothing else is needed: TCP retransmitting or giving
 * up changes neither write_seq nor snd_una (net/ipv4/tcp.c: tcp_ioctl).
 */
#include "method/stuck.h"

#include "base/clock.h"
#include "method/ends.h"
#include "method/look.h"
#include "method/repair.h"
#include "theory/closed.h"
#include "theory/flap.h"
#include "theory/steps.h"
#include "theory/tcp.h"

/* A delayed acknowledgement (TCP_DELACK_MIN, include/net/tcp.h) and two programs' reactions. */
#define ACK_NS (50 * NS_PER_MS)

int64_t stuck_looks(const struct stuck *k)
{
	return (k->limit_ns + k->poll_ns - 1) / k->poll_ns;
}

static int64_t path_ns(const struct situation *s)
{
	const struct effect *e = &s->effect;
	int64_t more = e->impair.delay_ns + e->impair.jitter_ns;
	int64_t rtt = situation_rtt_ns(s) + 2 * s->path.jitter_ns + ACK_NS;

	if (e->kind == EFFECT_IMPAIRED)
		rtt += (e->out ? more : 0) + (e->in ? more : 0);
	return rtt;
}

static bool blurred(const struct situation *s, const struct stuck *k, struct window *w)
{
	int64_t writes = situation_observer_writes_ns(s);

	if (!k->amount_only || !writes || k->poll_ns + path_ns(s) <= writes)
		return false;
	window_none(w, "every look may find a fresh byte in flight, which looks like an old one: look "
		       "more often than the traffic writes");
	return true;
}

static void silent(const struct situation *s, const struct stuck *k, int64_t writes, struct window *w)
{
	int64_t x_lo = s->since_armed_lo_ns, x_hi = s->since_armed_hi_ns, end = s->effect.for_ns;
	int64_t limit = stuck_looks(k) * k->poll_ns, first, last;

	first_lost_write(s, writes, &first, &last);
	window_some(w, look_next(x_lo + first - LOOK_LATE_NS, k->poll_ns) + limit - x_hi,
		    look_next(x_hi + last + LOOK_LATE_NS, k->poll_ns) + limit - x_lo,
		    "the first byte that nobody acknowledges is seen at the next look, and for the whole "
		    "limit after it (tcp(7): SIOCOUTQ, TCP_INFO)");
	steps_add(s->steps, first, last, NULL, "the observer's first byte that stays in flight is written");
	steps_add(s->steps, w->lo_ns - limit, w->hi_ns - limit, "tcp(7): SIOCOUTQ, TCP_INFO",
		  "the next look sees it in flight, and so do those after it");
	steps_wait(s->steps, limit, limit);
	if (!end || w->hi_ns < end)
		steps_end(s->steps, w, NULL, "it was there at every look for as long as the limit");
	else if (s->effect.kind == EFFECT_SILENCE && repair_back_ns(s, first, path_ns(s)) < w->lo_ns)
		window_never(w, "it is over, and TCP has repaired the gap, before the limit");
	else
		window_none(w, "it ends about when the limit does: TCP's backed-off retransmission and "
			       "the limit race");
}

void stuck_window(const struct situation *s, const struct stuck *k, struct window *w)
{
	int64_t writes = situation_observer_writes_ns(s);
	bool answers = s->traffic == TRAFFIC_REQUEST && !writes;
	bool closed = s->effect.kind == EFFECT_FIN || s->effect.kind == EFFECT_GONE ||
		      s->effect.kind == EFFECT_RST;

	if (s->effect.kind == EFFECT_FLAPPING) {
		struct situation first = flap_first(s);

		stuck_window(&first, k, w);
		flap_later(s, k->limit_ns, w);
		return;
	}
	if (s->effect.larger && !s->effect.lose_out) {
		stuck_alive(s, k, w);
		return;
	}
	if (blurred(s, k, w))
		return;
	if (writes)
		silent(s, k, writes, w);
	else if (answers && s->effect.kind == EFFECT_FORGOTTEN && !s->effect.lose_in)
		window_none(w, "questions still arrive, and the answer that draws the RST stays");
	else if (answers && !closed && !s->effect.lose_in)
		window_none(w, "questions still arrive for a while, and the answers are lost");
	else if (answers && ends_answer_in_flight(s))
		window_none(w, "the last answer may be on its way when the fault comes");
	else
		window_never(w, "nothing is in flight, so nothing can be stuck");
}

void stuck_alive(const struct situation *s, const struct stuck *k, struct window *w)
{
	bool impaired = s->effect.kind == EFFECT_IMPAIRED;
	int64_t budget = (stuck_looks(k) - 1) * k->poll_ns - ACK_NS, late;

	if (!situation_observer_writes_ns(s) && s->traffic != TRAFFIC_REQUEST) {
		window_never(w, "the observer writes nothing, so nothing can be stuck");
		return;
	}
	if (blurred(s, k, w))
		return;
	late = repair_round_trip_ns(s, impaired && s->effect.out, impaired && s->effect.in, budget - 1);
	if (late >= 0 && late < budget)
		window_never(w, "the peer's kernel acknowledges in time");
	else
		window_none(w, "an acknowledgement may be late by more than the limit: loss under TCP is "
			       "delay");
}

void stuck_stalled(const struct situation *s, const struct stuck *k, struct window *w)
{
	int64_t limit = stuck_looks(k) * k->poll_ns, end = s->effect.for_ns, lo, hi;

	stuck_alive(s, k, w);
	if (w->kind != WINDOW_NEVER || !closed_window(s, 0, &lo, &hi))
		return;
	closed_tell(s, lo, hi);
	lo += limit;
	hi += closed_probe_ns(s) + limit + k->poll_ns;
	if (end && lo > end)
		window_never(w, "the peer reads again before the limit");
	else if (end && hi > end)
		window_none(w, "the peer reads again about when the limit is reached");
	else
		window_some(w, lo, hi,
			    "what the closed window does not take waits, for the whole limit (RFC 9293 3.8.6)");
	steps_end(s->steps, w, NULL, "it has waited at every look for as long as the limit");
}
