/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "record/member.h"
#include "report/rates.h"

/* The table as JSON: one object for each cell that has trials, in the order of the columns. */

/* Sums over the phases and what follows from them; null where nothing was watched. */
static void put_cost(struct emit *emit, const struct report_rates *r)
{
	emit_key(emit, "cost");
	if (!r->watched_ns) {
		emit_null(emit);
		return;
	}
	emit_object(emit);
	member_uint(emit, "watched_ns", (uint64_t)r->watched_ns);
	member_real(emit, "packets_out_per_hour", rates_per_hour(r->packets_out, r->watched_ns));
	member_real(emit, "packets_in_per_hour", rates_per_hour(r->packets_in, r->watched_ns));
	member_real(emit, "bytes_out_per_hour", rates_per_hour(r->bytes_out, r->watched_ns));
	member_real(emit, "bytes_in_per_hour", rates_per_hour(r->bytes_in, r->watched_ns));
	member_real(emit, "wakeups_per_hour", rates_per_hour(r->wakeups, r->watched_ns));
	member_real(emit, "messages_per_hour", rates_per_hour(r->messages, r->watched_ns));
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
	member_uint(emit, "alive_ns", (uint64_t)r->alive_ns);
	member_uint(emit, "count", r->mistakes);
	member_uint(emit, "mistaken_ns", (uint64_t)r->mistaken_ns);
	member_int(emit, "open", r->open);
	member_real(emit, "per_day", rates_per_day(r));
	member_known(emit, "mean_ns", r->mistakes > 0, r->mistakes ? rates_duration_ns(r) : 0);
	member_real(emit, "accuracy", rates_accuracy(r));
	emit_object_end(emit);
}

static void put_cell(const struct report *r, const struct report_cell *cell, struct emit *emit)
{
	const struct record_run *run = &r->file->runs[r->world];
	struct report_rates rates = report_rates(r, cell);
	const struct record_trial *t = cell->shown;
	int failed = report_failed(cell->count);
	bool holds;
	const struct record_claim *claim = report_claim(r, cell, &holds);

	emit_next_line(emit);
	emit_object(emit);
	member_text(emit, "family", t->family);
	member_text(emit, "scenario", t->scenario);
	member_text(emit, "wire", t->wire);
	member_text(emit, "method", t->method);
	member_string(emit, "options", t->options);
	member_text(emit, "engine", run->engine);
	member_text(emit, "kernel", run->kernel);
	member_int(emit, "trials", cell->n);
	member_int(emit, "noticed", cell->n_noticed);
	member_int(emit, "passed", cell->count[VERDICT_PASS]);
	member_int(emit, "failed", failed);
	member_int(emit, "skipped", cell->count[VERDICT_SKIP]);
	member_int(emit, "invalid", cell->count[VERDICT_INVALID]);
	member_int(emit, "errors", cell->count[VERDICT_ERROR]);
	member_known(emit, "median_ns", cell->n_noticed > 0, cell->median_ns);
	member_known(emit, "min_ns", cell->n_noticed > 0, cell->min_ns);
	member_known(emit, "max_ns", cell->n_noticed > 0, cell->max_ns);
	member_text(emit, "verdict", verdict_names[t->verdict]);
	member_text(emit, "outcome", outcome_names[t->outcome]);
	member_text(emit, "saw", t->saw);
	member_text(emit, "errno", record_errno_name(t->err));
	member_expect(emit, "expect", t->expect, t->expect_lo_ns, t->expect_hi_ns);
	member_text(emit, "why", t->why);
	member_claim(emit, "claim", claim, holds);
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
