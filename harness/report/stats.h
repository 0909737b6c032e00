/* SPDX-License-Identifier: MIT */
#ifndef REPORT_STATS_H
#define REPORT_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Statistics of times and of counts. Pure functions; nothing in here knows what a trial is.
 *
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

/* The empirical distribution function: the share of sorted @values, n > 0, that are at most @x. */
double stats_ecdf(const int64_t *values, size_t n, int64_t x);

/*
 * Two samples, each sorted and not empty. Values are within +-2^62.
 *
 * The rank-sum test of Mann and Whitney (Annals of Mathematical Statistics 18, 1947), two-sided:
 * twice the smaller tail, at most 1. Up to STATS_EXACT values in both samples together, p is that
 * of the permutation distribution of the rank sum with the mid-ranks as they are, ties and all
 * (Hollander, Wolfe and Chicken, Nonparametric Statistical Methods, 3rd ed., 4.1, comment 5); every
 * count in it is a whole number below 2^53 and thus exact in a double: C(56, 28) is the last
 * central binomial coefficient that is. Beyond, the normal approximation with the variance
 * corrected for ties and a continuity correction of a half (same book, 4.1), as SciPy does it.
 */
enum { STATS_EXACT = 56 };

struct stats_rank {
	double u; /* pairs (a, b) with a < b; a tie counts a half */
	double p;
	bool exact;
};

int stats_rank_sum(const int64_t *a, size_t na, const int64_t *b, size_t nb,
		   struct stats_rank *out); /* 0 or -ENOMEM */

/* The smallest p that the test can give for samples of these sizes: 2 / C(na + nb, na). Where that
 * is above the level asked for, there are too few values to tell whatever they are. */
double stats_rank_least_p(size_t na, size_t nb);

/*
 * By how much b is later than a: the estimate of Hodges and Lehmann (Annals of Mathematical
 * Statistics 34, 1963), the median of all differences b - a, with the distribution-free interval of
 * Moses that belongs to the test (Hollander, Wolfe and Chicken, 4.3; Bauer, JASA 67, 1972): from
 * the q-th smallest difference to the q-th largest, q the smallest number with P(U <= q) of at
 * least (1 - confidence) / 2. It covers the true shift with at least @confidence, with ties too.
 * Beyond STATS_EXACT values q comes from the normal approximation, rounded down. Differences are
 * not stored: the one of a given rank is found by bisection, in exact integers.
 */
struct stats_shift {
	int64_t ns;
	bool bounded;         /* false: too few values for an interval at this confidence */
	int64_t lo_ns, hi_ns;
};

int stats_shift(const int64_t *a, size_t na, const int64_t *b, size_t nb, double confidence,
		struct stats_shift *out); /* 0 or -ENOMEM */

/*
 * Fisher's exact test of two proportions (The Design of Experiments, 1935), two-sided: the
 * probability of all tables with the same margins that are no more likely than this one, where a
 * relative 1e-7 counts as equally likely (as in R's fisher.test).
 */
double stats_fisher(int a_yes, int a_no, int b_yes, int b_no);

/*
 * Holm's step-down correction (Scandinavian Journal of Statistics 6, 1979): turns p-values into
 * adjusted ones, in place and in their order. Rejecting those of at most alpha keeps the chance of
 * one or more false alarms among all of them at most alpha, however they depend on each other.
 */
int stats_holm(double *p, size_t n); /* 0 or -ENOMEM */

/*
 * The upper bound of Garwood (Biometrika 28, 1936) for the mean of a Poisson variable that was
 * counted once: the mean under which @count or fewer would have come with a probability of only
 * 1 - @confidence. For none it is -ln(1 - confidence): the rule of three.
 */
double stats_poisson_upper(uint64_t count, double confidence);

#endif
