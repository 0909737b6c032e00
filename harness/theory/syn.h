/* SPDX-License-Identifier: MIT */
#ifndef THEORY_SYN_H
#define THEORY_SYN_H

#include "theory/situation.h"
#include "theory/steps.h"

/* As many retransmissions as TCP_SYNCNT allows, the linear ones besides, and the end. */
enum { SYN_TIMERS = 127 + 127 + 1 };

/*
 * A SYN that nobody answers: when it leaves again, and when connect(2) gives up with ETIMEDOUT. All
 * times are nanoseconds after the SYN left first, earliest and latest over every phase of the timer
 * wheel.
 */
struct syn_end {
	int retransmissions;
	/* Each expiry: a retransmission; the one after the last of them: ETIMEDOUT. */
	struct span timer[SYN_TIMERS];
	struct span last, end;         /* the last retransmission; ETIMEDOUT */
};

/* What the socket is set to; 0: not set. */
struct syn_options {
	int retries;             /* TCP_SYNCNT; else net.ipv4.tcp_syn_retries */
	int64_t user_timeout_ns; /* TCP_USER_TIMEOUT */
	int64_t rto_max_ns;      /* TCP_RTO_MAX_MS; else net.ipv4.tcp_rto_max_ms */
};

void syn_giveup(const struct kernel_params *kernel, const struct syn_options *o, struct syn_end *e);

#endif
