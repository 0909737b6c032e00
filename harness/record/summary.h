/* SPDX-License-Identifier: MIT */
#ifndef RECORD_SUMMARY_H
#define RECORD_SUMMARY_H

#include <stdbool.h>
#include <stdint.h>

#include "netns/err.h"
#include "record/record.h"

/*
 * What a run came to, cell by cell: the trials of one method (name and options) in one scenario on
 * one kernel of one engine. A baseline is a summary written down (results/baseline.schema.json): a
 * head line that says which world and which command the cells came from, then one line for each
 * cell, in order, so that two of them can be reviewed as a diff. Equal summaries are equal bytes.
 */

enum {
	SUMMARY_SCHEMA = 1,
	SUMMARY_ALL = 40,       /* a baseline keeps so many times of a cell as they are, */
	SUMMARY_QUANTILES = 33, /* and of more of them these quantiles: 0/32, 1/32, … 32/32 */
};

/* Detection times that a cell can hold: statistics add and subtract them. */
#define SUMMARY_TIME_MAX (INT64_C(1) << 62)
#define SUMMARY_TIME_MIN (-SUMMARY_TIME_MAX)

struct summary_cell {
	char family[64], scenario[64], method[32], options[256];
	int n; /* trials */
	int outcome[OUTCOME_COUNT], verdict[VERDICT_COUNT];
	char saw[96];     /* what the first trial that noticed saw; "" none did */
	int64_t stall_ns; /* the largest of its trials */
	int n_times;      /* of those that noticed; or SUMMARY_QUANTILES of them */
	int64_t *times;   /* ascending; ns after the fault */

	/* Of the run; a baseline says it once, in its head. */
	char engine[16], kernel[96];
	uint64_t seed;
	int phases;
	bool mixed; /* from runs with different seeds or phases */
	char why[320]; /* why the first trial that was skipped, invalid or in error was; not kept */
};

struct summary {
	struct record_run run; /* the first */
	int n;
	struct summary_cell *cells; /* by family, scenario, method, options, engine, kernel */
};

/* Trials of a cell that noticed. */
int summary_noticed(const struct summary_cell *cell);

/* Trials of a cell that were carried through: neither skipped, nor invalid, nor in error. */
int summary_carried(const struct summary_cell *cell);

/* The order of cells: <0, 0, >0. */
int summary_compare(const struct summary_cell *a, const struct summary_cell *b);

void summary_free(struct summary *summary);

/* The lines of a baseline, malloc'ed; NULL when memory ran out. A cell must hold no more times than
 * a baseline keeps. */
char *summary_head_line(const struct record_run *run);
char *summary_cell_line(const struct summary_cell *cell);

/* Reads a baseline. -EINVAL and "file:line: what; remedy"; *out is then empty. */
int summary_load(const char *path, struct summary *out, struct err *err);

#endif
