/* SPDX-License-Identifier: MIT */
/*
 * Data in flight, replayed timer by timer (net/ipv4/tcp_timer.c: tcp_retransmit_timer,
 * tcp_write_timeout, retransmits_timed_out; net/ipv4/tcp_output.c: tcp_schedule_loss_probe).
 *
 * The first segment written into the silence is sent again by a tail-loss probe after about
 * 2 srtt + rto_min, never later than the RTO; then the RTO runs anew from there. Its first expiry
 * retransmits and stamps retrans_stamp; from then on the RTO doubles, up to rto_max. The
 * connection dies at the first expiry at which the time since retrans_stamp has reached the limit:
 * TCP_USER_TIMEOUT if set, which also clamps the last RTO, else tcp_retries2 = N read as a time,
 * (2^(N+1) - 1) * rto_min as long as that doubling stays below rto_max, then rto_max for each
 * further N.
 *
 * With a second segment in flight the tail-loss probe comes sooner and repeats that one; the RTO
 * then runs from when the first segment left. Without carrier the neighbour's entry is flushed, and
 * three requests after the fault other connections' segments may have made it fail: the segment
 * then waits in the entry's queue, and what still waits in the own host is not sent again
 * (skb_still_in_host_queue): retrans_stamp is then the time of the write itself.
 *
 * What is not known exactly, and so replayed over its range: the tick at which the segment left,
 * modulo the coarsest granule of the timer wheel on the way; srtt, which lies between the path's
 * round trip and that plus the longest delayed acknowledgement (TCP_DELACK_MIN, 40 ms:
 * include/net/tcp.h); and how much the RTO has above it, where the path is long or varies. Where nobody answers ARP any more, theory/neighbour.h says how much sooner
 * the end may come.
 *
 * Where the own egress qdisc refuses the segment it never was in flight: tcp_write_xmit() stops
 * before it counts it as sent, nothing is there to be retransmitted, and the timer that runs is
 * the one of a closed window (tcp_check_probe_timer). It begins with the RTO, goes on every
 * TCP_RESOURCE_PROBE_INTERVAL of half a second while the send is refused, undoubled, and gives up
 * when tcp_retries2 probes, read as a number, have gone, or TCP_USER_TIMEOUT from the first of them
 * has passed (tcp_probe_timer, tcp_send_probe0, tcp_clamp_probe0_to_user_timeout).
 */
#include "theory/tcp.h"

#include <string.h>

#include "base/clock.h"
#include "theory/neighbour.h"
#include "theory/rto.h"
#include "theory/wheel.h"

#define NEIGHBOUR_GONE_NS (3 * NS_PER_S)

enum { DELACK_MIN_MS = 40, TIMEOUTS_MAX = 4000, RESIDUES_MAX = 256, VARIANCES = 17, SETTLED = 24 };

struct death {
	int64_t tick, last, first; /* give-up; last and first retransmission by RTO */
	int64_t stamp;             /* what the limit counts from: retrans_stamp */
};

/* tcp_model_timeout(), in ns. */
static int64_t model_timeout_ns(const struct kernel_params *k)
{
	int boundary = k->tcp_retries2, thresh = 0;

	while ((k->rto_min_ns << (thresh + 1)) <= k->rto_max_ns)
		thresh++;
	if (boundary <= thresh)
		return ((INT64_C(2) << boundary) - 1) * k->rto_min_ns;
	return ((INT64_C(2) << thresh) - 1) * k->rto_min_ns + (boundary - thresh) * k->rto_max_ns;
}

/* The segment, sent at @sent, left for the nth time by a timeout at @tick, and waits. */
static void see(const struct rto_chain *c, int64_t sent, int64_t tick, int64_t wait, int n)
{
	struct rto_seen *seen = c->seen;

	if (!seen || n >= RTO_SEEN_MAX)
		return;
	for (; seen->times <= n; seen->times++)
		seen->again[seen->times] = seen->wait[seen->times] = SPAN_EMPTY;
	span_add(&seen->again[n], tick - sent - 1, tick - sent);
	span_add(&seen->wait[n], wait, wait);
}

