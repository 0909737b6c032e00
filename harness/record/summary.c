/* SPDX-License-Identifier: MIT */
#include "record/summary.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "record/field.h"
#include "record/read.h"

#define KIND_BASELINE "baseline"
#define KIND_CELL     "cell"

/* The run line without what differs between equal runs: a new baseline with no new result is the
 * same bytes. */
static const struct field head_fields[] = {
	{ "schema", FIELD_INT, FIELD_AT(record_run, schema), 1, NULL },
	FIELD_RUN_ROWS,
	{ "phases", FIELD_INT, FIELD_AT(record_run, phases), 1, NULL },
	{ "command", FIELD_STRING, FIELD_AT(record_run, command), 0, NULL },
	{ NULL, FIELD_INT, 0, 0, 0, NULL },
};

static const struct field cell_fields[] = {
	{ "family", FIELD_TEXT, FIELD_AT(summary_cell, family), 0, NULL },
	{ "scenario", FIELD_STRING, FIELD_AT(summary_cell, scenario), 0, NULL },
	{ "method", FIELD_STRING, FIELD_AT(summary_cell, method), 0, NULL },
	{ "options", FIELD_OPTIONS, FIELD_AT(summary_cell, options), 0, NULL },
	{ "trials", FIELD_INT, FIELD_AT(summary_cell, n), 1, NULL },
	{ "outcomes", FIELD_COUNTS, FIELD_AT(summary_cell, outcome), 0, outcome_names },
	{ "verdicts", FIELD_COUNTS, FIELD_AT(summary_cell, verdict), 0, verdict_names },
	{ "saw", FIELD_TEXT, FIELD_AT(summary_cell, saw), 0, NULL },
	{ "stall_ns", FIELD_NS, FIELD_AT(summary_cell, stall_ns), 0, NULL },
	{ "times_ns", FIELD_TIMES, FIELD_AT(summary_cell, times), 0, NULL },
	{ NULL, FIELD_INT, 0, 0, 0, NULL },
};

int summary_noticed(const struct summary_cell *cell)
{
	return cell->outcome[OUTCOME_DETECTED] + cell->outcome[OUTCOME_FALSE_ALARM];
}

int summary_carried(const struct summary_cell *cell)
{
	return cell->n - cell->verdict[VERDICT_SKIP] - cell->verdict[VERDICT_INVALID] -
	       cell->verdict[VERDICT_ERROR];
}

int summary_compare(const struct summary_cell *a, const struct summary_cell *b)
{
	const char *const texts[][2] = {
		{ a->family, b->family },   { a->scenario, b->scenario }, { a->method, b->method },
		{ a->options, b->options }, { a->engine, b->engine },	  { a->kernel, b->kernel },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		int by = strcmp(texts[i][0], texts[i][1]);

		if (by)
			return by;
	}
	return 0;
}

void summary_free(struct summary *summary)
{
	for (int i = 0; i < summary->n; i++)
		free(summary->cells[i].times);
	free(summary->cells);
	*summary = (struct summary){ 0 };
}

char *summary_head_line(const struct record_run *run)
{
	struct record_run head = *run;

	head.schema = SUMMARY_SCHEMA;
	return field_line(KIND_BASELINE, head_fields, &head);
}

char *summary_cell_line(const struct summary_cell *cell)
{
	return field_line(KIND_CELL, cell_fields, cell);
}

static int sum(const int *counts, int n)
{
	int total = 0;

	for (int i = 0; i < n; i++)
		total += counts[i];
	return total;
}

/* What the schema cannot say of a cell's line. */
static int check_cell(struct read *r, const struct summary_cell *cell,
		      const struct summary_cell *before)
{
	int noticed = summary_noticed(cell);

	if (sum(cell->outcome, OUTCOME_COUNT) != cell->n || sum(cell->verdict, VERDICT_COUNT) != cell->n)
		return read_refuse(r, "\"outcomes\" and \"verdicts\" do not add up to \"trials\"");
	if (cell->n_times != noticed && (noticed <= SUMMARY_ALL || cell->n_times != SUMMARY_QUANTILES))
		return read_refuse(r, "\"times_ns\" has %d values; %d trials noticed", cell->n_times,
				   noticed);
	if (before && summary_compare(before, cell) >= 0)
		return read_refuse(r, "the cell stands twice, or not in the order of family, scenario, "
				   "method and options; deadpeer accept writes baselines");
	return 0;
}

/* One more cell, zeroed; the array doubles when its count is a power of two. */
static struct summary_cell *add_cell(struct summary *out)
{
	int n = out->n;
	struct summary_cell *cells = out->cells;

	if ((n & (n - 1)) == 0)
		cells = reallocarray(cells, n ? (size_t)n * 2 : 1, sizeof(*cells));
	if (!cells)
		return NULL;
	out->cells = cells;
	out->n++;
	return memset(&cells[n], 0, sizeof(*cells));
}

static int read_cell(struct read *r, json_t *object, struct summary *out)
{
	struct summary_cell *cell = add_cell(out);
	int ret;

	if (!cell)
		return -ENOMEM;
	memcpy(cell->engine, out->run.engine, sizeof(cell->engine));
	memcpy(cell->kernel, out->run.kernel, sizeof(cell->kernel));
	cell->seed = out->run.seed;
	cell->phases = out->run.phases;
	ret = read_fields(r, cell_fields, object, cell);
	return ret ? ret : check_cell(r, cell, out->n > 1 ? cell - 1 : NULL);
}

static int read_object(struct read *r, struct summary *out)
{
	json_error_t error;
	json_t *object = json_loadb(r->text, r->len, JSON_REJECT_DUPLICATES, &error);
	const char *kind = json_string_value(json_object_get(object, "kind"));
	const char *want = r->line == 1 ? KIND_BASELINE : KIND_CELL;
	int ret;

	if (!object)
		ret = read_refuse(r, "not JSON: %.120s; every line is one JSON object", error.text);
	else if (!kind || strcmp(kind, want) != 0)
		ret = read_refuse(r, "a line of kind \"%s\" is expected here; give a file that "
				  "deadpeer accept wrote", want);
	else if (r->line > 1)
		ret = read_cell(r, object, out);
	else if ((ret = read_version(r, object, SUMMARY_SCHEMA)) == 0)
		ret = read_fields(r, head_fields, object, &out->run);
	json_decref(object);
	return ret;
}

static int read_all(struct read *r, struct summary *out)
{
	int ret;

	while ((ret = read_line(r)) > 0) {
		ret = read_object(r, out);
		if (ret == -ENOMEM)
			return err_set(r->err, ENOMEM, "%s: not enough memory", r->path);
		if (ret)
			return ret;
	}
	if (ret == 0 && out->n == 0)
		return err_set(r->err, EINVAL, "%s: no cell in it; give a file that deadpeer accept "
			       "wrote", r->path);
	return ret;
}

int summary_load(const char *path, struct summary *out, struct err *err)
{
	struct read r = { .path = path, .in = fopen(path, "re"), .err = err };
	int ret;

	*out = (struct summary){ 0 };
	if (!r.in)
		return err_sys(err, errno, "%s", path);
	r.text = malloc(READ_LINE_MAX);
	ret = r.text ? read_all(&r, out) : err_set(err, ENOMEM, "not enough memory");
	free(r.text);
	fclose(r.in);
	if (ret)
		summary_free(out);
	return ret;
}
