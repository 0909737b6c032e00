/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "report/stats.h"
#include "report/stats_rank.h"

/*
 * Differences between two samples, by rank. There are na * nb of them, too many to store for
 * thousands of values; but how many are at most x takes one walk along both samples, so that the
 * k-th smallest is found by bisecting over x.
 */

struct pair {
	const int64_t *a, *b; /* sorted */
	size_t na, nb;
};

static uint64_t at_most(const struct pair *p, __int128 x)
{
	uint64_t count = 0;
	size_t j = 0;

	for (size_t i = 0; i < p->na; i++) {
		while (j < p->nb && p->b[j] <= p->a[i] + x)
			j++;
		count += j;
	}
	return count;
}

/* The k-th smallest difference b - a, k from 1. */
static int64_t difference(const struct pair *p, uint64_t k)
{
	__int128 lo = (__int128)p->b[0] - p->a[p->na - 1];
	__int128 hi = (__int128)p->b[p->nb - 1] - p->a[0];

	while (lo < hi) {
		__int128 mid = lo + (hi - lo) / 2; /* hi - lo >= 0: rounds down */

		if (at_most(p, mid) >= k)
			hi = mid;
		else
			lo = mid + 1;
	}
	return (int64_t)lo;
}

static int64_t median_difference(const struct pair *p)
{
	uint64_t n = (uint64_t)p->na * p->nb;
	int64_t middle[2] = { difference(p, (n + 1) / 2) };

	middle[1] = n % 2 ? middle[0] : difference(p, n / 2 + 1);
	return stats_median(middle, 2);
}

/* z with an upper tail of @p in (0, 1/2), to the last bits of a double. */
static double normal_quantile(double p)
{
	double lo = 0, hi = 40;

	for (int i = 0; i < 64; i++) {
		double mid = (lo + hi) / 2;

		if (stats_normal_tail(mid) > p)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

/* The smallest q with P(U <= q) >= @tail, without ties: W is then a sum of na of the ranks 1..n,
 * and U = W - na (na + 1) / 2. */
static int exact_q(const struct pair *p, double tail, uint64_t *q)
{
	int n = (int)(p->na + p->nb), na = (int)p->na, ranks[STATS_EXACT], max, first;
	double below = 0, whole = 0, *counts;

	for (int i = 0; i < n; i++)
		ranks[i] = i + 1;
	counts = stats_rank_counts(ranks, n, na, &max);
	if (!counts)
		return -ENOMEM;
	for (int s = 0; s <= max; s++)
		whole += counts[s];
	first = na * (na + 1) / 2;
	for (*q = 0; below + counts[first + (int)*q] < tail * whole; (*q)++)
		below += counts[first + (int)*q];
	free(counts);
	return 0;
}

static uint64_t normal_q(const struct pair *p, double tail)
{
	double na = (double)p->na, nb = (double)p->nb;
	double q = na * nb / 2 - normal_quantile(tail) * sqrt(na * nb * (na + nb + 1) / 12);

	return q < 1 ? 0 : (uint64_t)q;
}

int stats_shift(const int64_t *a, size_t na, const int64_t *b, size_t nb, double confidence,
		struct stats_shift *out)
{
	struct pair p = { .a = a, .b = b, .na = na, .nb = nb };
	double tail = (1 - confidence) / 2;
	uint64_t q = 0;
	int ret = 0;

	*out = (struct stats_shift){ .ns = median_difference(&p) };
	if (na + nb <= STATS_EXACT)
		ret = exact_q(&p, tail, &q);
	else
		q = normal_q(&p, tail);
	if (ret || q == 0)
		return ret;
	out->bounded = true;
	out->lo_ns = difference(&p, q);
	out->hi_ns = difference(&p, (uint64_t)na * nb + 1 - q);
	return 0;
}
