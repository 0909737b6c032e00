/* SPDX-License-Identifier: MIT */
#include "report/front.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/rates.h"
#include "report/stats.h"

enum { DIGITS = 3 };
#define NS_PER_DAY 86400e9

static bool died(const struct record_trial *t)
{
	return t->outcome == OUTCOME_DETECTED || t->outcome == OUTCOME_MISSED;
}

static bool lived(const struct record_trial *t)
{
	return t->outcome == OUTCOME_QUIET || t->outcome == OUTCOME_FALSE_ALARM;
}

enum kind { KIND_NONE, KIND_DEATH, KIND_CONTROL };

static enum kind kind_of(const struct report *report, int column)
{
	enum kind kind = KIND_NONE;

	for (int row = 0; row < report->n_rows; row++) {
		const struct report_cell *cell = report_cell(report, row, column);

		for (int i = 0; i < cell->n; i++) {
			const struct record_trial *t = &report->file->trials[cell->trials[i]];

			if (died(t))
				return KIND_DEATH;
			if (lived(t))
				kind = KIND_CONTROL;
		}
	}
	return kind;
}

static void add_deaths(const struct report *report, const struct report_cell *cell,
		       struct front_point *p, int64_t *times)
{
	for (int i = 0; i < cell->n; i++) {
		const struct record_trial *t = &report->file->trials[cell->trials[i]];

		if (!died(t) && !lived(t))
			continue;
		p->noticed += t->outcome == OUTCOME_DETECTED;
		p->missed += t->outcome == OUTCOME_MISSED;
		p->early += lived(t);
		times[p->deaths++] = t->outcome == OUTCOME_DETECTED ? t->detect_ns : FRONT_NEVER;
	}
}

static void add_control(const struct report *report, const struct report_cell *cell,
			struct front_point *p)
{
	struct report_rates rates = report_rates(report, cell);

	for (int i = 0; i < cell->n; i++)
		p->controls += lived(&report->file->trials[cell->trials[i]]);
	p->mistakes += rates.mistakes;
	p->alive_ns += rates.alive_ns;
	p->packets += rates.packets_out + rates.packets_in;
	p->watched_ns += rates.watched_ns;
}

/* As stats_quantile(), where some are FRONT_NEVER. */
static int64_t quantile(const int64_t *times, int n, int noticed, unsigned int num)
{
	int64_t rank = (int64_t)(n - 1) * num, last = rank / 100 + (rank % 100 != 0);

	return last < noticed ? stats_quantile(times, (size_t)n, num, 100) : FRONT_NEVER;
}

static double rounded(double x)
{
	double unit;

	if (x == 0 || !isfinite(x))
		return x;
	unit = pow(10, floor(log10(fabs(x))) - (DIGITS - 1));
	return unit * round(x / unit);
}

static double rounded_ns(int64_t ns)
{
	return ns == FRONT_NEVER ? INFINITY : rounded((double)ns);
}

static void finish(struct front_point *p, int64_t *times)
{
	const struct report_rates rates = { .mistakes = p->mistakes, .alive_ns = p->alive_ns };

	p->median_ns = p->p99_ns = p->first_ns = p->last_ns = FRONT_NEVER;
	if (p->deaths) {
		stats_sort(times, (size_t)p->deaths);
		p->median_ns = quantile(times, p->deaths, p->noticed, 50);
		p->p99_ns = quantile(times, p->deaths, p->noticed, 99);
	}
	if (p->noticed) {
		p->first_ns = times[0];
		p->last_ns = times[p->noticed - 1];
	}
	p->mistakes_day = rates_per_day(&rates);
	if (p->alive_ns > 0)
		p->mistakes_day_most = stats_poisson_upper(p->mistakes, FRONT_CONFIDENCE) * NS_PER_DAY /
				       (double)p->alive_ns;
	p->packets_hour = rates_per_hour(p->packets, p->watched_ns);
	p->number[FRONT_MEDIAN] = rounded_ns(p->median_ns);
	p->number[FRONT_P99] = rounded_ns(p->p99_ns);
	p->number[FRONT_MISTAKES] = rounded(p->mistakes_day);
	p->number[FRONT_PACKETS] = rounded(p->packets_hour);
}

