/* SPDX-License-Identifier: MIT */
#include "report/stats_rank.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "report/stats.h"

/*
 * The rank-sum test. Mid-ranks are halves, so that everything is counted in half ranks: a run of
 * equal values at places i to j (from 0) of the pooled order has the rank (i + j) / 2 + 1, which is
 * i + j + 2 halves.
 */

struct pooled {
	int64_t value;
	bool of_a;
};

static int compare(const void *a, const void *b)
{
	int64_t x = ((const struct pooled *)a)->value, y = ((const struct pooled *)b)->value;

	return (x > y) - (x < y);
}

static struct pooled *pool(const int64_t *a, size_t na, const int64_t *b, size_t nb)
{
	struct pooled *all = calloc(na + nb, sizeof(*all));

	for (size_t i = 0; all && i < na; i++)
		all[i] = (struct pooled){ a[i], true };
	for (size_t i = 0; all && i < nb; i++)
		all[na + i] = (struct pooled){ b[i], false };
	if (all)
		qsort(all, na + nb, sizeof(*all), compare);
	return all;
}

static size_t run_end(const struct pooled *all, size_t n, size_t i)
{
	size_t end = i + 1;

	while (end < n && all[end].value == all[i].value)
		end++;
	return end;
}

/* The rank sum of a in half ranks, and the sum of t^3 - t over the ties. Sums of doubles that are
 * whole numbers: exact up to 2^53. */
static double rank_sum(const struct pooled *all, size_t n, double *ties)
{
	double sum = 0;

	*ties = 0;
	for (size_t i = 0, end; i < n; i = end) {
		double t;

		end = run_end(all, n, i);
		t = (double)(end - i);
		*ties += t * t * t - t;
		for (size_t j = i; j < end; j++)
			sum += all[j].of_a ? (double)(i + end + 1) : 0;
	}
	return sum;
}

double *stats_rank_counts(const int *ranks, int n, int k, int *max)
{
	double *counts;
	size_t width;

	*max = 0;
	for (int i = 0; i < n; i++)
		*max += ranks[i];
	width = (size_t)*max + 1;
	counts = calloc((size_t)(k + 1) * width, sizeof(*counts));
	if (!counts)
		return NULL;
	counts[0] = 1;
	for (int i = 0; i < n; i++) {
		for (int j = k < i + 1 ? k : i + 1; j > 0; j--) {
			const double *from = counts + (size_t)(j - 1) * width;
			double *to = counts + (size_t)j * width + ranks[i];

			for (size_t s = 0; s + (size_t)ranks[i] < width; s++)
				to[s] += from[s];
		}
	}
	for (size_t s = 0; s < width; s++)
		counts[s] = counts[(size_t)k * width + s];
	return counts;
}

static int exact_p(const struct pooled *all, int n, int na, double sum, double *p)
{
	double below = 0, above = 0, whole = 0, *counts;
	int ranks[STATS_EXACT], max;

	for (int i = 0, end; i < n; i = end) {
		end = (int)run_end(all, (size_t)n, (size_t)i);
		for (int j = i; j < end; j++)
			ranks[j] = i + end + 1;
	}
	counts = stats_rank_counts(ranks, n, na, &max);
	if (!counts)
		return -ENOMEM;
	for (int s = 0; s <= max; s++) {
		whole += counts[s];
		below += s <= sum ? counts[s] : 0;
		above += s >= sum ? counts[s] : 0;
	}
	free(counts);
	*p = fmin(1, 2 * fmin(below, above) / whole);
	return 0;
}

double stats_normal_tail(double z)
{
	return erfc(z / sqrt(2)) / 2;
}

static double normal_p(double na, double nb, double u, double ties)
{
	double n = na + nb;
	double sigma = sqrt(na * nb / 12 * (n + 1 - ties / (n * (n - 1))));
	double z = fabs(u - na * nb / 2) - 0.5;

	return sigma > 0 ? fmin(1, 2 * stats_normal_tail(z / sigma)) : 1;
}

int stats_rank_sum(const int64_t *a, size_t na, const int64_t *b, size_t nb,
		   struct stats_rank *out)
{
	struct pooled *all = pool(a, na, b, nb);
	double sum, ties;
	int ret = 0;

	if (!all)
		return -ENOMEM;
	sum = rank_sum(all, na + nb, &ties);
	/* Pairs with a > b are W - na (na + 1) / 2; the others have a < b. */
	out->u = (double)na * (double)nb + (double)na * ((double)na + 1) / 2 - sum / 2;
	out->exact = na + nb <= STATS_EXACT;
	if (out->exact)
		ret = exact_p(all, (int)(na + nb), (int)na, sum, &out->p);
	else
		out->p = normal_p((double)na, (double)nb, out->u, ties);
	free(all);
	return ret;
}

double stats_rank_least_p(size_t na, size_t nb)
{
	double log_ways = 0;

	for (size_t i = 1; i <= na; i++)
		log_ways += log((double)(nb + i)) - log((double)i);
	return fmin(1, 2 * exp(-log_ways));
}
