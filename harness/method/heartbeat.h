/* SPDX-License-Identifier: MIT */
#ifndef METHOD_HEARTBEAT_H
#define METHOD_HEARTBEAT_H

#include "method/method.h"
#include "theory/steps.h"

/* The rows of the heartbeat's options; heartbeat.c watches, heartbeat_window.c predicts. */
enum { HEARTBEAT_PERIOD, HEARTBEAT_MISSES, HEARTBEAT_MODE, HEARTBEAT_GRACE };
enum { HEARTBEAT_PING, HEARTBEAT_BEACON };

/* How late a beacon may be before it counts as missed. */
int64_t heartbeat_grace_ns(const struct opt_values *opt);

void heartbeat_window(const struct opt_values *opt, const struct situation *situation,
		      struct window *window);

/* Its part where only large packets are lost (effect.larger). */
void heartbeat_large(const struct opt_values *opt, const struct situation *s, struct window *w);

/* Tells of the beats that stay away on the way to @w: @from the first unanswered ping, or the last
 * beacon that arrives, after the fault. */
void heartbeat_steps(const struct situation *s, const struct opt_values *opt,
		     const struct span *from, const struct window *w);

#endif
