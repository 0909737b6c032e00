/* SPDX-License-Identifier: MIT */
#ifndef THEORY_RTO_H
#define THEORY_RTO_H

#include <stdbool.h>
#include <stdint.h>

#include "theory/situation.h"
#include "theory/steps.h"
#include "theory/tcp.h"

enum { RTO_SEEN_MAX = 260 };

/* What rto_giveup() came by while it tried all that is possible; in ticks after the first lost
 * segment left. */
struct rto_seen {
	struct span loss_probe;
	struct span again[RTO_SEEN_MAX], wait[RTO_SEEN_MAX]; /* the nth sent again, and its timer */
	int times;                                           /* one more than the last of them */
	struct span failed, gap; /* the first that may meet a failed neighbour, and all gaps then */
	int64_t limit;           /* after the first retransmission */
	bool refused;            /* by the own qdisc: they are probes */
};

struct giveup rto_watched(const struct situation *s, const struct tcp_options *o, int64_t writes_ns,
			  struct rto_seen *seen);

#endif