static void make_point(const struct report *report, const enum kind *kinds, int row,
		       struct front_point *p, int64_t *times)
{
	p->method = report->rows[row].method;
	p->options = report->rows[row].options;
	p->whole = true;
	for (int c = 0; c < report->n_columns; c++) {
		const struct report_cell *cell = report_cell(report, row, c);
		int before = p->deaths + p->controls;

		if (kinds[c] == KIND_DEATH)
			add_deaths(report, cell, p, times);
		else
			add_control(report, cell, p);
		p->left_out += cell->count[VERDICT_SKIP] + cell->count[VERDICT_INVALID] +
			       cell->count[VERDICT_ERROR];
		p->failed += report_failed(cell->count);
		p->whole &= kinds[c] == KIND_NONE || p->deaths + p->controls > before;
	}
	p->whole &= p->deaths > 0 && p->controls > 0;
	finish(p, times);
}

/* At least as good in every number, and better in one. */
static bool beats(const struct front_point *a, const struct front_point *b)
{
	bool better = false;

	for (int i = 0; i < FRONT_NUMBERS; i++) {
		if (a->number[i] > b->number[i])
			return false;
		better |= a->number[i] < b->number[i];
	}
	return better;
}

static void find_front(struct front *front)
{
	for (int i = 0; i < front->n; i++) {
		struct front_point *p = &front->points[i];
		bool beaten = false;

		if (!p->whole) {
			front->n_unmeasured++;
			continue;
		}
		if (p->p99_ns == FRONT_NEVER) {
			front->n_blind++;
			continue;
		}
		for (int j = 0; j < front->n && !beaten; j++)
			beaten = front->points[j].whole && beats(&front->points[j], p);
		p->front = !beaten;
		front->n_front += !beaten;
		front->n_beaten += beaten;
	}
}

static int by_time(const void *x, const void *y, void *arg)
{
	const struct front_point *points = arg;
	const int i = *(const int *)x, j = *(const int *)y;
	static const enum front_number keys[] = { FRONT_P99, FRONT_MEDIAN, FRONT_PACKETS,
						  FRONT_MISTAKES };

	for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
		double a = points[i].number[keys[k]], b = points[j].number[keys[k]];

		if (a != b)
			return a < b ? -1 : 1;
	}
	return (i > j) - (i < j);
}

static int allocate(const struct report *report, struct front *front)
{
	front->points = calloc((size_t)report->n_rows + 1, sizeof(*front->points));
	front->order = calloc((size_t)report->n_rows + 1, sizeof(*front->order));
	front->deaths = calloc((size_t)report->n_columns + 1, sizeof(*front->deaths));
	front->controls = calloc((size_t)report->n_columns + 1, sizeof(*front->controls));
	return front->points && front->order && front->deaths && front->controls ? 0 : -ENOMEM;
}

static void fill(const struct report *report, enum kind *kinds, int64_t *times, struct front *front)
{
	for (int c = 0; c < report->n_columns; c++) {
		kinds[c] = kind_of(report, c);
		if (kinds[c] == KIND_DEATH)
			front->deaths[front->n_deaths++] = report->columns[c].scenario;
		else if (kinds[c] == KIND_CONTROL)
			front->controls[front->n_controls++] = report->columns[c].scenario;
	}
	for (int row = 0; row < report->n_rows; row++) {
		make_point(report, kinds, row, &front->points[row], times);
		front->order[row] = row;
	}
	front->n = report->n_rows;
	find_front(front);
	qsort_r(front->order, (size_t)front->n, sizeof(*front->order), by_time, front->points);
}

int front_make(const struct report *report, struct front *front, struct err *err)
{
	enum kind *kinds = calloc((size_t)report->n_columns + 1, sizeof(*kinds));
	int64_t *times = calloc((size_t)report->n_trials + 1, sizeof(*times));
	int ret = kinds && times ? 0 : -ENOMEM;

	*front = (struct front){ 0 };
	if (!ret)
		ret = allocate(report, front);
	if (!ret)
		fill(report, kinds, times, front);
	else
		front_free(front);
	free(kinds);
	free(times);
	return ret ? err_set(err, ENOMEM, "not enough memory for the front") : 0;
}

void front_free(struct front *front)
{
	free(front->points);
	free(front->order);
	free(front->deaths);
	free(front->controls);
	*front = (struct front){ 0 };
}

char *front_name(const struct front_point *point, char *buf, size_t size)
{
	snprintf(buf, size, "%s%s%s", point->method, point->options[0] ? " " : "", point->options);
	return buf;
}
