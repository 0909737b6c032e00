/* SPDX-License-Identifier: MIT */
#ifndef THEORY_TCP_H
#define THEORY_TCP_H

#include "base/clock.h"
#include "theory/situation.h"
#include "theory/steps.h"
#include "theory/window.h"

/*
 * When Linux TCP itself gives up on a connection, as seen from the observer's socket: the windows
 * shared by all methods that only listen to what the kernel says. Everything is relative to the
 * fault. A method that looks only now and then adds its own delay by window_delay().
 */

/* How long an acknowledgement may wait for data to go with: TCP_DELACK_MIN on a connection that is
 * asked and answers in turn, TCP_DELACK_MAX at the most (include/net/tcp.h). */
#define TCP_DELACK_MIN_NS (40 * NS_PER_MS)
#define TCP_DELACK_MAX_NS (200 * NS_PER_MS)

/* The socket options that decide; 0 or false: not set. */
struct tcp_options {
	bool keepalive;          /* SO_KEEPALIVE */
	int64_t idle_ns;         /* TCP_KEEPIDLE; 0: net.ipv4.tcp_keepalive_time */
	int64_t intvl_ns;        /* TCP_KEEPINTVL; 0: net.ipv4.tcp_keepalive_intvl */
	int cnt;                 /* TCP_KEEPCNT; 0: net.ipv4.tcp_keepalive_probes */
	int64_t user_timeout_ns; /* TCP_USER_TIMEOUT */
	int64_t reads_ns;        /* the peer writes to the method this often; 0: never */
	int64_t answers_ns;      /* the peer answers what the method writes this often; 0: never */
	int64_t writes_ns;       /* the method itself writes this often from arming; 0: never */
};

/*
 * When a blocking recv() (or poll for reading) on the observer's socket reports the end: FIN, RST,
 * or the error of keepalive, retransmission or user timeout; never when no timer runs.
 */
void tcp_readable_end(const struct situation *s, const struct tcp_options *o, struct window *w);

/* The latest a FIN or RST needs to arrive: the path's delay, and a tick for the timer that
 * releases it from a queue. */
int64_t tcp_prompt_ns(const struct situation *s);

/* The method looks only every @period_ns: hi grows by it. */
void window_delay(struct window *w, int64_t period_ns);

/*
 * A give-up of TCP's own: between lo and hi after the fault, the last packet that could still have
 * been answered leaving between last_lo and last_hi.
 */
struct giveup {
	bool found;
	int64_t lo_ns, hi_ns;
	int64_t last_lo_ns, last_hi_ns;
};

/* tcp_keepalive_timer() on a connection that has nothing in flight (theory/keepalive.c). Not found
 * where the path loses packets, and too many cycles lie before the fault to follow every chance. */
struct giveup keepalive_giveup(const struct situation *s, const struct tcp_options *o);

/* After the fault, the first probe that leaves on a connection that has nothing in flight and on
 * which nothing but probes is heard; the fault is taken to lose it. Empty: none that can be told. */
struct span keepalive_next(const struct situation *s, const struct tcp_options *o);

/* Tells of the probes on the way to @w, which keepalive_giveup() led to. */
void keepalive_steps(const struct situation *s, const struct tcp_options *o,
		     const struct window *w);

/* keepalive_giveup() where the own egress refuses everything, ARP included
 * (theory/keepalive_refused.c). */
struct giveup keepalive_refused(const struct situation *s, const struct tcp_options *o);

/* tcp_retransmit_timer() for the first segment written after the fault (theory/rto.c).
 * @writes_ns: the observer writes at armed + k * writes_ns, k >= 1. */
struct giveup rto_giveup(const struct situation *s, const struct tcp_options *o, int64_t writes_ns);

/* Tells of the retransmissions on the way to @w, which rto_giveup() led to: of what the traffic
 * writes, or the method, whichever is lost first (theory/rto_steps.c). */
void rto_steps(const struct situation *s, const struct tcp_options *o, const struct window *w);

/* When the observer's first unanswered write happens, after the fault. */
void first_lost_write(const struct situation *s, int64_t writes_ns, int64_t *lo_ns, int64_t *hi_ns);

#endif
