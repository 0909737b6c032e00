/* SPDX-License-Identifier: MIT */
#ifndef REPORT_STATS_H
#define REPORT_STATS_H

#include <stddef.h>
#include <stdint.h>

/*
 * Order statistics of times, in exact integers: ns in, ns out, a half nanosecond rounded up.
 *
 * Quantiles are type 7 of Hyndman and Fan (The American Statistician 50, 1996), the default of R
 * and NumPy: linear between the two values around (n - 1) * p. The median of an even count is
 * therefore the mean of the two in the middle.
 */

void stats_sort(int64_t *values, size_t n);

/* Of sorted @values, n > 0; p = @num / @den within 0..1. */
int64_t stats_quantile(const int64_t *values, size_t n, unsigned int num, unsigned int den);

int64_t stats_median(const int64_t *values, size_t n);

#endif
