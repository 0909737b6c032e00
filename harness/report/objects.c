/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "report/rates.h"

/* The table as JSON: one object for each cell that has trials, in the order of the columns. */

static void put_ns(struct emit *emit, const char *key, const struct report_cell *cell, int64_t ns)
{
	emit_key(emit, key);
	if (cell->n_noticed)
		emit_int(emit, ns);
	else
		emit_null(emit);
}

static void put_text(struct emit *emit, const char *key, const char *text)
{
	emit_key(emit, key);
	if (text[0])
		emit_string(emit, text);
	else
		emit_null(emit);
}

static void put_count(struct emit *emit, const char *key, int n)
{
	emit_key(emit, key);
	emit_int(emit, n);
}

static void put_expect(struct emit *emit, const struct record_trial *t)
{
	emit_key(emit, "expect");
	if (t->expect == EXPECT_NONE) {
		emit_null(emit);
	} else if (t->expect == EXPECT_NEVER) {
		emit_string(emit, "never");
	} else {
		emit_object(emit);
		emit_key(emit, "lo_ns");
		emit_int(emit, t->expect_lo_ns);
		emit_key(emit, "hi_ns");
		emit_int(emit, t->expect_hi_ns);
		emit_object_end(emit);
	}
}

static void put_claim(const struct report *r, const struct report_cell *cell, struct emit *emit)
{
	bool holds;
	const struct record_claim *claim = report_claim(r, cell, &holds);

	emit_key(emit, "claim");
	if (!claim) {
		emit_null(emit);
		return;
	}
	emit_object(emit);
	put_text(emit, "says", claim->says);
	put_text(emit, "when", claim->when);
	put_text(emit, "predicts", claim->predicts);
	emit_key(emit, "holds");
	emit_bool(emit, holds);
	emit_object_end(emit);
}

static void put_uint(struct emit *emit, const char *key, uint64_t n)
{
	emit_key(emit, key);
	emit_uint(emit, n);
}

static void put_rate(struct emit *emit, const char *key, double rate)
{
	emit_key(emit, key);
	emit_real(emit, rate);
}

/* Sums over the phases and what follows from them; null where nothing was watched. */
static void put_cost(struct emit *emit, const struct report_rates *r)
{
	emit_key(emit, "cost");
	if (!r->watched_ns) {
		emit_null(emit);
		return;
	}
	emit_object(emit);
	put_uint(emit, "watched_ns", (uint64_t)r->watched_ns);
	put_rate(emit, "packets_out_per_hour", rates_per_hour(r->packets_out, r->watched_ns));
	put_rate(emit, "packets_in_per_hour", rates_per_hour(r->packets_in, r->watched_ns));
	put_rate(emit, "bytes_out_per_hour", rates_per_hour(r->bytes_out, r->watched_ns));
	put_rate(emit, "bytes_in_per_hour", rates_per_hour(r->bytes_in, r->watched_ns));
	put_rate(emit, "wakeups_per_hour", rates_per_hour(r->wakeups, r->watched_ns));
	put_rate(emit, "messages_per_hour", rates_per_hour(r->messages, r->watched_ns));
	emit_object_end(emit);
}

static void put_mistakes(struct emit *emit, const struct report_rates *r)
{
	emit_key(emit, "mistakes");
	if (!r->alive_ns) {
		emit_null(emit);
		return;
	}
	emit_object(emit);
	put_uint(emit, "alive_ns", (uint64_t)r->alive_ns);
	put_uint(emit, "count", r->mistakes);
	put_uint(emit, "mistaken_ns", (uint64_t)r->mistaken_ns);
	put_count(emit, "open", r->open);
	put_rate(emit, "per_day", rates_per_day(r));
	emit_key(emit, "mean_ns");
	if (r->mistakes)
		emit_int(emit, rates_duration_ns(r));
	else
		emit_null(emit);
	put_rate(emit, "accuracy", rates_accuracy(r));
	emit_object_end(emit);
}

static void put_cell(const struct report *r, const struct report_cell *cell, struct emit *emit)
{
	const struct record_run *run = &r->file->runs[r->world];
	struct report_rates rates = report_rates(r, cell);
	const struct record_trial *t = cell->shown;
	int failed = report_failed(cell->count);

	emit_next_line(emit);
	emit_object(emit);
	put_text(emit, "family", t->family);
	put_text(emit, "scenario", t->scenario);
	put_text(emit, "wire", t->wire);
	put_text(emit, "method", t->method);
	emit_key(emit, "options");
	emit_string(emit, t->options);
	put_text(emit, "engine", run->engine);
	put_text(emit, "kernel", run->kernel);
	put_count(emit, "trials", cell->n);
	put_count(emit, "noticed", cell->n_noticed);
	put_count(emit, "passed", cell->count[VERDICT_PASS]);
	put_count(emit, "failed", failed);
	put_count(emit, "skipped", cell->count[VERDICT_SKIP]);
	put_count(emit, "invalid", cell->count[VERDICT_INVALID]);
	put_count(emit, "errors", cell->count[VERDICT_ERROR]);
	put_ns(emit, "median_ns", cell, cell->median_ns);
	put_ns(emit, "min_ns", cell, cell->min_ns);
	put_ns(emit, "max_ns", cell, cell->max_ns);
	put_text(emit, "verdict", verdict_names[t->verdict]);
	put_text(emit, "outcome", outcome_names[t->outcome]);
	put_text(emit, "saw", t->saw);
	put_text(emit, "errno", record_errno_name(t->err));
	put_expect(emit, t);
	put_text(emit, "why", t->why);
	put_claim(r, cell, emit);
	put_cost(emit, &rates);
	put_mistakes(emit, &rates);
	emit_object_end(emit);
}

void report_json(const struct report *report, struct emit *emit)
{
	for (int c = 0; c < report->n_columns; c++) {
		for (int row = 0; row < report->n_rows; row++) {
			const struct report_cell *cell = report_cell(report, row, c);

			if (cell->n)
				put_cell(report, cell, emit);
		}
	}
}
