/* SPDX-License-Identifier: MIT */
#ifndef CLI_RUN_H
#define CLI_RUN_H

#include "cli/cli.h"
#include "cli/sink.h"
#include "cli/work.h"
#include "report/report.h"

/* A run that is over: its records, and what went wrong beside the trials. */
struct ran {
	struct sink sink; /* closed; free with sink_free() */
	int64_t took_ns;  /* wall time */
	int ret, closed;  /* of the engine and of the output file: 0 or a negative errno */
	struct err err, close_err;
};

/* Runs a plan made from @args; its records go to @output as in sink_open(). 0 when it ran, well or
 * badly; else the exit status after the error has been told. */
int run_records(const struct given *args, struct work *work, const char *output,
		struct ran *ran);

/* Tells what went wrong. The exit status for it, or 0. */
int run_failed(const struct ran *ran);

/* The exit status for what the trials came to. */
int run_status(const struct report_totals *totals);

#endif
