/* SPDX-License-Identifier: MIT */
/*
 * When the heartbeat of heartbeat.c notices. Its schedule is known exactly from arming, so the
 * window is narrow: which ping is the first unanswered one, or which beacon the last that arrives,
 * follows from the distance x between arming and fault; death follows from that. Where the fault
 * lies so close to a ping or a beacon that either side is possible, the window is the hull of both.
 *
 * What TCP adds. A connection that TCP itself gives up is noticed then, because the heartbeat waits
 * on the socket. A silence that ends (`for:`) does not end for TCP until its next retransmission,
 * and the wait for that is as long as the silence has lasted so far (the RTO doubles). When only
 * the observer's packets are lost, beacons go on arriving until the peer's TCP, missing its
 * acknowledgements, falls back to one segment in flight: the one it retransmits.
 *
 * Loss under TCP is delay. After as many transmissions as make the loss of all of them less likely
 * than 1e-6 a message is taken to have arrived; where that needs a whole period, theory gives no
 * window.
 *
 * The wait itself: ppoll(2) may return up to 0.1 % late, 100 ms at most
 * (fs/select.c: select_estimate_accuracy).
 */
#include "method/heartbeat.h"

#include "base/clock.h"
#include "method/repair.h"
#include "theory/flap.h"
#include "theory/steps.h"
#include "theory/tcp.h"

/* The observer's own reaction, and that of two programs to each other's connection. */
#define PING_SKEW_NS   (2 * NS_PER_MS)
#define BEACON_SKEW_NS (10 * NS_PER_MS)
/* TCP_DELACK_MAX (include/net/tcp.h): an acknowledgement may wait for data this long. */
#define DELACK_MAX_NS (200 * NS_PER_MS)

struct rhythm {
	const struct situation *s;
	const struct opt_values *opt;
	int64_t period, misses, grace;
	int64_t x_lo, x_hi; /* from arming to the fault */
};

/* Noticed between lo and hi, because of a message that was first lost at first_lost; all relative
 * to the fault. */
struct verdict {
	int64_t lo, hi, first_lost;
	struct span counts_from; /* the first unanswered ping, or the last beacon that arrives */
};

