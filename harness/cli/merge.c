/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "cli/sink.h"
#include "record/merge.h"

static int load_all(const struct given *args, struct record_file *files)
{
	for (int i = 0; i < args->n_rest; i++) {
		struct err err;
		int ret = record_load(args->rest[i], &files[i], &err);

		if (ret)
			return cli_fail_file(ret, &err);
	}
	return CLI_PASS;
}

static int put(const struct record_file *file, const char *output)
{
	struct engine_sink to;
	struct sink sink;
	struct err err;
	int status;

	if (sink_open(&sink, output, &err))
		return cli_fail(CLI_USAGE, &err);
	to = sink_for_engine(&sink);
	for (int r = 0, t = 0; r < file->n_runs; r++) {
		to.run(to.arg, &file->runs[r]);
		for (; t < file->n_trials && file->trial_run[t] == r; t++)
			to.trial(to.arg, &file->trials[t]);
	}
	status = sink_close(&sink, &err) ? cli_fail(CLI_INTERNAL, &err) : CLI_PASS;
	sink_free(&sink);
	return status;
}

/* What a later share would still bring cannot be known; what lies in between can. */
static void tell_missing(const struct record_file *file)
{
	for (int r = 0; r < file->n_runs; r++) {
		int first = 0, missing = record_missing(file, r, &first);

		if (missing)
			fprintf(stderr, "deadpeer: merge: of the run on %s %d trial%s missing, the first of "
					"them number %d: a share has not been run to its end\n",
				file->runs[r].kernel, missing, missing == 1 ? " is" : "s are", first);
	}
}

static int merge(const struct given *args)
{
	struct record_file *files, merged;
	struct err err;
	int status, ret;

	if (args->n_rest == 0)
		return cli_failf(CLI_USAGE, "merge: give the files of records that shares have left");
	files = calloc((size_t)args->n_rest, sizeof(*files));
	if (!files)
		return cli_failf(CLI_INTERNAL, "not enough memory");
	status = load_all(args, files);
	if (!status) {
		ret = record_merge(files, (const char *const *)args->rest, args->n_rest,
				   given_has(args, "mixed"), &merged, &err);
		status = ret == -ENOMEM ? cli_fail(CLI_INTERNAL, &err)
			 : ret		? cli_fail(CLI_USAGE, &err)
					: put(&merged, given_value(args, "output", "-"));
		if (!status)
			tell_missing(&merged);
		record_file_free(&merged);
	}
	for (int i = 0; i < args->n_rest; i++)
		record_file_free(&files[i]);
	free(files);
	return status;
}

static const struct given_row options[] = {
	{ "output", "FILE", "where the records go (default: standard output)", 'o', false },
	{ "mixed", NULL, "keep runs of different worlds side by side", 0, false },
	{ .name = NULL },
};

const struct verb verb_merge = {
	.name = "merge",
	.arguments = "[--mixed] [-o FILE] FILE…",
	.about = "Joins the records of a run's shares into one file.",
	.more = "The files are those of run --shard 1/N to N/N. In virtual time the result is, apart "
		"from when it was started, byte for byte what one machine would have written. The "
		"order of the files does not matter, nor does naming one twice. Files of different "
		"worlds (another kernel, engine, seed, command or version) are refused, as are trials "
		"that two files hold with different outcomes. Trials that are missing in between are "
		"told on standard error.",
	.options = options,
	.main = merge,
};
