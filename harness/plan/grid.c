/* SPDX-License-Identifier: MIT */
/*
 * The grid is walked as an odometer whose last axis turns fastest, base by base, twice: the first
 * walk counts what the methods accept, the second takes it. A sample is drawn on the second walk by
 * selection: with k still wanted of r still to come, the next one is taken with probability k / r
 * (Knuth, The Art of Computer Programming 2, 3.4.2, algorithm S). So no tuning comes twice, every set
 * of k is equally likely, and the order is that of the grid.
 */
#include "plan/grid.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/shown.h"

enum { VALUE_MAX = 64 };

static int find_row(const struct method *method, const char *option, struct err *err)
{
	struct opt_values scratch;
	int row = 0;

	while (method->options[row].name && strcmp(method->options[row].name, option) != 0)
		row++;
	if (method->options[row].name)
		return row;
	opt_defaults(method->options, &scratch);
	return opt_set(method->options, &scratch, option, "", err);
}

static int add_value(struct grid_axis *axis, const char *text, size_t len, struct err *err)
{
	const struct opt *row = &axis->method->options[axis->row];
	char value[VALUE_MAX], buf[SHOWN_SIZE];
	int ret;

	if (len == 0)
		return err_set(err, EINVAL, "a value is missing; write %s.%s=A,B,C",
			       axis->method->name, row->name);
	if (len >= sizeof(value))
		return err_set(err, EINVAL, "'%s' is too long for a value", shown(text, buf));
	memcpy(value, text, len);
	value[len] = '\0';
	ret = opt_parse_value(row, value, &axis->values[axis->n], err);
	if (ret)
		return ret;
	for (int i = 0; i < axis->n; i++) {
		if (axis->values[i] == axis->values[axis->n])
			return err_set(err, EINVAL, "%s stands there twice; once is enough", value);
	}
	axis->n++;
	return 0;
}

static int add_values(struct grid_axis *axis, const char *values, struct err *err)
{
	int room = 1, ret = 0;

	for (const char *c = values; *c; c++)
		room += *c == ',';
	if (room > GRID_VALUES)
		return err_set(err, EINVAL, "%d values; at most %d are taken", room, GRID_VALUES);
	axis->values = calloc((size_t)room, sizeof(*axis->values));
	if (!axis->values)
		return err_set(err, ENOMEM, "not enough memory");
	while (!ret) {
		size_t len = strcspn(values, ",");

		ret = add_value(axis, values, len, err);
		values += len;
		if (*values++ == '\0')
			break;
	}
	return ret;
}

int grid_add(struct grid *grid, const struct method *method, const char *option,
	     const char *values, struct err *err)
{
	struct grid_axis *axis = &grid->axes[grid->n_axes];
	int row = find_row(method, option, err), ret;

	if (row < 0)
		return err_prefix(err, -EINVAL, "%s", method->name);
	for (int i = 0; i < grid->n_axes; i++) {
		if (grid->axes[i].method == method && grid->axes[i].row == row)
			return err_set(err, EINVAL, "%s.%s is varied twice; give all its values at once",
				       method->name, option);
	}
	if (grid->n_axes == GRID_AXES)
		return err_set(err, EINVAL, "more than %d options are varied", GRID_AXES);
	*axis = (struct grid_axis){ .method = method, .row = row };
	grid->n_axes++;
	ret = add_values(axis, values, err);
	return ret ? err_prefix(err, ret, "%s.%s", method->name, option) : 0;
}

void grid_free(struct grid *grid)
{
	for (int i = 0; i < grid->n_axes; i++)
		free(grid->axes[i].values);
	*grid = (struct grid){ 0 };
}

/* What one walk over the grid does with what it meets. */
struct walk {
	const struct grid *grid;
	struct scenario_method *taken; /* NULL: only count */
	int64_t met, refused, n;
	int64_t left, wanted;          /* of a walk that takes */
	uint64_t seed;
	struct err why;
};

static bool draw(struct walk *w)
{
	uint64_t seed = hash_mix(hash_text(w->seed, "sample"), (uint64_t)w->left);
	bool take = hash_below(seed, w->left--) < w->wanted;

	w->wanted -= take;
	return take;
}

static void meet(struct walk *w, const struct scenario_method *tuning)
{
	struct err why;

	w->met++;
	if (tuning->method->check && tuning->method->check(&tuning->opt, &why)) {
		if (!w->refused++)
			err_set(&w->why, EINVAL, "%s: %s", tuning->method->name, why.text);
		return;
	}
	if (!w->taken || draw(w)) {
		if (w->taken)
			w->taken[w->n] = *tuning;
		w->n++;
	}
}

