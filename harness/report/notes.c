/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "report/report.h"

/*
 * Below the table: what needs a person's attention, in full. A failure is told with all four
 * numbers (expected from, to, happened at, by how much); what did not run is grouped by reason,
 * because one missing privilege or module spoils hundreds of trials in the same words.
 */

enum { PER_CELL = 3, INDENT = 4, DIGITS = 5, PLACES_MAX = 8 };

/* What does not fit beside the scenario's name stands below it. */
static void put_below(const struct style *style, const struct record_trial *t, const char *phase)
{
	size_t n;

	fprintf(style->out, "\n%*s", INDENT, "");
	text_put(style, TONE_BOLD, t->method, 0);
	fprintf(style->out, "%s\n", phase);
	for (const char *options = t->options; *options; options += n) {
		n = text_fit(options, style->width - INDENT, ",");
		fprintf(style->out, "%*s%.*s\n", INDENT, "", (int)n, options);
	}
}

static void put_trial_name(const struct report *r, const struct style *style,
			   const struct record_trial *t)
{
	const char *wire = report_wire(t);
	int phases = r->file->runs[r->world].phases;
	char name[160], rest[320], phase[48] = "";

	snprintf(name, sizeof(name), "%s%s%s%s%s%s", t->family, t->family[0] ? "/" : "",
		 t->scenario, wire[0] ? " (" : "", wire, wire[0] ? ")" : "");
	if (phases > 1)
		snprintf(phase, sizeof(phase), "  phase %d of %d", t->phase + 1, phases);
	snprintf(rest, sizeof(rest), "%s%s%s", t->options[0] ? " " : "", t->options, phase);
	text_put(style, TONE_BAD, "✗ ", 0);
	fputs(name, style->out);
	if (text_width("✗ ") + text_width(name) + text_width("  ") + text_width(t->method) +
		    text_width(rest) > style->width) {
		put_below(style, t, phase);
		return;
	}
	fputs("  ", style->out);
	text_put(style, TONE_BOLD, t->method, 0);
	fprintf(style->out, "%s\n", rest);
}

char *report_failure(const struct record_trial *t, char *buf, size_t size)
{
	char lo[48], hi[48], at[48], by[48], expected[128];
	bool window = t->expect == EXPECT_WINDOW;

	text_time(t->expect_lo_ns, DIGITS, lo, sizeof(lo));
	text_time(t->expect_hi_ns, DIGITS, hi, sizeof(hi));
	if (window)
		snprintf(expected, sizeof(expected), "expected from %s to %s", lo, hi);
	else
		snprintf(expected, sizeof(expected), "expected %s",
			 t->expect == EXPECT_NEVER ? "never" : "nothing in particular");
	if (t->detect_ns == RECORD_NULL) {
		text_time(t->horizon_ns, DIGITS, at, sizeof(at));
		text_time(t->horizon_ns - t->expect_hi_ns, 3, by, sizeof(by));
		snprintf(buf, size, "%s, not noticed within %s: missed by more than %s", expected,
			 at, by);
		return buf;
	}
	text_time(t->detect_ns, DIGITS, at, sizeof(at));
	if (window && t->detect_ns > t->expect_hi_ns)
		snprintf(buf, size, "%s, happened at %s: late by %s; %s", expected, at,
			 text_time(t->detect_ns - t->expect_hi_ns, 3, by, sizeof(by)), t->saw);
	else if (window && t->detect_ns < t->expect_lo_ns)
		snprintf(buf, size, "%s, happened at %s: early by %s; %s", expected, at,
			 text_time(t->expect_lo_ns - t->detect_ns, 3, by, sizeof(by)), t->saw);
	else
		snprintf(buf, size, "%s, happened at %s; %s", expected, at, t->saw);
	return buf;
}

static void put_failure(const struct report *r, const struct style *style,
			const struct record_trial *t)
{
	char text[512];

	put_trial_name(r, style, t);
	text_wrap(style, TONE_PLAIN, report_failure(t, text, sizeof(text)), INDENT, true);
	if (t->why[0])
		text_wrap(style, TONE_DIM, t->why, INDENT, true);
}

static void put_cell_failures(const struct report *r, const struct style *style,
			      const struct report_cell *cell)
{
	int told = 0, failed = 0;

	for (int i = 0; i < cell->n; i++) {
		const struct record_trial *t = &r->file->trials[cell->trials[i]];

		if (report_severity(t->verdict) < REPORT_FAILED)
			continue;
		failed++;
		if (told < PER_CELL && (t == cell->shown || told + 1 < PER_CELL)) {
			put_failure(r, style, t);
			told++;
		}
	}
	if (failed > told)
		fprintf(style->out, "%*s… and %d more of its phases\n", INDENT, "", failed - told);
}

static bool spoilt(const struct report *r, const struct report_cell *cell, enum verdict verdict,
		   const char *why)
{
	for (int i = 0; i < cell->n; i++) {
		const struct record_trial *t = &r->file->trials[cell->trials[i]];

		if (t->verdict == verdict && strcmp(t->why, why) == 0)
			return true;
	}
	return false;
}

/* "drop-to-peer: recv, select": the methods of one scenario; true where it is all of them. */
static bool methods_spoilt(const struct report *r, int column, enum verdict verdict,
			   const char *why, char *buf, size_t size)
{
	const char *last = "";
	size_t len = 0;
	bool all = true;

	buf[0] = '\0';
	for (int row = 0; row < r->n_rows && len < size; row++) {
		const struct report_cell *cell = report_cell(r, row, column);

		if (!spoilt(r, cell, verdict, why)) {
			all &= cell->n == 0;
			continue;
		}
		if (strcmp(last, r->rows[row].method) == 0)
			continue;
		last = r->rows[row].method;
		len += (size_t)snprintf(buf + len, size - len, "%s%s%s",
					len ? ", " : r->columns[column].scenario, len ? "" : ": ",
					last);
	}
	return all;
}

