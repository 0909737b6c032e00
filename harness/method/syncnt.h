/* SPDX-License-Identifier: MIT */
#ifndef METHOD_SYNCNT_H
#define METHOD_SYNCNT_H

#include "method/method.h"

enum { SYNCNT_COUNT, SYNCNT_PERIOD, SYNCNT_REFUSED };
enum { REFUSED_ALIVE, REFUSED_DEAD };

/* The method's window slot. */
void syncnt_window(const struct opt_values *opt, const struct situation *situation,
		   struct window *window);

#endif
