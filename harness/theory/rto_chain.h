/* SPDX-License-Identifier: MIT */
#ifndef THEORY_RTO_CHAIN_H
#define THEORY_RTO_CHAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "theory/neighbour.h"

struct rto_seen;

/* A range of ticks at which it may end, and of the last retransmission before. */
struct rto_end {
	int64_t lo, hi, last_lo, last_hi;
};

/* How one segment is retransmitted. Compared byte by byte: clear it as a whole. */
struct rto_chain {
	struct rto_seen *seen;                     /* NULL: nobody asks */
	int hz;
	int64_t rtt_lo_ns, rtt_hi_ns; /* what a sample of the path's round trip may be */
	int64_t rto_min_ns;
	int64_t var_max_ns; /* the RTO is at most this much above srtt */
	int64_t rto, rto_max, limit, user_timeout; /* jiffies; user_timeout 0: not set */
	int64_t probe_interval;                    /* jiffies between probes the own qdisc refuses */
	int probes;                                /* that many, then death */
	bool refused;                              /* by the own qdisc */
	bool no_loss_probe;                        /* the RTO runs from when the segment left */
	bool queued;                               /* in the own host: the limit counts from then, too */
	struct neighbour neighbour;
};

/* When it ends, after the segment left: over all that is not known. */
struct rto_end rto_chain_end(const struct rto_chain *chain);

#endif