static struct death replay(const struct rto_chain *c, int64_t sent, int64_t tlp)
{
	struct death d = { 0 };
	int64_t probe = wheel_fires(sent, tlp);
	int64_t tick = wheel_fires(c->no_loss_probe ? sent : probe, c->rto);
	int64_t rto = c->rto;

	if (c->seen && !c->no_loss_probe)
		span_add(&c->seen->loss_probe, probe - sent - 1, probe - sent);
	d.first = d.last = tick;
	d.stamp = c->queued ? sent : tick;
	for (int step = 0; step < TIMEOUTS_MAX; step++) {
		int64_t wait;

		rto = rto * 2 < c->rto_max ? rto * 2 : c->rto_max;
		wait = rto;
		if (c->user_timeout) {
			int64_t remaining = c->user_timeout - (tick - d.stamp);

			if (remaining < 1)
				remaining = 1;
			if (remaining < wait)
				wait = remaining;
		}
		see(c, sent, tick, wait, step + 1);
		tick = wheel_fires(tick, wait);
		if (tick - d.stamp >= c->limit)
			break;
		d.last = tick;
	}
	d.tick = tick;
	return d;
}

/* tcp_probe_timer() with every probe refused: one expiry for each probe, and the last gives up. */
static struct death replay_refused(const struct rto_chain *c, int64_t sent)
{
	struct death d = { 0 };
	int64_t tick = wheel_fires(sent, c->rto);

	d.first = d.last = tick;
	for (int probe = 0; probe < c->probes; probe++) {
		int64_t wait = c->probe_interval;

		if (c->user_timeout && tick - d.first >= c->user_timeout)
			break;
		if (c->user_timeout && c->user_timeout - (tick - d.first) < wait)
			wait = c->user_timeout - (tick - d.first);
		see(c, sent, tick, wait, probe + 1);
		d.last = tick;
		tick = wheel_fires(tick, wait);
	}
	d.tick = tick;
	return d;
}

void first_lost_write(const struct situation *s, int64_t writes_ns, int64_t *lo_ns, int64_t *hi_ns)
{
	/* A segment on its way when the fault comes is lost with it, or its acknowledgement is. One
	 * that the own qdisc did not refuse in time is not, if its acknowledgement may come back. */
	bool in_flight = s->effect.where != WHERE_OWN_QDISC || s->effect.lose_in;
	int64_t flight = in_flight ? situation_rtt_ns(s) + 2 * s->path.jitter_ns : 0;
	int64_t guard = 2 * NS_PER_MS + flight;
	int64_t next_lo = (s->since_armed_lo_ns - guard + writes_ns - 1) / writes_ns * writes_ns;
	int64_t sure = (s->since_armed_hi_ns + 2 * NS_PER_MS + writes_ns - 1) / writes_ns * writes_ns;

	if (s->since_armed_lo_ns - guard < writes_ns)
		next_lo = writes_ns;
	if (sure < writes_ns)
		sure = writes_ns;
	*lo_ns = next_lo - s->since_armed_hi_ns;
	*hi_ns = sure - s->since_armed_lo_ns;
}

/* Widens @range, which counts in ticks after the segment left, by an @end of one that left at
 * @sent. It stood anywhere inside its own tick. */
static void note(struct rto_end *range, const struct rto_end *end, int64_t sent)
{
	if (end->lo - sent - 1 < range->lo)
		range->lo = end->lo - sent - 1;
	if (end->hi - sent > range->hi)
		range->hi = end->hi - sent;
	if (end->last_lo - sent - 1 < range->last_lo)
		range->last_lo = end->last_lo - sent - 1;
	if (end->last_hi - sent > range->last_hi)
		range->last_hi = end->last_hi - sent;
}

static struct rto_end one_end(const struct death *d)
{
	return (struct rto_end){ d->tick, d->tick, d->last, d->last };
}

static void follow(struct rto_end *range, const struct rto_chain *c, int64_t sent, int64_t tlp)
{
	struct death d = replay(c, sent, tlp);
	struct rto_end end = one_end(&d), sooner;
	bool sure = false;

	if (c->neighbour.says != NEIGHBOUR_NEVER) {
		sure = neighbour_end(c, sent, d.first, d.stamp, &sooner);
		note(range, &sooner, sent);
	}
	if (!sure || c->user_timeout)
		note(range, &end, sent);
}

