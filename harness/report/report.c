/* SPDX-License-Identifier: MIT */
#include "report/report.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "report/stats.h"

/*
 * Theory of operation
 * ===================
 * Trials are put into cells by a counting sort, so that every cell's trials lie side by side in
 * `order`, in the order of the file. Rows and columns appear as in the file, except that rows of
 * one method stand together. A cell shows its worst trial: a table must never hide one failed
 * phase among many that passed.
 */

static bool same_world(const struct record_run *a, const struct record_run *b)
{
	return strcmp(a->engine, b->engine) == 0 && strcmp(a->kernel, b->kernel) == 0 &&
	       a->hz == b->hz && a->n_sysctl == b->n_sysctl &&
	       memcmp(a->sysctl, b->sysctl, sizeof(a->sysctl)) == 0;
}

int report_world(const struct record_file *file, int i)
{
	int first = 0;

	while (!same_world(&file->runs[first], &file->runs[i]))
		first++;
	return first;
}

int report_severity(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_SKIP:
		return 0;
	case VERDICT_PASS:
		return 1;
	case VERDICT_INVALID:
		return 2;
	case VERDICT_ERROR:
		return 3;
	case VERDICT_EARLY:
	case VERDICT_LATE:
		return REPORT_FAILED;
	case VERDICT_MISSED:
		return REPORT_FAILED + 1;
	case VERDICT_FALSE_ALARM:
		return REPORT_FAILED + 2;
	case VERDICT_COUNT:
		break;
	}
	return 3;
}

int report_failed(const int count[VERDICT_COUNT])
{
	int n = 0;

	for (int v = 0; v < VERDICT_COUNT; v++)
		n += report_severity((enum verdict)v) >= REPORT_FAILED ? count[v] : 0;
	return n;
}

/* How far outside its window a trial was noticed. */
static int64_t excess_ns(const struct record_trial *t)
{
	if (t->detect_ns == RECORD_NULL || t->expect != EXPECT_WINDOW)
		return 0;
	if (t->detect_ns < t->expect_lo_ns)
		return t->expect_lo_ns - t->detect_ns;
	return t->detect_ns > t->expect_hi_ns ? t->detect_ns - t->expect_hi_ns : 0;
}

static bool worse(const struct record_trial *a, const struct record_trial *b)
{
	int by = report_severity(a->verdict) - report_severity(b->verdict);

	return by ? by > 0 : excess_ns(a) > excess_ns(b);
}

static int find_row(struct report *r, const struct record_trial *t)
{
	int i = 0;

	while (i < r->n_rows && (strcmp(r->rows[i].method, t->method) != 0 ||
				 strcmp(r->rows[i].options, t->options) != 0))
		i++;
	return i;
}

/* Behind the last row of the same method, else at the end. */
static void add_row(struct report *r, const struct record_trial *t)
{
	int at = r->n_rows;

	for (int i = 0; i < r->n_rows; i++) {
		if (strcmp(r->rows[i].method, t->method) == 0)
			at = i + 1;
	}
	memmove(r->rows + at + 1, r->rows + at, (size_t)(r->n_rows - at) * sizeof(*r->rows));
	r->rows[at] = (struct report_row){ t->method, t->options };
	r->n_rows++;
}

static int find_column(struct report *r, const struct record_trial *t)
{
	int i = 0;

	while (i < r->n_columns && (strcmp(r->columns[i].scenario, t->scenario) != 0 ||
				    strcmp(r->columns[i].family, t->family) != 0))
		i++;
	return i;
}

const char *report_wire(const struct record_trial *t)
{
	return strcmp(t->wire, "switch") == 0 ? "" : t->wire;
}

static void add_column(struct report *r, const struct record_trial *t)
{
	int at = r->n_columns;

	for (int i = 0; i < r->n_columns; i++) {
		if (strcmp(r->columns[i].family, t->family) == 0)
			at = i + 1;
	}
	memmove(r->columns + at + 1, r->columns + at,
		(size_t)(r->n_columns - at) * sizeof(*r->columns));
	r->columns[at] = (struct report_column){ t->family, t->scenario, report_wire(t) };
	r->n_columns++;
}

static bool mine(const struct report *r, int i)
{
	return report_world(r->file, r->file->trial_run[i]) == r->world;
}

static struct report_cell *cell_of(struct report *r, const struct record_trial *t)
{
	return &r->cells[find_row(r, t) * r->n_columns + find_column(r, t)];
}

