/* SPDX-License-Identifier: MIT */
#ifndef PLAN_GRID_H
#define PLAN_GRID_H

#include "scenario/scenario.h"

/*
 * Tunings: what --vary lays out. An axis is one option of a method with the values it is to take; a
 * method's tunings are every combination of its axes' values, and a grid is the tunings of all its
 * methods. Pure: the same arguments give the same tunings in the same order.
 */

enum {
	GRID_AXES = 32,
	GRID_VALUES = 1000,     /* of one axis */
	GRID_CELLS = 1000000,   /* combinations, before a sample is drawn */
	GRID_TUNINGS = 4096,    /* that are run */
};

struct grid_axis {
	const struct method *method;
	int row; /* of method->options */
	int n;
	int64_t *values;
};

struct grid {
	int n_axes;
	struct grid_axis axes[GRID_AXES];
};

/* One more axis: values as a user writes them, "5s,10s,30s". An option that the method does not have,
 * a value that it refuses, one that stands twice, an axis that is there already: -EINVAL and a
 * sentence. */
int grid_add(struct grid *grid, const struct method *method, const char *option,
	     const char *values, struct err *err);
void grid_free(struct grid *grid);

/*
 * The tunings, in *out (malloc'ed; free(3) it) and *n. @bases give the options that are not varied:
 * a method that has axes is laid out from each base of it, or from its defaults where there is none;
 * a base of a method without axes is a tuning as it is. @sample > 0: that many of them, each set of
 * that size being equally likely, drawn from @seed; all of them where there are not more.
 *
 * A combination that the method refuses is left out and counted in *refused, with the first reason in
 * @why. -EINVAL where nothing is left, and where there is more than GRID_CELLS or GRID_TUNINGS.
 */
int grid_tunings(const struct grid *grid, const struct scenario_method *bases, int n_bases,
		 int64_t sample, uint64_t seed, struct scenario_method **out, int *n, int *refused,
		 struct err *why, struct err *err);

#endif
