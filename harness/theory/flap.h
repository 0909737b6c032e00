/* SPDX-License-Identifier: MIT */
#ifndef THEORY_FLAP_H
#define THEORY_FLAP_H

#include "theory/situation.h"
#include "theory/tcp.h"
#include "theory/window.h"

/* EFFECT_FLAPPING: silence that comes and goes (theory/flap.c). */

/* The same situation with the first silence only. */
struct situation flap_first(const struct situation *s);

/* From the first silence to the last moment of the last one. */
int64_t flap_total_ns(const struct effect *effect);

/*
 * @w is what the first silence alone leads to. Where that is not noticed, a later one may be, since
 * it meets another phase: `never` stays only where something that waits @patience_ns for a sign of
 * life is always given one. TCP's backed-off retransmission brings it.
 */
void flap_later(const struct situation *s, int64_t patience_ns, struct window *w);

/* tcp_readable_end() for EFFECT_FLAPPING. */
void flap_readable_end(const struct situation *s, const struct tcp_options *o, struct window *w);

#endif
