/* SPDX-License-Identifier: MIT */
#include "report/stats.h"

#include <stdlib.h>

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

void stats_sort(int64_t *values, size_t n)
{
	if (n > 1)
		qsort(values, n, sizeof(*values), compare);
}

int64_t stats_quantile(const int64_t *values, size_t n, unsigned int num, unsigned int den)
{
	size_t at = (n - 1) * num / den;
	size_t rest = (n - 1) * num % den;
	__int128 between;

	if (rest == 0)
		return values[at];
	between = ((__int128)values[at + 1] - values[at]) * (__int128)rest;
	return (int64_t)(values[at] + (2 * between + den) / (2 * (__int128)den));
}

int64_t stats_median(const int64_t *values, size_t n)
{
	return stats_quantile(values, n, 1, 2);
}

double stats_ecdf(const int64_t *values, size_t n, int64_t x)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (values[mid] <= x)
			lo = mid + 1;
		else
			hi = mid;
	}
	return (double)lo / (double)n;
}
