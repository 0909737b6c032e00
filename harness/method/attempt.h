/* SPDX-License-Identifier: MIT */
#ifndef METHOD_ATTEMPT_H
#define METHOD_ATTEMPT_H

#include "method/method.h"
#include "theory/attempt.h"

/*
 * Traffic `connecting`: the method is given a socket that is bound and not yet connected, and makes
 * the connection itself, as a program would that learns of ends by this method. These are the ways
 * to wait for connect(2), for the slot `connect` of struct method. True: the attempt has failed,
 * and saw is written ("connect=-1 ETIMEDOUT", "connect poll=POLLOUT|POLLERR|POLLHUP
 * SO_ERROR=ETIMEDOUT").
 */

/* A blocking connect(2). Interrupted by a signal it goes on by itself (connect(2): EINTR), and is
 * waited for with poll(2). */
bool attempt_block(struct watch *watch);

/* A connect(2) that does not block, then poll(2) for POLLOUT, then SO_ERROR (connect(2): EINPROGRESS). */
bool attempt_poll(struct watch *watch);

/* A connect(2) that does not block, and nobody waits: what becomes of it is left to watch(). */
bool attempt_begin(struct watch *watch);

/* The same, for a method that does not even look at what connect(2) returns. */
bool attempt_unseen(struct watch *watch);

/* For other ways to wait: connect(2) on the nonblocking socket. 0: it stands; 1: it is under way;
 * -1: it failed, and saw is written. */
int attempt_start(struct watch *watch);

/* The wait is over, which @how tells: SO_ERROR says how it ended. */
bool attempt_ended(struct watch *watch, int64_t now_ns, const char *how);

/* The socket blocks from now on: what the methods expect of a connection that stands. */
void attempt_blocks(struct watch *watch, bool blocks);

/* How a method looks at its attempt; everything 0: it is told of the end at once. */
struct attempt_view {
	struct syn_options syn;
	int64_t look_ns; /* it looks this often */
	bool state;      /* it looks at the state, and any but ESTABLISHED is death to it, SYN_SENT too */
};

/* What theory predicts of @method in traffic `connecting`. Once it stands the connection is idle,
 * and the method's own window holds. */
void attempt_window(const struct method *method, const struct opt_values *opt,
		    const struct situation *s, struct window *w);

/* The span of phases, whatever the traffic: method->period_ns(), but for `connecting`. There the
 * fault meets no schedule of the method's, only the kernel's timers of a second, TCP's first and
 * ARP's. */
int64_t method_period_ns(const struct method *method, const struct opt_values *opt,
			 const struct situation *s);

#endif
