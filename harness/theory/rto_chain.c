/* SPDX-License-Identifier: MIT */
/*
 * One segment's retransmissions, replayed timer by timer (net/ipv4/tcp_timer.c: tcp_retransmit_timer,
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
 * What is not known exactly, and so replayed over its range: the tick at which the segment left,
 * modulo the coarsest granule of the timer wheel on the way; srtt, which lies between the path's
 * shortest round trip and the longest plus the longest delayed acknowledgement (TCP_DELACK_MIN, 40 ms:
 * include/net/tcp.h); and how much the RTO has above it, where the path is long or varies.
 *
 * A segment that the own egress qdisc refuses is under the timer of a closed window. It begins with
 * the RTO, goes on every TCP_RESOURCE_PROBE_INTERVAL of half a second while the send is refused,
 * undoubled, and gives up when tcp_retries2 probes, read as a number, have gone, or TCP_USER_TIMEOUT
 * from the first of them has passed (tcp_probe_timer, tcp_send_probe0,
 * tcp_clamp_probe0_to_user_timeout).
 */
#include "theory/rto_chain.h"

#include "base/clock.h"
#include "base/minmax.h"
#include "theory/memo.h"
#include "theory/rto.h"
#include "theory/wheel.h"

enum { TIMEOUTS_MAX = 4000, RESIDUES_MAX = 256, VARIANCES = 17 };

struct death {
	int64_t tick, last, first; /* give-up; last and first retransmission by RTO */
	int64_t stamp;             /* what the limit counts from: retrans_stamp */
};

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

		rto = min64(rto * 2, c->rto_max);
		wait = rto;
		if (c->user_timeout)
			wait = min64(wait, max64(1, c->user_timeout - (tick - d.stamp)));
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
		if (c->user_timeout)
			wait = min64(wait, c->user_timeout - (tick - d.first));
		see(c, sent, tick, wait, probe + 1);
		d.last = tick;
		tick = wheel_fires(tick, wait);
	}
	d.tick = tick;
	return d;
}

/* Widens @range, which counts in ticks after the segment left, by an @end of one that left at
 * @sent. It stood anywhere inside its own tick. */
static void note(struct rto_end *range, const struct rto_end *end, int64_t sent)
{
	range->lo = min64(range->lo, end->lo - sent - 1);
	range->hi = max64(range->hi, end->hi - sent);
	range->last_lo = min64(range->last_lo, end->last_lo - sent - 1);
	range->last_hi = max64(range->last_hi, end->last_hi - sent);
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
	int64_t n = min64(granule, residues);

	*range = (struct rto_end){ INT64_MAX, 0, INT64_MAX, 0 };
	for (int64_t srtt_ns = c->rtt_lo_ns; srtt_ns <= c->rtt_hi_ns + TCP_DELACK_MIN_NS;
	     srtt_ns += NS_PER_S / c->hz) {
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
				follow(range, c, sent, min64(tlp, c->rto));
			}
		}
	}
	c->rto = 0;
}

static void work_out(const void *question, void *answer)
{
	struct rto_chain c = *(const struct rto_chain *)question;

	over_unknowns(&c, answer);
}

struct rto_end rto_chain_end(const struct rto_chain *chain)
{
	static struct {
		struct rto_chain question;
		struct rto_end answer;
	} kept[MEMO_KEPT];
	static struct memo memo = MEMO_INIT(kept);
	struct rto_end range;

	if (chain->seen)
		work_out(chain, &range); /* what it saw is part of the answer */
	else
		memo_ask(&memo, chain, work_out, &range);
	return range;
}
