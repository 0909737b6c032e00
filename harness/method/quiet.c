/* SPDX-License-Identifier: MIT */
/*
 * What arrives is known from the traffic: the peer's message, its answer to the observer's, or its
 * kernel's acknowledgement, each k seconds after arming, k >= 1, and the path's delay later; on an
 * idle connection nothing ever. The limit counts from the last arrival, at first from arming.
 */
#include "method/quiet.h"

#include "base/clock.h"
#include "method/repair.h"
#include "theory/closed.h"
#include "theory/flap.h"
#include "theory/steps.h"
#include "theory/tcp.h"

/* Two programs' reaction to each other's connection and to a message. */
#define SKEW_NS (10 * NS_PER_MS)

static int64_t flight_ns(const struct situation *s, const struct quiet *q)
{
	return situation_rtt_ns(s) + 2 * s->path.jitter_ns + SKEW_NS + (q->acks ? TCP_DELACK_MIN_NS : 0);
}

/* How often something arrives while all is well; 0: never. */
static int64_t heard_every_ns(const struct situation *s, const struct quiet *q)
{
	if (s->traffic == TRAFFIC_REQUEST || situation_peer_writes_ns(s))
		return TRAFFIC_PERIOD_NS;
	return q->acks ? situation_observer_writes_ns(s) : 0;
}

/* Nothing has arrived since arming. */
static void from_arming(const struct situation *s, const struct quiet *q, struct window *w)
{
	const struct effect *e = &s->effect;
	int64_t lo = q->lo_ns - s->since_armed_hi_ns, hi = q->hi_ns - s->since_armed_lo_ns;

	if (lo < 0) {
		window_none(w, "nothing arrives on this connection, so the limit runs out before the fault%s: "
			       "a false alarm by its nature", hi < 0 ? "" : ", or just after it");
		return;
	}
	if (e->kind == EFFECT_OBSERVER_FROZEN && !e->for_ns) {
		window_none(w, "the limit runs out while the observer itself is stopped");
		return;
	}
	if (e->kind == EFFECT_OBSERVER_FROZEN && hi < e->for_ns + SKEW_NS)
		hi = e->for_ns + SKEW_NS;
	window_some(w, lo, hi,
		    "nothing arrives on this connection, fault or not, and the limit counts from arming: "
		    "silence is no death, RFC 9293 3.8.4");
	steps_end(s->steps, w, "RFC 9293 3.8.4",
		  "nothing has arrived since arming for as long as the limit");
}

/* Arrivals stop with the fault; every @every ns before it one came. */
static void from_last(const struct situation *s, const struct quiet *q, int64_t every,
		      struct window *w)
{
	int64_t flight = flight_ns(s, q), x_lo = s->since_armed_lo_ns, x_hi = s->since_armed_hi_ns;
	int64_t sure = x_lo > flight + SKEW_NS ? (x_lo - flight - SKEW_NS) / every : 0;
	int64_t perhaps = (x_hi + flight + SKEW_NS) / every, lo, hi, end = s->effect.for_ns;

	if (situation_lossy(s)) {
		window_none(w, "what is lost on this path arrives with its retransmission: when the last "
			       "arrival was cannot be told");
		return;
	}
	lo = sure * every - (sure ? SKEW_NS : 0) + q->lo_ns - x_hi;
	hi = perhaps * every + (perhaps ? flight : 0) + q->hi_ns - x_lo;
	steps_add(s->steps, lo - q->lo_ns, hi - q->hi_ns, NULL,
		  "the last arrival, from which the limit counts; arming if there is none");
	if (!end || hi < end)
		window_some(w, lo, hi, "the limit counts from the last arrival before the fault");
	else if (repair_back_ns(s, (sure + 1) * every - x_hi, flight) < lo)
		window_never(w, "it is over, and TCP has repaired the gap, before the limit runs out");
	else
		window_none(w, "it ends about when the limit runs out: TCP's backed-off retransmission "
			       "and the limit race");
	steps_end(s->steps, w, NULL, "nothing has arrived for as long as the limit");
}

