/* SPDX-License-Identifier: MIT */
#ifndef THEORY_LARGE_H
#define THEORY_LARGE_H

#include "netns/err.h"
#include "theory/tcp.h"

/*
 * Only large packets are lost (effect.larger): what that means for a connection follows from its
 * traffic.
 */

/* Turns EFFECT_SILENCE with `larger` into what it is for this traffic: nothing, or a silence in the
 * direction in which the large messages go. -EINVAL and why theory has no answer. */
int large_reduce(struct effect *e, const struct situation *s, struct err *err);

void large_readable_end(const struct situation *s, const struct tcp_options *o, struct window *w);

/* The same as a silence that begins with the first large message, between *lo_ns and *hi_ns after the
 * fault: from then on nothing behind it is delivered either. */
struct situation large_blocked(const struct situation *s, int64_t *lo_ns, int64_t *hi_ns);

#endif
