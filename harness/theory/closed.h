/* SPDX-License-Identifier: MIT */
#ifndef THEORY_CLOSED_H
#define THEORY_CLOSED_H

#include <stdbool.h>

#include "theory/tcp.h"

/*
 * The peer's application has stopped reading (EFFECT_STALLED), and its kernel has not: what is
 * written is acknowledged until the receive window is closed.
 */

/* When, after the fault, a write finds the window too small for it and stays behind; @own_writes_ns:
 * the method writes a byte this often; 0: never. False when nobody writes, or it is undone before. */
bool closed_window(const struct situation *s, int64_t own_writes_ns, int64_t *lo_ns, int64_t *hi_ns);

/* Tells s->steps of that write. */
void closed_tell(const struct situation *s, int64_t lo_ns, int64_t hi_ns);

/* From that write to the first probe of the closed window that finds it closed, at the latest. */
int64_t closed_probe_ns(const struct situation *s);

void closed_readable_end(const struct situation *s, const struct tcp_options *o, struct window *w);

#endif
