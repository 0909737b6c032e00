/* SPDX-License-Identifier: MIT */
#ifndef THEORY_TCP_H
#define THEORY_TCP_H

#include "theory/situation.h"
#include "theory/window.h"

/*
 * When Linux TCP itself gives up on a connection, as seen from the observer's socket: the windows
 * shared by all methods that only listen to what the kernel says. Everything is relative to the
 * fault. A method adds its own delay (a poll period, say) by window_delay().
 */

/* The socket options that decide; 0 or false: not set. */
struct tcp_options {
	bool keepalive;                       /* SO_KEEPALIVE */
	int64_t idle_ns, intvl_ns;            /* TCP_KEEPIDLE, TCP_KEEPINTVL; 0: the sysctl */
	int cnt;                              /* TCP_KEEPCNT; 0: the sysctl */
	int64_t user_timeout_ns;              /* TCP_USER_TIMEOUT */
	int64_t writes_ns;                    /* the method itself writes this often; 0: never */
};

/*
 * When a blocking recv() (or poll for reading) on the observer's socket reports the end: FIN, RST,
 * or the error of keepalive, retransmission or user timeout; never when no timer runs.
 */
void tcp_readable_end(const struct situation *s, const struct tcp_options *o, struct window *w);

/* The latest that a FIN or RST needs to arrive and to be seen, beyond the path's delay. */
int64_t tcp_prompt_ns(const struct situation *s);

/* The method looks only every @period_ns: hi grows by it. */
void window_delay(struct window *w, int64_t period_ns);

/*
 * Adds @how_ns for a window that starts at @lo..@hi after the fault when the fault ended before:
 * a silence undone at for_ns before the method could notice is never noticed.
 */
void window_undone(struct window *w, const struct situation *s);

#endif
