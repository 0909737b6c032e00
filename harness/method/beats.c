/* SPDX-License-Identifier: MIT */
/*
 * The schedule of a heartbeat is known exactly from arming, so its window is narrow: which ping is the
 * first unanswered one, or which beacon the last that arrives, follows from the distance x between
 * arming and fault; death follows from that. Where the fault lies so close to a ping or a beacon that
 * either side is possible, the window is the hull of both.
 *
 * When only the observer's packets are lost, beacons go on arriving until the peer's TCP, missing its
 * acknowledgements, falls back to one segment in flight: the one it retransmits.
 */
#include "method/beats.h"

#include "base/clock.h"
#include "base/minmax.h"
#include "theory/tcp.h"

int64_t beats_slack_ns(int64_t wait_ns)
{
	return min64(wait_ns / 1000, 100 * NS_PER_MS);
}

struct beats_verdict beats_pings(const struct beats *b, int64_t round_trip)
{
	int64_t slack = beats_slack_ns(b->period), p = b->period;
	int64_t guard = round_trip + slack + BEATS_PING_SKEW_NS;
	int64_t n_lo = b->x_lo >= guard ? (b->x_lo - guard) / p + 1 : 1;
	int64_t n_hi = max64(1, (b->x_hi + p - 1) / p);
	struct beats_verdict v = {
		.lo = INT64_MAX, .first_lost = INT64_MAX, .counts_from = SPAN_EMPTY
	};

	for (int64_t n = n_lo; n <= n_hi; n++) {
		/* The fault lies after ping n - 1 and not long after ping n. */
		int64_t x_min = max64(b->x_lo, (n - 1) * p);
		int64_t x_max = min64(b->x_hi, n * p + guard);

		v.lo = min64(v.lo, (n + b->misses) * p - x_max);
		v.hi = max64(v.hi, (n + b->misses) * p - x_min + 2 * slack);
		v.first_lost = min64(v.first_lost, n * p - x_max);
		span_add(&v.counts_from, n * p - x_max, n * p - x_min + slack);
	}
	return v;
}

/* The client's last word of the handshake tells the server of the connection, and the beacon takes
 * the same path: each of the two crossings is early or late by the jitter, by its own chance. */
static int64_t beacon_jitter_ns(const struct beats *b)
{
	return BEATS_BEACON_SKEW_NS + 2 * b->s->path.jitter_ns;
}

/* Beacon k arrives between these, after arming; beacon 0 is the arming itself. The two ends see
 * the connection stand up to one round trip apart. */
static int64_t beacon_lo(const struct beats *b, int64_t k)
{
	return k ? k * b->period - beacon_jitter_ns(b) : 0;
}

static int64_t beacon_hi(const struct beats *b, int64_t k)
{
	return k ? k * b->period + situation_rtt_ns(b->s) + beacon_jitter_ns(b) : 0;
}

/*
 * How many beacons still arrive after only the acknowledgements began to vanish: the first always
 * (unless other data of the peer's came before it), and more until the peer's first RTO, which
 * comes rto_min to about 2 * rto_min later, for there may be a tail-loss probe in between.
 */
static void beacons_unacknowledged(const struct beats *b, int64_t *lo, int64_t *hi)
{
	const struct situation *s = b->s;

	*lo = situation_peer_writes_ns(s) ? 0 : 1 + (s->kernel.rto_min_ns - 1) / b->period;
	*hi = 1 + (2 * s->kernel.rto_min_ns + 3 * situation_rtt_ns(s) + 100 * NS_PER_MS) / b->period;
}

struct beats_verdict beats_beacons(const struct beats *b)
{
	const struct effect *e = &b->s->effect;
	bool acks_only = e->kind == EFFECT_SILENCE && !e->lose_in;
	int64_t patience = b->misses * b->period + b->grace, slack = beats_slack_ns(patience);
	int64_t flight = situation_rtt_ns(b->s) + b->s->path.jitter_ns;
	int64_t guard = flight + (acks_only ? TCP_DELACK_MAX_NS : 0);
	int64_t more_lo = 0, more_hi = 0, k = max64(0, b->x_lo / b->period - 2);
	struct beats_verdict v = {
		.lo = INT64_MAX, .first_lost = INT64_MAX, .counts_from = SPAN_EMPTY
	};

	if (acks_only)
		beacons_unacknowledged(b, &more_lo, &more_hi);
	while (beacon_hi(b, k + 1) + guard <= b->x_lo)
		k++;
	for (; beacon_lo(b, k) - flight <= b->x_hi; k++) {
		int64_t x_min = max64(b->x_lo, beacon_lo(b, k) - flight);
		int64_t x_max = min64(b->x_hi, beacon_hi(b, k + 1) + guard);

		v.lo = min64(v.lo, beacon_lo(b, k + more_lo) + patience - x_max);
		v.hi = max64(v.hi, beacon_hi(b, k + more_hi) + patience + slack - x_min);
		v.first_lost = min64(v.first_lost, beacon_lo(b, k + 1) - guard - x_max);
		span_add(&v.counts_from, beacon_lo(b, k + more_lo) - x_max,
			 beacon_hi(b, k + more_hi) - x_min);
	}
	return v;
}