/* For every srtt and every position on the wheel. */
static void over_unknowns(struct rto_chain *c, struct rto_end *range)
{
	int64_t granule = wheel_granule(c->refused ? c->probe_interval : c->rto_max);
	int64_t residues = c->var_max_ns > c->rto_min_ns ? RESIDUES_MAX / 8 : RESIDUES_MAX;
	int64_t n = granule < residues ? granule : residues;

	*range = (struct rto_end){ INT64_MAX, 0, INT64_MAX, 0 };
	for (int ms = 0; ms <= DELACK_MIN_MS; ms += NS_PER_S / c->hz / NS_PER_MS) {
		int64_t srtt_ns = c->rtt_ns + ms * NS_PER_MS;
		int64_t tlp = wheel_from_ns(2 * srtt_ns + c->rto_min_ns, c->hz);
		int64_t vars = c->var_max_ns > c->rto_min_ns ? VARIANCES : 1;

		for (int64_t i = 0; i < n * vars; i++) {
			int64_t sent = granule + i % n * granule / n;
			int64_t over = (c->var_max_ns - c->rto_min_ns) * (i / n) / (VARIANCES - 1);

			/* rttvar is never below rto_min. */
			c->rto = wheel_from_ns(srtt_ns + c->rto_min_ns + over + NS_PER_US, c->hz);

			if (c->refused) {
				struct death d = replay_refused(c, sent);
				struct rto_end end = one_end(&d);

				note(range, &end, sent);
			} else {
				follow(range, c, sent, tlp < c->rto ? tlp : c->rto);
			}
		}
	}
	c->rto = 0;
}

/* All phases of a method, and most methods of a lab, ask the same: the last answers are kept. */
static struct rto_end answer(const struct rto_chain *question)
{
	enum { KEPT = 8 };
	static _Thread_local struct {
		struct rto_chain question;
		struct rto_end range;
	} kept[KEPT];
	static _Thread_local unsigned int next;
	struct rto_chain c = *question;

	if (c.seen) {
		struct rto_end range;

		over_unknowns(&c, &range);
		return range;
	}
	for (int i = 0; i < KEPT; i++) {
		/* Cleared as a whole before it was filled in; a difference in the gaps would only cost
		 * a second answer. */
		/* NOLINTNEXTLINE(bugprone-suspicious-memory-comparison) */
		if (!memcmp(&kept[i].question, question, sizeof(*question)))
			return kept[i].range;
	}
	next = (next + 1) % KEPT;
	over_unknowns(&c, &kept[next].range);
	kept[next].question = *question;
	return kept[next].range;
}

static void widen(struct giveup *g, const struct rto_end *range, int64_t lo_ns, int64_t hi_ns,
		  int hz)
{
	struct giveup one = {
		.found = true,
		.lo_ns = lo_ns + wheel_to_ns(range->lo, hz),
		.hi_ns = hi_ns + wheel_to_ns(range->hi, hz),
		.last_lo_ns = lo_ns + wheel_to_ns(range->last_lo, hz),
		.last_hi_ns = hi_ns + wheel_to_ns(range->last_hi, hz),
	};

	if (!g->found) {
		*g = one;
		return;
	}
	if (one.lo_ns < g->lo_ns)
		g->lo_ns = one.lo_ns;
	if (one.hi_ns > g->hi_ns)
		g->hi_ns = one.hi_ns;
	if (one.last_lo_ns < g->last_lo_ns)
		g->last_lo_ns = one.last_lo_ns;
	if (one.last_hi_ns > g->last_hi_ns)
		g->last_hi_ns = one.last_hi_ns;
}

/* A second segment can follow before the tail-loss probe of the first. */
static bool may_be_several(const struct situation *s, const struct tcp_options *o,
			   int64_t writes_ns)
{
	int64_t probe_ns = 2 * (situation_rtt_ns(s) + s->path.jitter_ns + DELACK_MIN_MS * NS_PER_MS) +
			   s->kernel.rto_min_ns;

	return writes_ns <= probe_ns || situation_segments(s) || (o->writes_ns && situation_observer_writes_ns(s));
}

