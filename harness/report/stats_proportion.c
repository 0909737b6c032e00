/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "report/stats.h"

/* Two proportions, and many tests at once. */

#define EQUALLY_LIKELY (1 + 1e-7)

static double log_factorial(int n)
{
	int sign;

	return lgamma_r(n + 1.0, &sign);
}

/* Of a table whose first cell is @x: hypergeometric, with the margins a, b and yes. */
static double log_likelihood(int x, int a, int b, int yes)
{
	return log_factorial(a) - log_factorial(x) - log_factorial(a - x) + log_factorial(b) -
	       log_factorial(yes - x) - log_factorial(b - yes + x) - log_factorial(a + b) +
	       log_factorial(yes) + log_factorial(a + b - yes);
}

double stats_fisher(int a_yes, int a_no, int b_yes, int b_no)
{
	int a = a_yes + a_no, b = b_yes + b_no, yes = a_yes + b_yes;
	double limit = exp(log_likelihood(a_yes, a, b, yes)) * EQUALLY_LIKELY, p = 0;

	for (int x = yes > b ? yes - b : 0; x <= a && x <= yes; x++) {
		double likelihood = exp(log_likelihood(x, a, b, yes));

		if (likelihood <= limit)
			p += likelihood;
	}
	return fmin(1, p);
}

static int by_value(const void *a, const void *b)
{
	double x = **(double *const *)a, y = **(double *const *)b;

	return (x > y) - (x < y);
}

int stats_holm(double *p, size_t n)
{
	double **order = calloc(n + 1, sizeof(*order)), least = 0;

	if (!order)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		order[i] = &p[i];
	qsort(order, n, sizeof(*order), by_value);
	for (size_t i = 0; i < n; i++) {
		least = fmax(least, fmin(1, (double)(n - i) * *order[i]));
		*order[i] = least;
	}
	free(order);
	return 0;
}
