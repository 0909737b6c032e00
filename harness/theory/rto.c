/* SPDX-License-Identifier: MIT */
/*
 * Data in flight: which ways a connection may go once what it writes is lost, and the first and last
 * instant at which any of them gives up. Each way is replayed timer by timer (theory/rto_chain.c).
 *
 * One segment in flight is sent again by a tail-loss probe first. With a second one that probe comes
 * sooner and repeats that one; the RTO then runs from when the first segment left. Without carrier
 * the neighbour's entry is flushed, and three requests after the fault other connections' segments
 * may have made it fail: the segment then waits in the entry's queue, and what still waits in the own
 * host is not sent again (skb_still_in_host_queue): retrans_stamp is then the time of the write
 * itself.
 *
 * Where the own egress qdisc refuses the segment it never was in flight: tcp_write_xmit() stops
 * before it counts it as sent, nothing is there to be retransmitted, and the timer that runs is
 * the one of a closed window (tcp_check_probe_timer).
 *
 * Where nobody answers ARP any more, theory/neighbour.h says how much sooner the end may come.
 */
#include "theory/tcp.h"

#include <string.h>

#include "base/clock.h"
#include "base/minmax.h"
#include "theory/rto.h"
#include "theory/rto_chain.h"
#include "theory/wheel.h"

enum { SETTLED = 24 };

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

