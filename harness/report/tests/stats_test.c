/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "report/stats.h"

/*
 * Known answers, and properties that hold for every sample. harness/tests/test_stats.py compares
 * with SciPy.
 */

static void near(double value, double want, double relative)
{
	cr_assert(fabs(value - want) <= relative * fabs(want), "%.17g, expected %.17g", value, want);
}

Test(stats, ecdf_counts_what_is_at_most)
{
	int64_t v[] = { 10, 20, 20, 40 };

	cr_assert_eq(stats_ecdf(v, 4, 9), 0);
	cr_assert_eq(stats_ecdf(v, 4, 10), 0.25);
	cr_assert_eq(stats_ecdf(v, 4, 20), 0.75);
	cr_assert_eq(stats_ecdf(v, 4, 39), 0.75);
	cr_assert_eq(stats_ecdf(v, 4, INT64_MAX), 1);
}

/* R: wilcox.test(c(1, 2, 3, 4), c(5, 6, 7, 8)) has p = 2 / choose(8, 4). */
Test(stats, rank_sum_of_samples_that_do_not_overlap)
{
	int64_t a[] = { 1, 2, 3, 4 }, b[] = { 5, 6, 7, 8 };
	struct stats_rank r;

	cr_assert_eq(stats_rank_sum(a, 4, b, 4, &r), 0);
	cr_assert(r.exact);
	cr_assert_eq(r.u, 16);
	near(r.p, 2 / 70.0, 1e-14);
	near(stats_rank_least_p(4, 4), 2 / 70.0, 1e-12);
	cr_assert_eq(stats_rank_sum(b, 4, a, 4, &r), 0);
	cr_assert_eq(r.u, 0);
	near(r.p, 2 / 70.0, 1e-14);
}

/* {1, 2} and {2, 3}: mid-ranks 1, 2.5, 2.5, 4. Of the 6 ways to choose two, one has a sum of 3.5 or
 * less twice over (1 + 2.5, with either of the tied values). */
Test(stats, rank_sum_with_ties_is_still_exact)
{
	int64_t a[] = { 1, 2 }, b[] = { 2, 3 }, same[] = { 7, 7, 7 };
	struct stats_rank r;

	cr_assert_eq(stats_rank_sum(a, 2, b, 2, &r), 0);
	cr_assert_eq(r.u, 3.5);
	near(r.p, 2 * 2 / 6.0, 1e-14);
	cr_assert_eq(stats_rank_sum(same, 3, same, 2, &r), 0);
	cr_assert_eq(r.p, 1);
}

static void fill(int64_t *v, size_t n, uint64_t seed, int64_t from, int64_t range)
{
	for (size_t i = 0; i < n; i++)
		v[i] = from + hash_below(hash_mix(seed, i), range);
	stats_sort(v, n);
}

enum { MANY = 4000 };

Test(stats, large_samples_of_one_value_are_no_different)
{
	static int64_t a[MANY], b[MANY];
	struct stats_shift s;
	struct stats_rank r;

	cr_assert_eq(stats_rank_sum(a, MANY, b, MANY, &r), 0);
	cr_assert(!r.exact);
	cr_assert_eq(r.p, 1);
	cr_assert_eq(stats_shift(a, MANY, b, MANY, 0.95, &s), 0);
	cr_assert(s.bounded && s.ns == 0 && s.lo_ns == 0 && s.hi_ns == 0);
}

Test(stats, shift_and_its_interval)
{
	int64_t a[] = { 1, 2, 3, 4 }, b[] = { 11, 12, 13, 14 };
	struct stats_shift s;

	/* P(U = 0) = 1/70 < 0.025 <= P(U <= 1): from the first difference to the last. */
	cr_assert_eq(stats_shift(a, 4, b, 4, 0.95, &s), 0);
	cr_assert(s.bounded && s.ns == 10 && s.lo_ns == 7 && s.hi_ns == 13);
	cr_assert_eq(stats_shift(a, 4, b, 4, 0.99, &s), 0);
	cr_assert(!s.bounded && s.ns == 10);
	cr_assert_eq(stats_shift(a, 1, b, 2, 0.95, &s), 0);
	cr_assert(!s.bounded && s.ns == 11, "10 and 11, a half rounded up");
}

/* The interval is the set of shifts that the test does not reject (Lehmann, Nonparametrics, 2.6):
 * moved to its ends and a little inside, the samples are alike at that level; outside, they are not. */
Test(stats, interval_holds_what_the_test_accepts)
{
	int64_t a[15], b[12], moved[12];
	struct stats_rank inside, outside;
	struct stats_shift s;

	for (uint64_t seed = 0; seed < 50; seed++) {
		fill(a, 15, seed, 0, 1000000000);
		fill(b, 12, seed + 1000, 300000000, 1000000000);
		cr_assert_eq(stats_shift(a, 15, b, 12, 0.95, &s), 0);
		cr_assert(s.bounded && s.lo_ns <= s.ns && s.ns <= s.hi_ns);
		for (int i = 0; i < 12; i++)
			moved[i] = b[i] - s.lo_ns - 1;
		stats_rank_sum(a, 15, moved, 12, &inside);
		for (int i = 0; i < 12; i++)
			moved[i] = b[i] - s.lo_ns + 1;
		stats_rank_sum(a, 15, moved, 12, &outside);
		cr_assert(inside.p > 0.05 && outside.p <= 0.05, "seed %d: %g %g", (int)seed, inside.p,
			  outside.p);
	}
}

Test(stats, differences_are_found_without_being_stored)
{
	static int64_t a[MANY], b[MANY];
	struct stats_shift s;
	struct stats_rank r;

	fill(a, MANY, 1, 0, 1000000);
	fill(b, MANY, 2, 50000, 1000000);
	cr_assert_eq(stats_shift(a, MANY, b, MANY, 0.99, &s), 0);
	cr_assert(s.lo_ns < 50000 && 50000 < s.hi_ns && s.hi_ns - s.lo_ns < 50000);
	cr_assert_eq(stats_rank_sum(a, MANY, b, MANY, &r), 0);
	cr_assert(r.p < 1e-9);
}

/* Fisher's own example, the lady tasting tea: 3 of 4 and 1 of 4 have p = 34/70. */
Test(stats, fisher_tastes_tea)
{
	near(stats_fisher(3, 1, 1, 3), 34 / 70.0, 1e-10);
	near(stats_fisher(4, 0, 0, 4), 2 / 70.0, 1e-10);
	near(stats_fisher(20, 0, 20, 0), 1, 1e-10);
	near(stats_fisher(1, 0, 0, 1), 1, 1e-10);
}

/* Holm's step-down by hand: 4 x 0.01, then 3 x 0.02, 2 x 0.03 as large, 1 x 0.9. */
Test(stats, holm_steps_down)
{
	double p[] = { 0.9, 0.01, 0.03, 0.02 };

	cr_assert_eq(stats_holm(p, 4), 0);
	near(p[1], 0.04, 1e-12);
	near(p[3], 0.06, 1e-12);
	near(p[2], 0.06, 1e-12);
	near(p[0], 0.9, 1e-12);
	cr_assert_eq(stats_holm(p, 0), 0);
}
