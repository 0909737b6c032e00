/* SPDX-License-Identifier: MIT */
#ifndef METHOD_BEATS_H
#define METHOD_BEATS_H

#include "base/clock.h"
#include "method/heartbeat.h"

/* Which beat of a heartbeat is the first that a fault takes, and what follows from that. */

/* The observer's own reaction, and that of two programs to each other's connection. */
#define BEATS_PING_SKEW_NS   (2 * NS_PER_MS)
#define BEATS_BEACON_SKEW_NS (10 * NS_PER_MS)

struct beats {
	const struct situation *s;
	const struct opt_values *opt;
	int64_t period, misses, grace;
	int64_t x_lo, x_hi; /* from arming to the fault */
};

/* Noticed between lo and hi, because of a message that was first lost at first_lost; all relative
 * to the fault. */
struct beats_verdict {
	int64_t lo, hi, first_lost;
	struct span counts_from; /* the first unanswered ping, or the last beacon that arrives */
};

/* Death comes misses * period after the first ping without an answer. */
struct beats_verdict beats_pings(const struct beats *b, int64_t round_trip);

/* Death comes misses * period + grace after the last beacon that arrived. */
struct beats_verdict beats_beacons(const struct beats *b);

/* So much later ppoll(2) may return: 0.1 %, 100 ms at most (fs/select.c: select_estimate_accuracy). */
int64_t beats_slack_ns(int64_t wait_ns);

#endif