/* What a reason spoilt: scenario by scenario, those that it spoilt altogether in one line. */
static void put_places(const struct report *r, const struct style *style, enum verdict verdict,
		       const char *why)
{
	struct emit whole = EMIT_INIT;
	char text[512];
	int more = 0;
	char *names;

	for (int c = 0, lines = 0; c < r->n_columns; c++) {
		const char *name = r->columns[c].scenario;
		bool all = methods_spoilt(r, c, verdict, why, text, sizeof(text));

		if (!text[0])
			continue;
		if (all) {
			emit_raw(&whole, ", ", whole.len ? 2 : 0);
			emit_raw(&whole, name, strlen(name));
		} else if (++lines <= PLACES_MAX) {
			text_wrap(style, TONE_DIM, text, INDENT, true);
		} else {
			more++;
		}
	}
	if (more)
		fprintf(style->out, "%*s… and in %d more scenarios\n", INDENT, "", more);
	names = emit_take(&whole);
	if (names)
		text_wrap(style, TONE_DIM, names, INDENT, true);
	free(names);
}

static bool told_before(const struct report *r, enum verdict verdict, int at)
{
	const char *why = r->file->trials[r->order[at]].why;

	for (int i = 0; i < at; i++) {
		const struct record_trial *t = &r->file->trials[r->order[i]];

		if (t->verdict == verdict && strcmp(t->why, why) == 0)
			return true;
	}
	return false;
}

static void put_reasons(const struct report *r, const struct style *style, enum verdict verdict,
			enum tone tone, const char *what)
{
	for (int i = 0; i < r->n_trials; i++) {
		const struct record_trial *t = &r->file->trials[r->order[i]];
		char head[64];
		int n = 0;

		if (t->verdict != verdict || told_before(r, verdict, i))
			continue;
		for (int j = i; j < r->n_trials; j++) {
			const struct record_trial *u = &r->file->trials[r->order[j]];

			n += u->verdict == verdict && strcmp(u->why, t->why) == 0;
		}
		snprintf(head, sizeof(head), "%s (%d)", what, n);
		text_put(style, tone, head, 0);
		fputc('\n', style->out);
		text_wrap(style, TONE_PLAIN, t->why[0] ? t->why : "no reason was given", INDENT,
			  true);
		put_places(r, style, verdict, t->why);
		fputc('\n', style->out);
	}
}

static void put_count(const struct style *style, enum tone tone, int n, const char *what)
{
	char text[48];

	if (n == 0)
		return;
	snprintf(text, sizeof(text), "%d %s", n, what);
	fputs(", ", style->out);
	text_put(style, tone, text, 0);
}

static bool run_again(const struct report *r, int column)
{
	for (int row = 0; row < r->n_rows; row++) {
		const struct report_cell *cell = report_cell(r, row, column);

		for (int i = 0; i < cell->n; i++) {
			if (r->file->trials[cell->trials[i]].again)
				return true;
		}
	}
	return false;
}

static void put_again(const struct report *r, const struct style *style)
{
	char text[160];
	int n = 0;

	for (int c = 0; c < r->n_columns; c++)
		n += run_again(r, c);
	if (!n)
		return;
	snprintf(text, sizeof(text), "%d scenario%s run again: the machine itself had stood still, and "
		 "a trial had failed", n, n == 1 ? "" : "s");
	text_wrap(style, TONE_PLAIN, text, 0, true);
}

static void put_totals(const struct report *r, const struct style *style)
{
	const struct record_run *run = &r->file->runs[r->world];
	char text[32], world[256];
	int failed = report_failed(r->count);

	fprintf(style->out, "%d trial%s: ", r->n_trials, r->n_trials == 1 ? "" : "s");
	snprintf(text, sizeof(text), "%d passed", r->count[VERDICT_PASS]);
	text_put(style, r->count[VERDICT_PASS] ? TONE_GOOD : TONE_PLAIN, text, 0);
	put_count(style, TONE_BAD, failed, "failed");
	put_count(style, TONE_DIM, r->count[VERDICT_SKIP], "skipped");
	put_count(style, TONE_WARN, r->count[VERDICT_INVALID], "invalid");
	put_count(style, TONE_WARN, r->count[VERDICT_ERROR], "in error");
	fputc('\n', style->out);
	snprintf(world, sizeof(world), "%s engine, kernel %s, HZ %d, seed %" PRIu64, run->engine,
		 run->kernel, run->hz, run->seed);
	if (run->phases > 1)
		snprintf(world + strlen(world), sizeof(world) - strlen(world), ", %d phases",
			 run->phases);
	text_wrap(style, TONE_PLAIN, world, 0, true);
}

void report_notes(const struct report *report, const struct style *style)
{
	for (int c = 0; c < report->n_columns; c++) {
		for (int row = 0; row < report->n_rows; row++)
			put_cell_failures(report, style, report_cell(report, row, c));
	}
	if (report_failed(report->count))
		fputc('\n', style->out);
	put_reasons(report, style, VERDICT_ERROR, TONE_WARN, "! error");
	put_reasons(report, style, VERDICT_INVALID, TONE_WARN, "! invalid");
	put_reasons(report, style, VERDICT_SKIP, TONE_BOLD, "skipped");
	put_totals(report, style);
	put_again(report, style);
}