static void sort_into_cells(struct report *r)
{
	int *next = r->order;

	for (int i = 0; i < r->file->n_trials; i++) {
		if (mine(r, i))
			cell_of(r, &r->file->trials[i])->n++;
	}
	for (int c = 0; c < r->n_rows * r->n_columns; c++) {
		r->cells[c].trials = next;
		next += r->cells[c].n;
		r->cells[c].n = 0;
	}
	for (int i = 0; i < r->file->n_trials; i++) {
		struct report_cell *cell;

		if (!mine(r, i))
			continue;
		cell = cell_of(r, &r->file->trials[i]);
		r->order[cell->trials - r->order + cell->n++] = i;
	}
}

/* The fault happened between its two stamps: so much later than detect_ns it may have been. */
static int64_t fault_span_ns(const struct record_trial *t)
{
	if (t->fault_before_ns == RECORD_NULL || t->fault_after_ns == RECORD_NULL)
		return 0;
	return t->fault_after_ns - t->fault_before_ns;
}

/* The cell's times in order, each with its fault's span added where @spans is set. */
static void take_times(const struct report *r, struct report_cell *cell, int64_t *times, bool spans)
{
	size_t n = 0;

	for (int i = 0; i < cell->n; i++) {
		const struct record_trial *t = &r->file->trials[cell->trials[i]];

		if (t->detect_ns != RECORD_NULL)
			times[n++] = t->detect_ns + (spans ? fault_span_ns(t) : 0);
	}
	stats_sort(times, n);
	cell->n_noticed = (int)n;
}

static void summarise(struct report *r, struct report_cell *cell, int64_t *times)
{
	for (int i = 0; i < cell->n; i++) {
		const struct record_trial *t = &r->file->trials[cell->trials[i]];

		cell->count[t->verdict]++;
		r->count[t->verdict]++;
		if (!cell->shown || worse(t, cell->shown))
			cell->shown = t;
	}
	r->n_trials += cell->n;
	take_times(r, cell, times, true);
	if (cell->n_noticed == 0)
		return;
	cell->bound_ns = stats_median(times, (size_t)cell->n_noticed);
	take_times(r, cell, times, false);
	cell->median_ns = stats_median(times, (size_t)cell->n_noticed);
	cell->min_ns = times[0];
	cell->max_ns = times[cell->n_noticed - 1];
}

static void find_rows_and_columns(struct report *r)
{
	for (int i = 0; i < r->file->n_trials; i++) {
		const struct record_trial *t = &r->file->trials[i];

		if (!mine(r, i))
			continue;
		if (find_row(r, t) == r->n_rows)
			add_row(r, t);
		if (find_column(r, t) == r->n_columns)
			add_column(r, t);
	}
}

static int build(struct report *r, int64_t *times)
{
	size_t n = (size_t)r->file->n_trials + 1;

	r->rows = reallocarray(NULL, n, sizeof(*r->rows));
	r->columns = reallocarray(NULL, n, sizeof(*r->columns));
	r->order = calloc(n, sizeof(*r->order));
	if (!r->rows || !r->columns || !r->order)
		return -ENOMEM;
	find_rows_and_columns(r);
	r->cells = calloc((size_t)r->n_rows * (size_t)r->n_columns + 1, sizeof(*r->cells));
	if (!r->cells)
		return -ENOMEM;
	sort_into_cells(r);
	for (int c = 0; c < r->n_rows * r->n_columns; c++)
		summarise(r, &r->cells[c], times);
	return 0;
}

int report_make(const struct record_file *file, int world, struct report *report, struct err *err)
{
	int64_t *times = calloc((size_t)file->n_trials + 1, sizeof(*times));
	int ret = -ENOMEM;

	*report = (struct report){ .file = file, .world = world };
	if (times)
		ret = build(report, times);
	free(times);
	if (ret == 0)
		return 0;
	report_free(report);
	return err_set(err, ENOMEM, "not enough memory for a table of %d trials", file->n_trials);
}

void report_free(struct report *report)
{
	free(report->rows);
	free(report->columns);
	free(report->cells);
	free(report->order);
	*report = (struct report){ 0 };
}

const struct report_cell *report_cell(const struct report *report, int row, int column)
{
	return &report->cells[row * report->n_columns + column];
}

struct report_totals report_totals(const struct record_file *file)
{
	struct report_totals totals = { .trials = file->n_trials };

	for (int i = 0; i < file->n_trials; i++) {
		enum verdict verdict = file->trials[i].verdict;

		totals.passed += verdict == VERDICT_PASS;
		totals.skipped += verdict == VERDICT_SKIP;
		totals.invalid += verdict == VERDICT_INVALID;
		totals.errors += verdict == VERDICT_ERROR;
		totals.failed += report_severity(verdict) >= REPORT_FAILED;
	}
	return totals;
}