/* Every combination of the axes of one base's method. False where the grid is too large to walk. */
static bool walk_base(struct walk *w, const struct scenario_method *base)
{
	const struct grid_axis *axes[GRID_AXES];
	struct scenario_method tuning = *base;
	int at[GRID_AXES] = { 0 }, n = 0, turn;

	for (int i = 0; i < w->grid->n_axes; i++) {
		if (w->grid->axes[i].method == base->method)
			axes[n++] = &w->grid->axes[i];
	}
	do {
		if (w->met == GRID_CELLS)
			return false;
		for (int i = 0; i < n; i++)
			tuning.opt.v[axes[i]->row] = axes[i]->values[at[i]];
		meet(w, &tuning);
		for (turn = n - 1; turn >= 0 && ++at[turn] == axes[turn]->n; turn--)
			at[turn] = 0;
	} while (turn >= 0);
	return true;
}

static bool has_base(const struct scenario_method *bases, int n, const struct method *method)
{
	while (n > 0 && bases[n - 1].method != method)
		n--;
	return n > 0;
}

static bool walk(struct walk *w, const struct scenario_method *bases, int n_bases)
{
	for (int i = 0; i < n_bases; i++) {
		if (!walk_base(w, &bases[i]))
			return false;
	}
	for (int i = 0; i < w->grid->n_axes; i++) {
		struct scenario_method base = { .method = w->grid->axes[i].method };
		bool before = has_base(bases, n_bases, base.method);

		for (int j = 0; j < i; j++)
			before |= w->grid->axes[j].method == base.method;
		opt_defaults(base.method->options, &base.opt);
		if (!before && !walk_base(w, &base))
			return false;
	}
	return true;
}

static int check_size(const struct walk *w, int64_t wanted, struct err *err)
{
	if (w->n == 0 && w->refused)
		return err_set(err, EINVAL, "nothing is left of the grid: %s", w->why.text);
	if (w->n == 0)
		return err_set(err, EINVAL, "the grid is empty; vary an option, as in --vary "
			       "keepalive.idle=5s,10s,30s, or name a method with -m");
	if (wanted > GRID_TUNINGS)
		return err_set(err, EINVAL, "%lld tunings; at most %d are run at once, draw so many with "
			       "--sample N", (long long)wanted, GRID_TUNINGS);
	return 0;
}

/* A base and an axis that fix the same option would contradict each other. */
static int check_bases(const struct grid *grid, const struct scenario_method *bases, int n,
		       struct err *err)
{
	for (int a = 0; a < grid->n_axes; a++) {
		const struct grid_axis *axis = &grid->axes[a];
		struct opt_values plain;

		opt_defaults(axis->method->options, &plain);
		for (int i = 0; i < n; i++) {
			if (bases[i].method == axis->method &&
			    bases[i].opt.v[axis->row] != plain.v[axis->row])
				return err_set(err, EINVAL, "%s.%s is varied, and -m sets it; do one of "
					       "the two", axis->method->name,
					       axis->method->options[axis->row].name);
		}
	}
	return 0;
}

int grid_tunings(const struct grid *grid, const struct scenario_method *bases, int n_bases,
		 int64_t sample, uint64_t seed, struct scenario_method **out, int *n, int *refused,
		 struct err *why, struct err *err)
{
	struct walk count = { .grid = grid }, take;
	int ret = check_bases(grid, bases, n_bases, err);

	if (ret)
		return ret;
	if (!walk(&count, bases, n_bases))
		return err_set(err, EINVAL, "the grid has more than %d combinations; give fewer values",
			       GRID_CELLS);
	take = (struct walk){ .grid = grid, .left = count.n, .wanted = count.n, .seed = seed };
	if (sample > 0 && sample < count.n)
		take.wanted = sample;
	ret = check_size(&count, take.wanted, err);
	if (ret)
		return ret;
	take.taken = calloc((size_t)take.wanted + 1, sizeof(*take.taken));
	if (!take.taken)
		return err_set(err, ENOMEM, "not enough memory");
	walk(&take, bases, n_bases);
	*out = take.taken;
	*n = (int)take.n;
	*refused = (int)count.refused;
	*why = count.why;
	return 0;
}
