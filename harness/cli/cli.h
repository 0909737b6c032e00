/* SPDX-License-Identifier: MIT */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>

#include "cli/given.h"
#include "netns/err.h"
#include "record/emit.h"
#include "record/record.h"
#include "report/text.h"

/*
 * deadpeer's verbs: one file each, one line in the table of cli.c. A verb gets its checked
 * arguments, prints on standard output, and returns the exit status. Errors go to standard error
 * as one line.
 */

enum cli_exit {
	CLI_PASS = 0,
	CLI_FAILED = 1,       /* a trial failed, or a gate found a regression */
	CLI_USAGE = 2,        /* bad arguments or a bad file */
	CLI_INCONCLUSIVE = 3, /* too few trials to say */
	CLI_NOTHING = 4,      /* nothing could run here */
	CLI_INVALID = 5,      /* a fault was not proven to take effect */
	CLI_INTERNAL = 70,    /* EX_SOFTWARE, sysexits.h */
	CLI_INTERRUPTED = 130,
};

struct verb {
	const char *name;
	const char *arguments; /* as in the usage line */
	const char *about;     /* one line */
	const char *more;      /* what --help says below it; NULL: nothing */
	const struct given_row *options;
	int (*main)(const struct given *args);
};

extern const struct verb verb_run;
extern const struct verb verb_sweep;
extern const struct verb verb_plan;
extern const struct verb verb_explain;
extern const struct verb verb_list;
extern const struct verb verb_show;
extern const struct verb verb_report;
extern const struct verb verb_compare;
extern const struct verb verb_check;
extern const struct verb verb_accept;
extern const struct verb verb_merge;
extern const struct verb verb_kernels;
extern const struct verb verb_doctor;
extern const struct verb *const cli_verbs[]; /* NULL-terminated */

/* The whole command. argv[0] chooses between deadpeer and its two programs. */
int cli_main(int argc, char **argv);

extern const char *const cli_version;

/* "deadpeer: " and the sentence on standard error. Returns @status. */
int cli_fail(int status, const struct err *err);
int cli_failf(int status, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* As cli_fail, for a bad file: nothing stands before its "file:line:". Returns CLI_USAGE. */
int cli_fail_file(int code, const struct err *err);

/* Standard output as it is: a terminal's width, colour unless NO_COLOR (no-color.org) is set. */
struct style cli_style(void);

/* Prints the text of @emit and a newline; frees it. Returns @status, or CLI_INTERNAL. */
int cli_put_json(struct emit *emit, int status);

/* One world of a file, numbered as in report/report.h: as text, or where @emit is not NULL as JSON. */
typedef int (*cli_put_world)(void *arg, const struct record_file *file, int world,
			     const struct style *style, struct emit *emit, struct err *err);

/* Every world of @file in turn: texts with a line between them, or with @json one array. 0 or
 * CLI_INTERNAL. */
int cli_put_worlds(const struct record_file *file, bool json, cli_put_world put, void *arg);

/* The tables of each world in the file (report/report.h) with their notes, or all cells as JSON, as
 * @args ask for. 0 or CLI_INTERNAL. */
int cli_put_tables(const struct record_file *file, const struct given *args);

#define TABLE_OPTIONS                                                                            \
	{ "cost", NULL, "also what each method cost an hour: packets, bytes, wake-ups", 0, false },  \
	{ "mistakes", NULL,                                                                     \
	  "also how often each method held a living peer for dead, and for how long", 0, false }

void cli_put_help(const struct style *style);
void cli_put_verb_help(const struct verb *verb, const struct style *style);

#endif
