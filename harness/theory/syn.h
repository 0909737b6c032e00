/* SPDX-License-Identifier: MIT */
#ifndef THEORY_SYN_H
#define THEORY_SYN_H

#include "theory/situation.h"

/*
 * A SYN that nobody answers: when it leaves again, and when connect(2) gives up with ETIMEDOUT. All
 * times are nanoseconds after the SYN left first, earliest and latest over every phase of the timer
 * wheel.
 */
struct syn_end {
	int retransmissions;
	int64_t first_lo_ns, first_hi_ns;   /* the first retransmission */
	int64_t second_hi_ns;               /* the second timer's expiry */
	int64_t last_lo_ns, last_hi_ns;     /* the last retransmission */
	int64_t end_lo_ns, end_hi_ns;       /* ETIMEDOUT */
};

/* @retries: TCP_SYNCNT, or net.ipv4.tcp_syn_retries; at least 1. */
struct syn_end syn_giveup(const struct kernel_params *kernel, int retries);

#endif
