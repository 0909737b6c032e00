/* SPDX-License-Identifier: MIT */
/*
 * --vary, --sample and --link: the tunings of a sweep, and the wire that all its scenarios get.
 *
 * A grid is run in labs of WORK_LAB_TRIALS connections at most, for two reasons: labs run side by
 * side, and a verdict allows for each other connection that may be woken in the same tick
 * (trial/verdict.h), which at 500 of them is 50 ms. A connection costs its own thread and a port of
 * the one address, so that a lab could hold some thousands.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/shown.h"
#include "cli/work.h"
#include "plan/grid.h"
#include "report/goal.h"

static int add_axis(const char *text, struct grid *grid, struct err *err)
{
	const char *dot = strchr(text, '.'), *equals = dot ? strchr(dot, '=') : NULL;
	const struct method *method;
	char option[64], buf[SHOWN_SIZE];
	int ret;

	if (!equals)
		return err_set(err, EINVAL, "\"%s\" is not what --vary takes; write METHOD.OPTION=A,B, as "
			       "in keepalive.idle=5s,10s,30s", shown(text, buf));
	ret = work_find_method(text, (size_t)(dot - text), &method, err);
	if (ret)
		return ret;
	snprintf(option, sizeof(option), "%.*s", (int)(equals - dot - 1), dot + 1);
	return grid_add(grid, method, option, equals + 1, err);
}

static int lay_out(const struct grid *grid, const struct given *args, uint64_t seed,
		   struct work *work, struct err *err)
{
	struct scenario_method *tunings = NULL;
	int64_t sample = 0;
	int n = 0, refused = 0, ret;
	struct err why;

	ret = given_number(args, "sample", 1, GRID_TUNINGS, &sample, err);
	if (!ret)
		ret = grid_tunings(grid, work->methods, work->n_methods, sample, seed, &tunings, &n,
				   &refused, &why, err);
	if (ret)
		return ret;
	if (refused)
		fprintf(stderr, "deadpeer: %d combination%s left out: %s\n", refused,
			refused == 1 ? " is" : "s are", why.text);
	free(work->methods);
	work->methods = tunings;
	work->n_methods = n;
	return 0;
}

int vary_methods(const struct given *args, uint64_t seed, struct work *work, struct err *err)
{
	struct grid grid = { 0 };
	int ret = 0;

	for (int i = 0; i < args->n_options && !ret; i++) {
		if (strcmp(args->options[i].row->name, "vary") == 0)
			ret = add_axis(args->options[i].value, &grid, err);
	}
	if (!ret)
		ret = lay_out(&grid, args, seed, work, err);
	else
		err_prefix(err, ret, "--vary");
	grid_free(&grid);
	return ret;
}

int vary_link(const struct given *args, char *link, size_t size, struct err *err)
{
	const char *goal_text = given_value(args, "goal", NULL);
	const char *given = given_value(args, "link", "");
	struct goal goal = { 0 };
	int ret = goal_text ? goal_parse(goal_text, &goal, err) : 0;

	if (ret)
		return err_prefix(err, ret, "--goal");
	if (goal.link[0] && given[0])
		return err_set(err, EINVAL, "--goal says what the wire is, and --link too; do one of the "
			       "two");
	if (strlen(given) >= size)
		return err_set(err, EINVAL, "--link has more than %zu bytes", size - 1);
	snprintf(link, size, "%s", given[0] ? given : goal.link);
	return 0;
}
