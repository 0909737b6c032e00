/* SPDX-License-Identifier: MIT */
/*
 * When the heartbeat of heartbeat.c notices: so long after the first beat that is missed (beats.c).
 *
 * What TCP adds. A connection that TCP itself gives up is noticed then, because the heartbeat waits
 * on the socket. A silence that ends (`for:`) does not end for TCP until its next retransmission,
 * and the wait for that is as long as the silence has lasted so far (the RTO doubles).
 *
 * Loss under TCP is delay. After as many transmissions as make the loss of all of them less likely
 * than 1e-6 a message is taken to have arrived; where that needs a whole period, theory gives no
 * window.
 */
#include "method/heartbeat.h"

#include "base/clock.h"
#include "base/minmax.h"
#include "method/beats.h"
#include "method/repair.h"
#include "theory/flap.h"
#include "theory/steps.h"
#include "theory/tcp.h"

static void conclude(const struct beats *b, const struct beats_verdict *v, int64_t round_trip,
		     struct window *w, const char *why)
{
	const struct situation *s = b->s;

	if (!s->effect.for_ns || v->hi < s->effect.for_ns)
		window_some(w, max64(0, v->lo), max64(0, v->hi), "%s", why);
	else if (repair_back_ns(s, v->first_lost, round_trip) < v->lo)
		window_never(w, "it is over, and TCP has repaired the gap, before enough was missed");
	else
		window_none(w, "it ends about when the heartbeat would notice: TCP's backed-off "
			       "retransmission and the heartbeat race");
	heartbeat_steps(s, b->opt, &v->counts_from, w);
}

/* TCP's own end reaches the heartbeat too: the earlier of both counts. */
static void earlier_end(const struct situation *s, const struct tcp_options *o, struct window *w)
{
	struct window tcp;

	if (w->kind == WINDOW_SOME && s->effect.kind == EFFECT_SILENCE) {
		int64_t traffic = situation_observer_writes_ns(s), writes = o->writes_ns;
		struct giveup g = { 0 };

		if (traffic && (!writes || traffic < writes))
			writes = traffic;
		if (writes)
			g = rto_giveup(s, o, writes);
		if (!g.found || w->hi_ns < g.lo_ns) {
			if (g.found)
				rto_steps(s, o, w);
			return;
		}
	}
	tcp_readable_end(s, o, &tcp);
	if (tcp.kind == WINDOW_NEVER)
		return;
	if (w->kind == WINDOW_SOME && tcp.kind == WINDOW_SOME && w->hi_ns < tcp.hi_ns) {
		w->lo_ns = min64(w->lo_ns, tcp.lo_ns);
		return;
	}
	if (w->kind == WINDOW_SOME && tcp.kind == WINDOW_SOME)
		tcp.lo_ns = min64(w->lo_ns, tcp.lo_ns);
	if (w->kind != WINDOW_NONE)
		*w = tcp;
}

/* Any pong that comes within a period after a ping answers it, and pongs come at most a period and
 * a round trip apart: that must not leave @misses pings in a row without one. */
static int64_t pong_budget_ns(const struct beats *b)
{
	return max64(1, b->misses - 1) * b->period - BEATS_PING_SKEW_NS;
}

static void alive_ping(const struct beats *b, int64_t round_trip, struct window *w)
{
	const struct effect *e = &b->s->effect;
	int64_t least = (e->out ? e->impair.delay_ns - e->impair.jitter_ns : 0) +
			(e->in ? e->impair.delay_ns - e->impair.jitter_ns : 0);
	struct beats_verdict v;

	if (round_trip >= 0 && round_trip < pong_budget_ns(b)) {
		window_never(w, "the peer's application is alive, and its answers come before enough "
				"pings have waited a period");
	} else if (least > b->misses * b->period + BEATS_PING_SKEW_NS && !e->impair.reorder_ppm) {
		v = beats_pings(b, situation_rtt_ns(b->s) + 2 * b->s->path.jitter_ns);
		conclude(b, &v, round_trip, w,
			 "the path's delay exceeds what the heartbeat waits: misses * period after the "
			 "first ping that meets it");
	} else {
		window_none(w, "an answer may need more than the period: loss under TCP is delay");
	}
}

static void alive_beacon(const struct beats *b, int64_t round_trip, struct window *w)
{
	int64_t patience = (b->misses - 1) * b->period + b->grace;

	if (round_trip >= 0 && 2 * round_trip + BEATS_BEACON_SKEW_NS < patience)
		window_never(w, "the peer's application is alive, and its beacons are late by less than "
				"the grace");
	else
		window_none(w, "a beacon may be late by more than the grace: delay, and loss under TCP, "
			       "shift it");
}

static void alive(const struct beats *b, bool beacon, struct window *w)
{
	const struct effect *e = &b->s->effect;
	bool impaired = e->kind == EFFECT_IMPAIRED;
	int64_t patience = (b->misses - 1) * b->period + b->grace;
	int64_t budget = beacon ? patience / 2 - BEATS_BEACON_SKEW_NS : pong_budget_ns(b);
	int64_t round_trip =
		repair_round_trip_ns(b->s, impaired && e->out, impaired && e->in, max64(0, budget - 1));

	if (beacon)
		alive_beacon(b, round_trip, w);
	else
		alive_ping(b, round_trip, w);
	if (w->kind != WINDOW_NEVER)
		return;
	steps_add(b->s->steps, 0, b->s->horizon_ns, NULL,
		  beacon ? "a beacon arrives, in time" : "a ping, and its answer in time");
	steps_every(b->s->steps, b->period);
}

