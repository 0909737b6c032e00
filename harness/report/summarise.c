/* SPDX-License-Identifier: MIT */
#include "report/summarise.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/stats.h"

/*
 * A trial's cell is known by its texts. The trials are sorted by them, and by their place in the
 * file, so that every cell is one run of neighbours and cells come out in order.
 */

struct place {
	const struct record_trial *trial;
	const struct record_run *run;
};

static int by_cell(const void *x, const void *y)
{
	const struct place *a = x, *b = y;
	const char *const texts[][2] = {
		{ a->trial->family, b->trial->family },
		{ a->trial->scenario, b->trial->scenario },
		{ a->trial->method, b->trial->method },
		{ a->trial->options, b->trial->options },
		{ a->run->engine, b->run->engine },
		{ a->run->kernel, b->run->kernel },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		int by = strcmp(texts[i][0], texts[i][1]);

		if (by)
			return by;
	}
	return 0;
}

static int by_place(const void *x, const void *y)
{
	const struct record_trial *a = ((const struct place *)x)->trial;
	const struct record_trial *b = ((const struct place *)y)->trial;
	int by = by_cell(x, y);

	return by ? by : (a > b) - (a < b);
}

static bool not_carried(enum verdict verdict)
{
	return verdict == VERDICT_SKIP || verdict == VERDICT_INVALID || verdict == VERDICT_ERROR;
}

static void take(struct summary_cell *cell, const struct place *place)
{
	const struct record_trial *t = place->trial;

	cell->n++;
	cell->outcome[t->outcome]++;
	cell->verdict[t->verdict]++;
	cell->mixed |= place->run->seed != cell->seed || place->run->phases != cell->phases;
	if (t->stall_ns > cell->stall_ns)
		cell->stall_ns = t->stall_ns;
	if (t->detect_ns != RECORD_NULL)
		cell->times[cell->n_times++] = t->detect_ns;
	if (t->detect_ns != RECORD_NULL && !cell->saw[0])
		memcpy(cell->saw, t->saw, sizeof(cell->saw));
	if (not_carried(t->verdict) && !cell->why[0])
		memcpy(cell->why, t->why, sizeof(cell->why));
}

static int make_cell(struct summary_cell *cell, const struct place *places, int n)
{
	const struct record_trial *t = places->trial;

	memcpy(cell->family, t->family, sizeof(cell->family));
	memcpy(cell->scenario, t->scenario, sizeof(cell->scenario));
	memcpy(cell->method, t->method, sizeof(cell->method));
	memcpy(cell->options, t->options, sizeof(cell->options));
	memcpy(cell->engine, places->run->engine, sizeof(cell->engine));
	memcpy(cell->kernel, places->run->kernel, sizeof(cell->kernel));
	cell->seed = places->run->seed;
	cell->phases = places->run->phases;
	cell->times = calloc((size_t)n, sizeof(*cell->times));
	if (!cell->times)
		return -ENOMEM;
	for (int i = 0; i < n; i++)
		take(cell, &places[i]);
	stats_sort(cell->times, (size_t)cell->n_times);
	return 0;
}

static int make_cells(struct place *places, int n, struct summary *out)
{
	int ret = 0;

	qsort(places, (size_t)n, sizeof(*places), by_place);
	out->cells = calloc((size_t)n + 1, sizeof(*out->cells));
	if (!out->cells)
		return -ENOMEM;
	for (int i = 0, end; i < n && !ret; i = end) {
		end = i + 1;
		while (end < n && by_cell(&places[i], &places[end]) == 0)
			end++;
		ret = make_cell(&out->cells[out->n++], &places[i], end - i);
	}
	return ret;
}

int summarise(const struct record_file *file, struct summary *out, struct err *err)
{
	struct place *places = calloc((size_t)file->n_trials + 1, sizeof(*places));
	int ret = -ENOMEM;

	*out = (struct summary){ 0 };
	if (file->n_runs)
		out->run = file->runs[0];
	for (int i = 0; places && i < file->n_trials; i++)
		places[i] = (struct place){ &file->trials[i], &file->runs[file->trial_run[i]] };
	if (places)
		ret = make_cells(places, file->n_trials, out);
	free(places);
	if (ret == 0)
		return 0;
	summary_free(out);
	return err_set(err, ENOMEM, "not enough memory for %d trials", file->n_trials);
}

void summarise_keep(struct summary *summary, const struct pick *pick)
{
	int n = 0;

	for (int i = 0; i < summary->n; i++) {
		if (pick_takes(pick, &summary->cells[i]))
			summary->cells[n++] = summary->cells[i];
		else
			free(summary->cells[i].times);
	}
	summary->n = n;
}

void summarise_thin(struct summary_cell *cell)
{
	int64_t kept[SUMMARY_QUANTILES];

	if (cell->n_times <= SUMMARY_ALL)
		return;
	for (unsigned int i = 0; i < SUMMARY_QUANTILES; i++)
		kept[i] = stats_quantile(cell->times, (size_t)cell->n_times, i, SUMMARY_QUANTILES - 1);
	memcpy(cell->times, kept, sizeof(kept));
	cell->n_times = SUMMARY_QUANTILES;
}
