/* SPDX-License-Identifier: MIT */
#ifndef METHOD_NEIGH_WATCH_H
#define METHOD_NEIGH_WATCH_H

#include "method/method.h"

/* neigh_watch.c watches, neigh_watch_window.c predicts. */
enum { NEIGH_WATCH_PROBE };

void neigh_watch_window(const struct opt_values *opt, const struct situation *situation,
			struct window *window);

#endif
