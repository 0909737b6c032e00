/* SPDX-License-Identifier: MIT */
#ifndef METHOD_TCP_INFO_STALL_H
#define METHOD_TCP_INFO_STALL_H

#include "method/method.h"

/* tcp_info_stall.c watches, tcp_info_stall_window.c predicts. */
enum { STALL_POLL, STALL_UNACKED, STALL_RETRANSMITS, STALL_BACKOFF, STALL_PROBES, STALL_ACK_AGE };

void tcp_info_stall_window(const struct opt_values *opt, const struct situation *situation,
			   struct window *window);

#endif
