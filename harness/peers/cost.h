/* SPDX-License-Identifier: MIT */
#ifndef PEERS_COST_H
#define PEERS_COST_H

#include "lab/event.h"

/* What a connection had sent and received at one moment (TCP_INFO, linux/tcp.h). */
struct cost_mark {
	uint32_t packets_out, packets_in;
	uint64_t bytes_out, bytes_in;
};

void cost_mark(int fd, struct cost_mark *mark);

/* From the mark to now; wakeups and signals are the caller's. Zero where the kernel is older than
 * the field (tcpi_bytes_sent: 4.19). */
void cost_since(int fd, const struct cost_mark *mark, struct event_cost *cost);

#endif
