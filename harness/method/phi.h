/* SPDX-License-Identifier: MIT */
#ifndef METHOD_PHI_H
#define METHOD_PHI_H

#include "method/method.h"

/* phi.c watches, phi_window.c predicts. */
enum { PHI_THRESHOLD, PHI_WINDOW, PHI_MIN_STD, PHI_PERIOD };

/* With how many standard deviations above the mean phi reaches @threshold. */
double phi_deviations(int64_t threshold);

void phi_window(const struct opt_values *opt, const struct situation *situation,
		struct window *window);

#endif
