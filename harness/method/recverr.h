/* SPDX-License-Identifier: MIT */
#ifndef METHOD_RECVERR_H
#define METHOD_RECVERR_H

#include "method/method.h"

/* recverr.c watches, recverr_window.c predicts. */
enum { RECVERR_DEAD };
enum { DEAD_ANY, DEAD_FINAL };

void recverr_window(const struct opt_values *opt, const struct situation *situation,
		    struct window *window);

#endif
