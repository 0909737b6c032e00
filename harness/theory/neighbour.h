/* SPDX-License-Identifier: MIT */
#ifndef THEORY_NEIGHBOUR_H
#define THEORY_NEIGHBOUR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "theory/situation.h"

/* An address that nobody answers for is asked for so long: mcast_solicit times, retrans_time_ms apart
 * (arp(7)); what is sent meanwhile waits in the entry's queue. */
#define NEIGHBOUR_GONE_NS (3 * NS_PER_S)

/*
 * What the neighbour's entry (ARP) does to a retransmission timer. All times in ticks.
 */

enum neighbour_says {
	NEIGHBOUR_NEVER,   /* a failed neighbour does not touch the timer */
	NEIGHBOUR_ALWAYS,  /* every retransmission that meets a failed neighbour is reverted */
	NEIGHBOUR_PERHAPS, /* some are, and not all */
};

struct neighbour {
	enum neighbour_says says;
	bool flushed;        /* no carrier: the entry goes without being asked for */
	int64_t told;        /* ticks after the first lost segment: no ICMP before */
	int64_t unreachable; /* ticks after the first lost segment: certainly not REACHABLE any more */
};

struct rto_chain;
struct rto_end;

void neighbour_of(const struct situation *s, struct neighbour *n);

/*
 * The segment left at @sent, its RTO expired first at @first and the limit counts from @stamp: when
 * the connection ends if a retransmission meets a failed neighbour. True when one surely does. An
 * empty range (lo > hi): none does in time.
 */
bool neighbour_end(const struct rto_chain *c, int64_t sent, int64_t first, int64_t stamp,
		   struct rto_end *end);

#endif