static void alive(const struct situation *s, const struct quiet *q, int64_t every, struct window *w)
{
	bool impaired = s->effect.kind == EFFECT_IMPAIRED;
	int64_t budget = q->lo_ns - every - flight_ns(s, q);
	int64_t late = repair_round_trip_ns(s, impaired && s->effect.out, impaired && s->effect.in,
					    budget - 1);

	if (late >= 0 && late < budget)
		window_never(w, "something arrives in time, every second");
	else
		window_none(w, "an arrival may be late by more than the limit: loss under TCP is delay");
}

/* Who does not read goes on writing, and its kernel acknowledging, until the window is closed: then
 * only the answers to probes arrive, each twice as far apart as the one before. */
static void stalled(const struct situation *s, const struct quiet *q, int64_t every, struct window *w)
{
	bool writes = situation_peer_writes_ns(s);
	int64_t lo, hi;

	if (!writes && !q->acks) {
		from_last(s, q, every, w);
	} else if (writes || !closed_window(s, 0, &lo, &hi)) {
		alive(s, q, every, w);
	} else if (s->effect.for_ns || q->hi_ns >= s->kernel.rto_max_ns) {
		window_none(w, "the answers to the probes of a closed window are far apart for a while");
	} else {
		window_some(w, lo - every + q->lo_ns, hi + closed_probe_ns(s) + 4 * q->hi_ns,
			    "the window is closed, and the answered probes come twice as far apart each time");
		closed_tell(s, lo, hi);
		steps_end(s->steps, w, NULL, "the last answered probe lies back as long as the limit");
	}
}

/* What arrives is drawn by the observer's own program, which stands still. */
static void asleep(const struct situation *s, const struct quiet *q, int64_t every, struct window *w)
{
	int64_t longest = s->effect.for_ns + every + flight_ns(s, q);

	if (situation_observer_writes_ns(s) && longest >= q->lo_ns)
		window_none(w, "the stopped program asks nothing, so nothing arrives: the limit may run out "
			       "before the first answer after it");
	else
		alive(s, q, every, w);
}

void quiet_window(const struct situation *s, const struct quiet *q, struct window *w)
{
	int64_t every = heard_every_ns(s, q), guard = flight_ns(s, q) + SKEW_NS;
	const struct effect *e = &s->effect;
	struct situation first;

	if (!every || q->hi_ns < every - guard) {
		from_arming(s, q, w);
		return;
	}
	if (q->lo_ns <= every + guard) {
		window_none(w, "the limit is about as long as the traffic's own period: they race");
		return;
	}
	switch (e->kind) {
	case EFFECT_FIN:
	case EFFECT_HALF_CLOSE:
	case EFFECT_RST:
	case EFFECT_GONE:
		window_never(w, "the end itself arrives before the limit runs out");
		break;
	case EFFECT_FROZEN:
		if (q->acks && situation_observer_writes_ns(s))
			window_never(w, "the peer's kernel acknowledges for a stopped process");
		else
			from_last(s, q, every, w);
		break;
	case EFFECT_STALLED:
		stalled(s, q, every, w);
		break;
	case EFFECT_SILENCE:
		if (!e->lose_in && situation_peer_writes_ns(s))
			window_none(w, "the peer's data goes on arriving until its TCP, without "
				       "acknowledgements, falls back to retransmitting");
		else
			from_last(s, q, every, w);
		break;
	case EFFECT_FORGOTTEN:
		if (e->silent_ns)
			from_last(s, q, every, w);
		else
			window_never(w, "the next segment draws a RST before the limit runs out");
		break;
	case EFFECT_FLAPPING:
		first = flap_first(s);
		quiet_window(&first, q, w);
		flap_later(s, q->lo_ns - every, w);
		break;
	case EFFECT_OBSERVER_FROZEN:
		asleep(s, q, every, w);
		break;
	default:
		alive(s, q, every, w);
	}
}
