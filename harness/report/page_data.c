/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/member.h"
#include "report/page.h"
#include "report/page_column.h"
#include "report/page_words.h"
#include "report/report.h"

/*
 * Theory of operation
 * ===================
 * All samples travel, but compactly, as a JSON object:
 *   version  the program that wrote the page
 *   columns  [[key, kind], …] of a trial's values; kind "text": an index into `words`
 *   sources  one for each world (report/report.h) of each file:
 *            file, runs (the run lines), cells
 *   words    every text that occurs, each once
 * A cell is [family, scenario, method, options, number of trials, column, column, …], its texts
 * indices into `words`. A column whose value is the same in all trials of the cell is that value,
 * else an array with a value for each trial.
 *
 * The columns are the rows of record_trial_fields, so a new key travels without a change here.
 * Four things differ from a record. `claim` becomes claim_says, claim_when, claim_predicts and
 * claim_holds (null, 0 or 1). `expect` becomes expect_lo_ns ("never", null or ns) and
 * expect_hi_ns. `watched_ns` becomes watched_extra_ns, what it exceeds the time from arming to the
 * detection or to the horizon by, because that is mostly zero. And a trial's own seed, id and
 * index are left out: noise that does not pack, and the run's seed and the phase say the same.
 */

static void put_value(struct emit *out, struct page_words *words, const struct page_value *v)
{
	switch (v->kind) {
	case VALUE_NULL:
		emit_null(out);
		return;
	case VALUE_NUMBER:
		emit_int(out, v->number);
		return;
	case VALUE_TEXT:
		emit_int(out, page_word(words, v->text));
		return;
	case VALUE_NEVER:
		emit_string(out, "never");
		return;
	}
}

struct job {
	struct emit out;
	struct page_words words;
	struct report report; /* of the source that is being told */
};

static void value_of(const struct job *job, const struct page_column *column, const struct field *f,
		     int trial, struct page_value *v)
{
	*v = (struct page_value){ .kind = VALUE_NULL };
	column->get(f, &job->report.file->trials[trial], v);
}

static void put_column(struct job *job, const struct page_column *column, const struct field *f,
		       const struct report_cell *cell)
{
	struct page_value first, v;
	bool constant = true;

	value_of(job, column, f, cell->trials[0], &first);
	for (int i = 1; i < cell->n && constant; i++) {
		value_of(job, column, f, cell->trials[i], &v);
		constant = page_value_same(&first, &v);
	}
	if (constant) {
		put_value(&job->out, &job->words, &first);
		return;
	}
	emit_array(&job->out);
	for (int i = 0; i < cell->n; i++) {
		value_of(job, column, f, cell->trials[i], &v);
		put_value(&job->out, &job->words, &v);
	}
	emit_array_end(&job->out);
}

static void put_cell(struct job *job, const struct report_cell *cell)
{
	const struct record_trial *t = cell->shown;
	struct page_column columns[PAGE_COLUMNS_MAX];

	emit_next_line(&job->out);
	emit_array(&job->out);
	emit_int(&job->out, page_word(&job->words, t->family));
	emit_int(&job->out, page_word(&job->words, t->scenario));
	emit_int(&job->out, page_word(&job->words, t->method));
	emit_int(&job->out, page_word(&job->words, t->options));
	emit_int(&job->out, cell->n);
	for (const struct field *f = record_trial_fields; f->key; f++) {
		int n = page_columns(f, columns);

		for (int i = 0; i < n; i++)
			put_column(job, &columns[i], f, cell);
	}
	emit_array_end(&job->out);
}

static void put_cells(struct job *job)
{
	const struct report *r = &job->report;

	emit_key(&job->out, "cells");
	emit_array(&job->out);
	for (int c = 0; c < r->n_columns; c++) {
		for (int row = 0; row < r->n_rows; row++) {
			const struct report_cell *cell = report_cell(r, row, c);

			if (cell->n)
				put_cell(job, cell);
		}
	}
	emit_array_end(&job->out);
}

/* As in its line; but 64 bits go as text, for a browser's numbers end at 2^53. */
static void put_run(struct emit *out, const struct record_run *run)
{
	char digits[PAGE_VALUE_MAX];

	emit_object(out);
	for (const struct field *f = record_run_fields; f->key; f++) {
		const void *at = (const char *)run + f->offset;

		emit_key(out, f->key);
		if (f->type == FIELD_INT) {
			emit_int(out, *(const int *)at);
		} else if (f->type == FIELD_U64) {
			snprintf(digits, sizeof(digits), "%" PRIu64, *(const uint64_t *)at);
			emit_string(out, digits);
		} else if (f->type == FIELD_SYSCTLS) {
			emit_object(out);
			for (int i = 0; i < run->n_sysctl; i++)
				member_string(out, run->sysctl[i].name, run->sysctl[i].value);
			emit_object_end(out);
		} else {
			emit_string(out, at);
		}
	}
	emit_object_end(out);
}

static int put_source(struct job *job, const struct page_input *input, int world, struct err *err)
{
	int ret = report_make(input->file, world, &job->report, err);

	if (ret)
		return ret;
	emit_object(&job->out);
	member_string(&job->out, "file", input->name);
	emit_key(&job->out, "runs");
	emit_array(&job->out);
	for (int i = 0; i < input->file->n_runs; i++) {
		if (report_world(input->file, i) == world)
			put_run(&job->out, &input->file->runs[i]);
	}
	emit_array_end(&job->out);
	put_cells(job);
	emit_object_end(&job->out);
	report_free(&job->report);
	return 0;
}

static void put_column_names(struct emit *out)
{
	struct page_column columns[PAGE_COLUMNS_MAX];

	emit_key(out, "columns");
	emit_array(out);
	for (const struct field *f = record_trial_fields; f->key; f++) {
		int n = page_columns(f, columns);

		for (int i = 0; i < n; i++) {
			emit_array(out);
			emit_string(out, columns[i].key);
			emit_string(out, columns[i].text ? "text" : "number");
			emit_array_end(out);
		}
	}
	emit_array_end(out);
}

static int put_sources(struct job *job, const struct page_input *inputs, int n, struct err *err)
{
	int ret = 0;

	emit_key(&job->out, "sources");
	emit_array(&job->out);
	for (int f = 0; f < n && !ret; f++) {
		for (int i = 0; i < inputs[f].file->n_runs && !ret; i++) {
			if (report_world(inputs[f].file, i) == i)
				ret = put_source(job, &inputs[f], i, err);
		}
	}
	emit_array_end(&job->out);
	return ret;
}

char *page_data(const struct page_input *inputs, int n, const char *version, struct err *err)
{
	struct job job = { .out = EMIT_INIT };
	int ret;

	emit_object(&job.out);
	member_string(&job.out, "version", version);
	put_column_names(&job.out);
	ret = put_sources(&job, inputs, n, err);
	page_words_put(&job.words, &job.out);
	emit_object_end(&job.out);
	if (ret || job.words.failed) {
		emit_free(&job.out);
		page_words_free(&job.words);
		return NULL;
	}
	page_words_free(&job.words);
	return emit_take(&job.out);
}
