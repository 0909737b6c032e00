/* SPDX-License-Identifier: MIT */
/*
 * A lost segment is sent again after the RTO, which doubles each time (RFC 6298 5.5). So while a
 * path loses packets at random, a message is late by the RTOs of its losses in a row; and after a
 * silence the next retransmission is as far off as the first lost one lies back.
 */
#include "method/repair.h"

#include <stddef.h>

#include "base/clock.h"
#include "base/minmax.h"

/* A neighbour entry is asked about after 5 s at the earliest (delay_first_probe_time), and one that
 * failed once a second (retrans_time, arp(7)); the link's own state is announced within a second
 * (net/core/link_watch.c). */
#define NEIGHBOUR_NS	   NS_PER_S
#define NEIGHBOUR_AFTER_NS (5 * NS_PER_S)
/* What an undone silence may cost beyond the doubling: the first RTO. */
#define FIRST_RTO_NS (500 * NS_PER_MS)
/* The reaction of a program that was continued. */
#define AWAKE_NS (10 * NS_PER_MS)
/* Bytes of one small segment on the wire, generously. */
#define SEGMENT_BYTES INT64_C(128)
/* Segments a second, each way, that a connection of a lab is taken to make, generously: a heartbeat
 * of half a second, a question a second, and their acknowledgements. */
#define LOAD_SEGMENTS 8

/*
 * How long until losing every transmission that TCP made so far is negligible: the first, then one
 * at each doubling of the RTO. Both the message and its answer may be lost. -1: longer than
 * @budget_ns. netem's loss_corr makes a loss after a loss likelier by 1 / (1 - corr) at most, and
 * losses rarer altogether (net/sched/sch_netem.c: get_crandom), which is less than one doubling.
 */
static int64_t loss_repaired_ns(const struct situation *s, int64_t loss_ppm, int64_t delay_ns,
				int64_t budget_ns)
{
	double lost = (double)min64(2 * loss_ppm, 1000000) / 1e6, all = lost;
	int64_t rto = 2 * s->kernel.rto_min_ns + 4 * delay_ns, at = 0;

	while (all >= 1e-6) {
		at += rto;
		if (at + delay_ns >= budget_ns)
			return -1;
		all *= lost;
		rto = min64(2 * rto, s->kernel.rto_max_ns);
	}
	return at + delay_ns;
}

/* A narrow path is shared: all connections' segments may stand in its queue at once. -1 where that
 * many, each with LOAD_SEGMENTS a second, fill it for good. */
static int64_t queue_ns(const struct situation *s, int64_t rate_bps)
{
	int64_t connections = max64(1, s->connections), bits = 8 * (SEGMENT_BYTES + s->size);

	if (connections * LOAD_SEGMENTS * bits >= rate_bps)
		return -1;
	return connections * 4 * bits * NS_PER_S / rate_bps;
}

int64_t repair_round_trip_ns(const struct situation *s, bool out, bool in, int64_t budget_ns)
{
	const struct impairment *imp[] = { &s->path, &s->path, out ? &s->effect.impair : NULL,
					   in ? &s->effect.impair : NULL };
	int64_t delay = 0, loss_ppm = 0;

	for (int i = 0; i < 4; i++) {
		int64_t queue = 0;

		if (!imp[i])
			continue;
		delay += imp[i]->delay_ns + imp[i]->jitter_ns;
		loss_ppm = max64(loss_ppm, imp[i]->loss_ppm + imp[i]->corrupt_ppm);
		if (imp[i]->rate_bps)
			queue = queue_ns(s, imp[i]->rate_bps);
		if (queue < 0)
			return -1;
		delay += queue;
	}
	return loss_ppm ? loss_repaired_ns(s, loss_ppm, delay, budget_ns) : delay;
}

int64_t repair_back_ns(const struct situation *s, int64_t first_lost_ns, int64_t round_trip_ns)
{
	const struct effect *e = &s->effect;
	int64_t end = e->for_ns, backoff;

	if (e->kind == EFFECT_FROZEN || e->kind == EFFECT_STALLED)
		return end + round_trip_ns + AWAKE_NS;
	if (e->peer_link_down || e->where == WHERE_OWN_CARRIER || end >= NEIGHBOUR_AFTER_NS)
		round_trip_ns += NEIGHBOUR_NS;
	if (end <= first_lost_ns)
		return end + round_trip_ns;
	/* The next retransmission is as far off as the first lost one lies back, and an eighth for
	 * the timer wheel. */
	backoff = min64(end - first_lost_ns, s->kernel.rto_max_ns);
	return end + backoff + backoff / 8 + FIRST_RTO_NS + round_trip_ns;
}