static int64_t max64(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t min64(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t wait_slack_ns(int64_t wait_ns)
{
	return min64(wait_ns / 1000, 100 * NS_PER_MS);
}

/* ---- ping ---- */

/* Death comes misses * period after the first ping without an answer. */
static struct verdict ping_verdict(const struct rhythm *r, int64_t round_trip)
{
	int64_t slack = wait_slack_ns(r->period), p = r->period;
	int64_t guard = round_trip + slack + PING_SKEW_NS;
	int64_t n_lo = r->x_lo >= guard ? (r->x_lo - guard) / p + 1 : 1;
	int64_t n_hi = max64(1, (r->x_hi + p - 1) / p);
	struct verdict v = {
		.lo = INT64_MAX, .first_lost = INT64_MAX, .counts_from = SPAN_EMPTY
	};

	for (int64_t n = n_lo; n <= n_hi; n++) {
		/* The fault lies after ping n - 1 and not long after ping n. */
		int64_t x_min = max64(r->x_lo, (n - 1) * p);
		int64_t x_max = min64(r->x_hi, n * p + guard);

		v.lo = min64(v.lo, (n + r->misses) * p - x_max);
		v.hi = max64(v.hi, (n + r->misses) * p - x_min + 2 * slack);
		v.first_lost = min64(v.first_lost, n * p - x_max);
		span_add(&v.counts_from, n * p - x_max, n * p - x_min + slack);
	}
	return v;
}

/* ---- beacon ---- */

/* The client's last word of the handshake tells the server of the connection, and the beacon takes
 * the same path: each of the two crossings is early or late by the jitter, by its own chance. */
static int64_t beacon_jitter_ns(const struct rhythm *r)
{
	return BEACON_SKEW_NS + 2 * r->s->path.jitter_ns;
}

/* Beacon k arrives between these, after arming; beacon 0 is the arming itself. The two ends see
 * the connection stand up to one round trip apart. */
static int64_t beacon_lo(const struct rhythm *r, int64_t k)
{
	return k ? k * r->period - beacon_jitter_ns(r) : 0;
}

static int64_t beacon_hi(const struct rhythm *r, int64_t k)
{
	return k ? k * r->period + situation_rtt_ns(r->s) + beacon_jitter_ns(r) : 0;
}

/*
 * How many beacons still arrive after only the acknowledgements began to vanish: the first always
 * (unless other data of the peer's came before it), and more until the peer's first RTO, which
 * comes rto_min to about 2 * rto_min later, for there may be a tail-loss probe in between.
 */
static void beacons_unacknowledged(const struct rhythm *r, int64_t *lo, int64_t *hi)
{
	const struct situation *s = r->s;

	*lo = situation_peer_writes_ns(s) ? 0 : 1 + (s->kernel.rto_min_ns - 1) / r->period;
	*hi = 1 + (2 * s->kernel.rto_min_ns + 3 * situation_rtt_ns(s) + 100 * NS_PER_MS) / r->period;
}

/* Death comes misses * period + grace after the last beacon that arrived. */
static struct verdict beacon_verdict(const struct rhythm *r)
{
	const struct effect *e = &r->s->effect;
	bool acks_only = e->kind == EFFECT_SILENCE && !e->lose_in;
	int64_t patience = r->misses * r->period + r->grace, slack = wait_slack_ns(patience);
	int64_t flight = situation_rtt_ns(r->s) + r->s->path.jitter_ns;
	int64_t guard = flight + (acks_only ? DELACK_MAX_NS : 0);
	int64_t more_lo = 0, more_hi = 0, k = max64(0, r->x_lo / r->period - 2);
	struct verdict v = {
		.lo = INT64_MAX, .first_lost = INT64_MAX, .counts_from = SPAN_EMPTY
	};

	if (acks_only)
		beacons_unacknowledged(r, &more_lo, &more_hi);
	while (beacon_hi(r, k + 1) + guard <= r->x_lo)
		k++;
	for (; beacon_lo(r, k) - flight <= r->x_hi; k++) {
		int64_t x_min = max64(r->x_lo, beacon_lo(r, k) - flight);
		int64_t x_max = min64(r->x_hi, beacon_hi(r, k + 1) + guard);

		v.lo = min64(v.lo, beacon_lo(r, k + more_lo) + patience - x_max);
		v.hi = max64(v.hi, beacon_hi(r, k + more_hi) + patience + slack - x_min);
		v.first_lost = min64(v.first_lost, beacon_lo(r, k + 1) - guard - x_max);
		span_add(&v.counts_from, beacon_lo(r, k + more_lo) - x_max,
			 beacon_hi(r, k + more_hi) - x_min);
	}
	return v;
}

/* ---- both ---- */

static void conclude(const struct rhythm *r, const struct verdict *v, int64_t round_trip,
		     struct window *w, const char *why)
{
	const struct situation *s = r->s;

	if (!s->effect.for_ns || v->hi < s->effect.for_ns)
		window_some(w, max64(0, v->lo), max64(0, v->hi), "%s", why);
	else if (repair_back_ns(s, v->first_lost, round_trip) < v->lo)
		window_never(w, "it is over, and TCP has repaired the gap, before enough was missed");
	else
		window_none(w, "it ends about when the heartbeat would notice: TCP's backed-off "
			       "retransmission and the heartbeat race");
	heartbeat_steps(s, r->opt, &v->counts_from, w);
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
static int64_t pong_budget_ns(const struct rhythm *r)
{
	return max64(1, r->misses - 1) * r->period - PING_SKEW_NS;
}

static void alive_ping(const struct rhythm *r, int64_t round_trip, struct window *w)
{
	const struct effect *e = &r->s->effect;
	int64_t least = (e->out ? e->impair.delay_ns - e->impair.jitter_ns : 0) +
			(e->in ? e->impair.delay_ns - e->impair.jitter_ns : 0);
	struct verdict v;

	if (round_trip >= 0 && round_trip < pong_budget_ns(r)) {
		window_never(w, "the peer's application is alive, and its answers come before enough "
				"pings have waited a period");
	} else if (least > r->misses * r->period + PING_SKEW_NS && !e->impair.reorder_ppm) {
		v = ping_verdict(r, situation_rtt_ns(r->s) + 2 * r->s->path.jitter_ns);
		conclude(r, &v, round_trip, w,
			 "the path's delay exceeds what the heartbeat waits: misses * period after the "
			 "first ping that meets it");
	} else {
		window_none(w, "an answer may need more than the period: loss under TCP is delay");
	}
}

static void alive_beacon(const struct rhythm *r, int64_t round_trip, struct window *w)
{
	int64_t patience = (r->misses - 1) * r->period + r->grace;

	if (round_trip >= 0 && 2 * round_trip + BEACON_SKEW_NS < patience)
		window_never(w, "the peer's application is alive, and its beacons are late by less than "
				"the grace");
	else
		window_none(w, "a beacon may be late by more than the grace: delay, and loss under TCP, "
			       "shift it");
}

static void alive(const struct rhythm *r, bool beacon, struct window *w)
{
	const struct effect *e = &r->s->effect;
	bool impaired = e->kind == EFFECT_IMPAIRED;
	int64_t patience = (r->misses - 1) * r->period + r->grace;
	int64_t budget = beacon ? patience / 2 - BEACON_SKEW_NS : pong_budget_ns(r);
	int64_t round_trip =
		repair_round_trip_ns(r->s, impaired && e->out, impaired && e->in, max64(0, budget - 1));

	if (beacon)
		alive_beacon(r, round_trip, w);
	else
		alive_ping(r, round_trip, w);
	if (w->kind != WINDOW_NEVER)
		return;
	steps_add(r->s->steps, 0, r->s->horizon_ns, NULL,
		  beacon ? "a beacon arrives, in time" : "a ping, and its answer in time");
	steps_every(r->s->steps, r->period);
}

/* The peer never reads: no ping is ever answered, fault or not. */
static void stalled(const struct rhythm *r, struct window *w)
{
	int64_t dead = (1 + r->misses) * r->period;

	if (r->x_hi < dead - PING_SKEW_NS)
		window_some(w, dead - r->x_hi, dead - r->x_lo + 2 * wait_slack_ns(r->period),
			    "the peer's application never reads, so the first ping of all has no answer");
	else
		window_none(w, "the peer's application never reads: the heartbeat rightly declares it "
			       "dead before the fault");
	heartbeat_steps(r->s, r->opt, &(struct span){ r->period - r->x_hi, r->period - r->x_lo }, w);
}

static void dead(const struct rhythm *r, bool beacon, struct window *w)
{
	int64_t round_trip = repair_round_trip_ns(r->s, r->s->effect.out, r->s->effect.in,
						  max64(0, r->period - PING_SKEW_NS));
	struct verdict v;

	if (round_trip < 0 || (!beacon && round_trip + PING_SKEW_NS >= r->period)) {
		window_none(w, "already before the fault a message may need more than the period");
		return;
	}
	if (beacon && situation_lossy(r->s)) {
		window_none(w, "a beacon lost on this path comes with its retransmission: when the last "
			       "one arrived before the fault cannot be told");
		return;
	}
	v = beacon ? beacon_verdict(r) : ping_verdict(r, round_trip);
	conclude(r, &v, round_trip, w,
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
	struct tcp_options tcp = { .writes_ns = beacon ? 0 : opt->v[HEARTBEAT_PERIOD] };
	struct rhythm r = {
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
		dead(&r, beacon, w);
		break;
	case EFFECT_STALLED:
		/* Who does not read goes on sending beacons. */
		if (beacon)
			alive(&r, beacon, w);
		else
			dead(&r, beacon, w);
		break;
	case EFFECT_SILENCE:
	case EFFECT_FROZEN:
		if (s->effect.larger) {
			heartbeat_large(opt, s, w);
			return;
		}
		if (!beacon && s->traffic == TRAFFIC_STALLED)
			stalled(&r, w);
		else
			dead(&r, beacon, w);
		break;
	default:
		if (!beacon && s->traffic == TRAFFIC_STALLED)
			stalled(&r, w);
		else
			alive(&r, beacon, w);
	}
	earlier_end(s, &tcp, w);
}
