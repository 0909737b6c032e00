/* SPDX-License-Identifier: MIT */
#ifndef REPORT_STATS_RANK_H
#define REPORT_STATS_RANK_H

#include <stddef.h>

/* Inside the room: the permutation distribution of a rank sum. */

/* How many of the subsets of @k of these @n ranks have each sum from 0 to *@max, malloc'ed; NULL
 * when memory ran out. n <= STATS_EXACT; ranks are whole numbers of at least 1. */
double *stats_rank_counts(const int *ranks, int n, int k, int *max);

/* The upper tail of the standard normal distribution. */
double stats_normal_tail(double z);

#endif