/* The peer never reads: no ping is ever answered, fault or not. */
static void stalled(const struct beats *b, struct window *w)
{
	int64_t dead = (1 + b->misses) * b->period;

	if (b->x_hi < dead - BEATS_PING_SKEW_NS)
		window_some(w, dead - b->x_hi, dead - b->x_lo + 2 * beats_slack_ns(b->period),
			    "the peer's application never reads, so the first ping of all has no answer");
	else
		window_none(w, "the peer's application never reads: the heartbeat rightly declares it "
			       "dead before the fault");
	heartbeat_steps(b->s, b->opt, &(struct span){ b->period - b->x_hi, b->period - b->x_lo }, w);
}

static void dead(const struct beats *b, bool beacon, struct window *w)
{
	int64_t round_trip = repair_round_trip_ns(b->s, b->s->effect.out, b->s->effect.in,
						  max64(0, b->period - BEATS_PING_SKEW_NS));
	struct beats_verdict v;

	if (round_trip < 0 || (!beacon && round_trip + BEATS_PING_SKEW_NS >= b->period)) {
		window_none(w, "already before the fault a message may need more than the period");
		return;
	}
	if (beacon && situation_lossy(b->s)) {
		window_none(w, "a beacon lost on this path comes with its retransmission: when the last "
			       "one arrived before the fault cannot be told");
		return;
	}
	v = beacon ? beats_beacons(b) : beats_pings(b, round_trip);
	conclude(b, &v, round_trip, w,
		 beacon ? "misses * period + grace after the last beacon that arrived"
			: "misses * period after the first ping without an answer, pings leaving at "
			  "armed + k * period");
}

/* How long the heartbeat waits for the next sign of life, at the least. */
static int64_t patience_ns(const struct opt_values *opt, bool beacon)
{
	int64_t missed = opt->v[HEARTBEAT_MISSES] * opt->v[HEARTBEAT_PERIOD];

	return beacon ? missed - opt->v[HEARTBEAT_PERIOD] + heartbeat_grace_ns(opt) : missed;
}

/* Each silence by itself, and TCP's end, which may outlast one. */
static void flapping(const struct opt_values *opt, const struct tcp_options *tcp,
		     const struct situation *s, struct window *w)
{
	struct situation first = flap_first(s);
	struct window end;
	int mark;

	heartbeat_window(opt, &first, w);
	flap_later(s, patience_ns(opt, !tcp->writes_ns), w);
	mark = steps_mark(s->steps);
	tcp_readable_end(s, tcp, &end);
	if (w->kind == WINDOW_NEVER && end.kind != WINDOW_NEVER)
		*w = end;
	else
		steps_back(s->steps, mark);
}

void heartbeat_window(const struct opt_values *opt, const struct situation *s, struct window *w)
{
	bool beacon = opt->v[HEARTBEAT_MODE] == HEARTBEAT_BEACON;
	struct tcp_options tcp = {
		.writes_ns = beacon ? 0 : opt->v[HEARTBEAT_PERIOD],
		.answers_ns = beacon ? 0 : opt->v[HEARTBEAT_PERIOD],
		.reads_ns = beacon ? opt->v[HEARTBEAT_PERIOD] : 0,
	};
	struct beats b = {
		.s = s,
		.opt = opt,
		.period = opt->v[HEARTBEAT_PERIOD],
		.misses = opt->v[HEARTBEAT_MISSES],
		.grace = beacon ? heartbeat_grace_ns(opt) : 0,
		.x_lo = max64(0, s->since_armed_lo_ns),
		.x_hi = max64(0, s->since_armed_hi_ns),
	};

	switch (s->effect.kind) {
	case EFFECT_FIN:
	case EFFECT_HALF_CLOSE:
	case EFFECT_RST:
	case EFFECT_GONE:
		tcp_readable_end(s, &tcp, w);
		return;
	case EFFECT_FLAPPING:
		flapping(opt, &tcp, s, w);
		return;
	case EFFECT_FORGOTTEN:
		tcp.reads_ns = beacon && !s->effect.lose_in ? opt->v[HEARTBEAT_PERIOD] : 0;
		tcp.answers_ns = opt->v[HEARTBEAT_PERIOD];
		if (!s->effect.silent_ns && (!beacon || tcp.reads_ns)) {
			tcp_readable_end(s, &tcp, w);
			return;
		}
		dead(&b, beacon, w);
		break;
	case EFFECT_STALLED:
		/* Who does not read goes on sending beacons. */
		if (beacon)
			alive(&b, beacon, w);
		else
			dead(&b, beacon, w);
		break;
	case EFFECT_SILENCE:
	case EFFECT_FROZEN:
		if (s->effect.larger) {
			heartbeat_large(opt, s, w);
			return;
		}
		if (!beacon && s->traffic == TRAFFIC_STALLED)
			stalled(&b, w);
		else
			dead(&b, beacon, w);
		break;
	default:
		if (!beacon && s->traffic == TRAFFIC_STALLED)
			stalled(&b, w);
		else
			alive(&b, beacon, w);
	}
	earlier_end(s, &tcp, w);
}
