/* SPDX-License-Identifier: MIT */
#ifndef THEORY_FORGOTTEN_H
#define THEORY_FORGOTTEN_H

#include "theory/situation.h"
#include "theory/tcp.h"
#include "theory/window.h"

/* tcp_readable_end() for EFFECT_FORGOTTEN (theory/forgotten.c). */
void forgotten_readable_end(const struct situation *s, const struct tcp_options *o,
			    struct window *w);

#endif
