/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "report/stats.h"

/* P(X <= count) of a Poisson variable of mean @mean, summed upwards from its largest term. */
static double at_most(uint64_t count, double mean)
{
	double log_last = (double)count * log(mean) - mean - lgamma((double)count + 1);
	double term = 1, sum = 1;

	for (uint64_t k = count; k > 0 && term > 1e-17 * sum; k--) {
		term *= (double)k / mean;
		sum += term;
	}
	return exp(log_last + log(sum));
}

double stats_poisson_upper(uint64_t count, double confidence)
{
	double lo = (double)count, hi = lo + 10 * sqrt(lo + 1) + 10;

	if (count == 0)
		return -log1p(-confidence);
	while (at_most(count, hi) > 1 - confidence)
		hi *= 2;
	for (int i = 0; i < 200 && lo < hi; i++) {
		double mid = lo + (hi - lo) / 2;

		if (mid <= lo || mid >= hi)
			break;
		if (at_most(count, mid) > 1 - confidence)
			lo = mid;
		else
			hi = mid;
	}
	return hi;
}