/*
 * The most that the RTO has above srtt. The first sample of a round trip makes it two round trips;
 * each further one takes a quarter of what is left above rto_min, or above what the samples still
 * vary by: four times their mean deviation (net/ipv4/tcp_input.c: tcp_rtt_estimator).
 */
static int64_t var_max_ns(const struct situation *s, int64_t writes_ns)
{
	int64_t rtt = situation_rtt_ns(s), most = s->kernel.rto_min_ns;
	int64_t spread = 2 * s->path.jitter_ns + (s->path.reorder_ppm ? rtt : 0);

	if (s->since_armed_lo_ns < SETTLED * writes_ns && 2 * rtt > most)
		most = 2 * rtt;
	return 4 * spread > most ? 4 * spread : most;
}

static struct giveup over_chains(const struct situation *s, const struct tcp_options *o,
				 int64_t writes_ns, struct rto_seen *seen)
{
	const struct kernel_params *k = &s->kernel;
	int64_t lo_ns, hi_ns;
	struct giveup g = { 0 };
	struct rto_end range, refused;
	struct rto_chain c;

	memset(&c, 0, sizeof(c)); /* the gaps, too: it is compared byte by byte */
	c.seen = seen;
	c.hz = k->hz;
	c.rtt_ns = situation_rtt_ns(s) + s->path.jitter_ns;
	c.rto_min_ns = k->rto_min_ns;
	c.var_max_ns = var_max_ns(s, writes_ns);
	c.limit = wheel_from_ns(o->user_timeout_ns ? o->user_timeout_ns : model_timeout_ns(k), k->hz);
	c.rto_max = wheel_from_ns(k->rto_max_ns, k->hz);
	c.user_timeout = o->user_timeout_ns ? c.limit : 0;
	c.probe_interval = k->hz / 2;
	c.probes = k->tcp_retries2;
	c.refused = s->effect.where == WHERE_OWN_QDISC && s->effect.lose_out;
	neighbour_of(s, &c.neighbour);
	first_lost_write(s, writes_ns, &lo_ns, &hi_ns);
	if (seen) {
		seen->limit = c.limit;
		seen->refused = c.refused;
	}
	range = answer(&c);
	widen(&g, &range, lo_ns, hi_ns, k->hz);
	if (may_be_several(s, o, writes_ns)) {
		c.no_loss_probe = true;
		range = answer(&c);
		widen(&g, &range, lo_ns, hi_ns, k->hz);
	}
	if (s->effect.where == WHERE_OWN_CARRIER ||
	    (!c.refused && !s->effect.beyond && hi_ns > NEIGHBOUR_GONE_NS)) {
		c.no_loss_probe = c.queued = true;
		range = answer(&c);
		widen(&g, &range, lo_ns, hi_ns, k->hz);
	}
	/* Requests are refused, too: once ARP has failed, a segment waits in the entry's queue, which is
	 * a success for TCP, and it is retransmitted as into silence. Who writes all the time finds the
	 * entry REACHABLE; else it may be old, or other connections may have asked. */
	if (c.refused && (hi_ns > NEIGHBOUR_GONE_NS || !situation_observer_writes_ns(s))) {
		struct rto_chain waits = c;

		waits.refused = false;
		waits.no_loss_probe = waits.queued = true;
		refused = range;
		range = answer(&waits);
		range.hi += refused.hi; /* it may have been refused for as long before */
		range.last_hi += refused.hi;
		widen(&g, &range, lo_ns, hi_ns, k->hz);
	}
	/* Already on its way, or written in the very moment of the fault: it is retransmitted, and those
	 * are refused. */
	if (c.refused && lo_ns < 0) {
		c.refused = false;
		c.rto_max = c.probe_interval;
		range = answer(&c);
		widen(&g, &range, lo_ns, hi_ns, k->hz);
	}
	return g;
}

struct giveup rto_giveup(const struct situation *s, const struct tcp_options *o, int64_t writes_ns)
{
	return over_chains(s, o, writes_ns, NULL);
}

struct giveup rto_watched(const struct situation *s, const struct tcp_options *o, int64_t writes_ns,
			  struct rto_seen *seen)
{
	*seen = (struct rto_seen){ .loss_probe = SPAN_EMPTY, .failed = SPAN_EMPTY, .gap = SPAN_EMPTY };
	return over_chains(s, o, writes_ns, seen);
}
