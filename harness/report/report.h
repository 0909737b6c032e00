/* SPDX-License-Identifier: MIT */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include <stddef.h>
#include <stdint.h>

#include "netns/err.h"
#include "record/emit.h"
#include "record/record.h"
#include "report/text.h"

/*
 * What people look at: records grouped into cells, one for each method (name and options) and each
 * scenario. Made from records alone, so that a table of today's run and of one from last year are
 * the same code. A report covers one world: runs on the same kernel of the same engine.
 */

struct report_row {
	const char *method, *options;
};

struct report_column {
	const char *family, *scenario;
	const char *wire; /* "" a switch, or not known */
};

struct report_cell {
	int n;                     /* trials; 0: the method was not in the scenario */
	const int *trials;         /* their indices in the file */
	int count[VERDICT_COUNT];
	int n_noticed;             /* trials with a detection time */
	int64_t median_ns, min_ns, max_ns; /* of those; see report/stats.h */
	int64_t bound_ns; /* the median counted from before the fault's call, not from after it */
	const struct record_trial *shown;  /* the trial that stands for the cell: the worst */
};

struct report {
	const struct record_file *file;
	int world; /* index of the first run of this world */
	int n_rows, n_columns;
	struct report_row *rows;
	struct report_column *columns;
	struct report_cell *cells; /* [row * n_columns + column] */
	int n_trials;
	int count[VERDICT_COUNT];
	int *order; /* trials, cell by cell */
};

/* The wire between the two ends where it is more than a switch, else "". */
const char *report_wire(const struct record_trial *trial);

/* The first run of the file on the same engine, kernel, HZ and sysctls as run @i. */
int report_world(const struct record_file *file, int i);

/* Groups the trials of one world; @file must outlive the report. -ENOMEM or 0. */
int report_make(const struct record_file *file, int world, struct report *report, struct err *err);
void report_free(struct report *report);

const struct report_cell *report_cell(const struct report *report, int row, int column);

/* How bad a verdict is: the worst is what a cell shows. Failed: 4 and more. */
int report_severity(enum verdict verdict);
enum { REPORT_FAILED = 4 };

/* How many of counts by verdict are failures. */
int report_failed(const int count[VERDICT_COUNT]);

/* A cell as up to three short lines. */
enum { REPORT_LINES = 3, REPORT_LINE_MAX = 64 };

struct report_text {
	int n;
	struct {
		enum tone tone;
		char text[REPORT_LINE_MAX];
	} line[REPORT_LINES];
};

void report_cell_text(const struct report_cell *cell, struct report_text *text);

/* A trial that failed, with all four numbers: expected from, to, happened at, by how much. Returns
 * @buf. */
char *report_failure(const struct record_trial *trial, char *buf, size_t size);

/* A word for what was seen: "ETIMEDOUT", "EOF", "CLOSE_WAIT", "missed beat". Returns @buf. */
char *report_seen(const struct record_trial *trial, char *buf, size_t size);

/* The table: a block for each family, as many columns side by side as the width allows. */
void report_table(const struct report *report, const struct style *style);

/* More tables, scenario by scenario (report/sheet.c): what each method cost an hour; how often it
 * held a living peer for dead, for how long, and how much of the time it was right. */
void report_cost(const struct report *report, const struct style *style);
void report_mistakes(const struct report *report, const struct style *style);

/* Below them: every failure with its four numbers, the skips by reason, the totals. */
void report_notes(const struct report *report, const struct style *style);

/* Every statement that scenarios tested (record_claim), its verdict and the evidence. */
void report_claims(const struct report *report, const struct style *style);

/* A cell's statement, and in @holds whether every trial bears it out; NULL: it has none. */
const struct record_claim *report_claim(const struct report *report,
					const struct report_cell *cell, bool *holds);

/* "TRUE", "FALSE" or "ONLY IF": in how many circumstances a statement held, and in how many not. */
const char *report_claim_verdict(int yes, int no);

/* The cells as objects, into an array that the caller has opened. */
void report_json(const struct report *report, struct emit *emit);

/* Everything as TAP version 14, a test point for each trial:
 * testanything.org/tap-version-14-specification.html. @bail: why the run ended early, or "". @note:
 * a comment at the end, or "". */
void report_tap(const struct record_file *file, const char *bail, const char *note, FILE *out);

/* Passed, failed, skipped, invalid or in error, and what to do with it. */
struct report_totals {
	int trials, passed, failed, skipped, invalid, errors;
};

struct report_totals report_totals(const struct record_file *file);

/* Virtual time that was watched: each lab's span on its guest's clock, added up. Trials of the
 * native engine do not count. */
struct report_covered {
	int labs;
	int64_t ns;
};

struct report_covered report_covered(const struct record_file *file);

#endif