/* @ack_wait_ns: so long the peer may keep the acknowledgement back. */
static void lost_write(const struct situation *s, int64_t ack_wait_ns, int64_t writes_ns,
		       int64_t *lo_ns, int64_t *hi_ns)
{
	/* A segment on its way when the fault comes is lost with it, or its acknowledgement is. One
	 * that the own qdisc did not refuse in time is not, if its acknowledgement may come back. */
	bool in_flight = s->effect.where != WHERE_OWN_QDISC || s->effect.lose_in;
	int64_t flight = in_flight ? situation_rtt_ns(s) + 2 * s->path.jitter_ns + ack_wait_ns : 0;
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

void first_lost_write(const struct situation *s, int64_t writes_ns, int64_t *lo_ns, int64_t *hi_ns)
{
	lost_write(s, 0, writes_ns, lo_ns, hi_ns);
}

/* A peer that has answered takes the connection for an interactive one, and acknowledges what needs no
 * answer later (net/ipv4/tcp_output.c: tcp_event_data_sent, inet_csk_inc_pingpong_cnt); who only reads
 * acknowledges at once what comes after a pause (tcp_input.c: tcp_event_data_recv). */
static int64_t ack_wait_ns(const struct situation *s, const struct tcp_options *o)
{
	bool talks = o->answers_ns || o->reads_ns || situation_peer_writes_ns(s) ||
		     (s->traffic == TRAFFIC_REQUEST && o->writes_ns);

	return talks ? TCP_DELACK_MIN_NS + 2 * NS_PER_S / s->kernel.hz : 0;
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
	g->lo_ns = min64(g->lo_ns, one.lo_ns);
	g->hi_ns = max64(g->hi_ns, one.hi_ns);
	g->last_lo_ns = min64(g->last_lo_ns, one.last_lo_ns);
	g->last_hi_ns = max64(g->last_hi_ns, one.last_hi_ns);
}

/* What a sample of the round trip may be: jitter is of each way and of either sign, and what netem
 * reorders leaves without its delay (tc-netem(8)). */
static int64_t rtt_lo_ns(const struct situation *s)
{
	return s->path.reorder_ppm ? 0 : max64(situation_rtt_ns(s) - 2 * s->path.jitter_ns, 0);
}

static int64_t rtt_hi_ns(const struct situation *s)
{
	return situation_rtt_ns(s) + 2 * s->path.jitter_ns;
}

/* A second segment can follow before the tail-loss probe of the first. */
static bool may_be_several(const struct situation *s, const struct tcp_options *o,
			   int64_t writes_ns)
{
	int64_t probe_ns = 2 * (rtt_hi_ns(s) + TCP_DELACK_MIN_NS) + s->kernel.rto_min_ns;

	return writes_ns <= probe_ns || situation_segments(s) ||
	       (o->writes_ns && situation_observer_writes_ns(s));
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

static void chain_of(const struct situation *s, const struct tcp_options *o, int64_t writes_ns,
		     struct rto_chain *c)
{
	const struct kernel_params *k = &s->kernel;

	memset(c, 0, sizeof(*c)); /* the gaps, too: it is compared byte by byte */
	c->hz = k->hz;
	c->rtt_lo_ns = rtt_lo_ns(s);
	c->rtt_hi_ns = rtt_hi_ns(s);
	c->rto_min_ns = k->rto_min_ns;
	c->var_max_ns = var_max_ns(s, writes_ns);
	c->limit = wheel_from_ns(o->user_timeout_ns ? o->user_timeout_ns : model_timeout_ns(k), k->hz);
	c->rto_max = wheel_from_ns(k->rto_max_ns, k->hz);
	c->user_timeout = o->user_timeout_ns ? c->limit : 0;
	c->probe_interval = k->hz / 2;
	c->probes = k->tcp_retries2;
	c->refused = s->effect.where == WHERE_OWN_QDISC && s->effect.lose_out;
	neighbour_of(s, &c->neighbour);
}

/*
 * Refused by the own qdisc. Requests are refused, too: once ARP has failed, a segment waits in the
 * entry's queue, which is a success for TCP, and it is retransmitted as into silence. Who writes all
 * the time finds the entry REACHABLE; else it may be old, or other connections may have asked.
 */
static void over_refused(const struct situation *s, const struct rto_chain *refused,
			 int64_t refused_hi, int64_t lo_ns, int64_t hi_ns, struct giveup *g)
{
	struct rto_chain c = *refused;
	struct rto_end range;

	c.refused = false;
	if (hi_ns > NEIGHBOUR_GONE_NS || !situation_observer_writes_ns(s)) {
		c.no_loss_probe = c.queued = true;
		range = rto_chain_end(&c);
		range.hi += refused_hi; /* it may have been refused for as long before */
		range.last_hi += refused_hi;
		widen(g, &range, lo_ns, hi_ns, c.hz);
	}
	/* Already on its way, or written in the very moment of the fault: it is retransmitted, and those
	 * are refused. */
	if (lo_ns < 0) {
		c.no_loss_probe = refused->no_loss_probe;
		c.queued = refused->queued;
		c.rto_max = c.probe_interval;
		range = rto_chain_end(&c);
		widen(g, &range, lo_ns, hi_ns, c.hz);
	}
}

static struct giveup over_chains(const struct situation *s, const struct tcp_options *o,
				 int64_t writes_ns, struct rto_seen *seen)
{
	int64_t lo_ns, hi_ns;
	struct giveup g = { 0 };
	struct rto_end range;
	struct rto_chain c;

	chain_of(s, o, writes_ns, &c);
	c.seen = seen;
	lost_write(s, ack_wait_ns(s, o), writes_ns, &lo_ns, &hi_ns);
	if (seen) {
		seen->limit = c.limit;
		seen->refused = c.refused;
	}
	range = rto_chain_end(&c);
	widen(&g, &range, lo_ns, hi_ns, c.hz);
	if (may_be_several(s, o, writes_ns)) {
		c.no_loss_probe = true;
		range = rto_chain_end(&c);
		widen(&g, &range, lo_ns, hi_ns, c.hz);
	}
	if (s->effect.where == WHERE_OWN_CARRIER ||
	    (!c.refused && !s->effect.beyond && hi_ns > NEIGHBOUR_GONE_NS)) {
		c.no_loss_probe = c.queued = true;
		range = rto_chain_end(&c);
		widen(&g, &range, lo_ns, hi_ns, c.hz);
	}
	if (c.refused)
		over_refused(s, &c, range.hi, lo_ns, hi_ns, &g);
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
