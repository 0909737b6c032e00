/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/replay.h"
#include "report/report.h"
#include "report/summarise.h"

/*
 * A result becomes the baseline, on purpose: one file for each engine and kernel series in it. The
 * new text replaces the old one at once (rename(2)), so that a baseline is never half a one.
 */

#define RESULTS   "results"
#define BASELINES RESULTS "/baselines"

enum { PATH_SIZE = 512 };

/* All runs of one world must be the same run, or there is no one command to run again. */
static int check_runs(const struct record_file *file, int world, struct err *err)
{
	const struct record_run *first = &file->runs[world];

	for (int i = world + 1; i < file->n_runs; i++) {
		const struct record_run *run = &file->runs[i];

		if (report_world(file, i) != world)
			continue;
		if (strcmp(run->command, first->command) != 0 || run->seed != first->seed ||
		    run->phases != first->phases)
			return err_set(err, EINVAL, "the file holds several runs on kernel %s; accept "
				       "a file of one", run->kernel);
	}
	return 0;
}

static void keep_world(struct summary *summary, const struct record_run *run)
{
	const struct pick pick = { .value = { [PICK_ENGINE] = run->engine,
					      [PICK_KERNEL] = run->kernel } };

	summarise_keep(summary, &pick);
	for (int i = 0; i < summary->n; i++)
		summarise_thin(&summary->cells[i]);
}

/* "results/baselines/virtual-6.1.jsonl" */
static int default_path(const struct record_run *run, char *path, struct err *err)
{
	const char *minor = strchr(run->kernel, '.');
	size_t series = minor ? (size_t)(minor - run->kernel) + 1 + strcspn(minor + 1, ".-+") : 0;

	if (access(RESULTS, F_OK))
		return err_set(err, ENOENT, "there is no folder " RESULTS " here; name a file with -o");
	if (mkdir(BASELINES, 0777) && errno != EEXIST)
		return err_sys(err, errno, "cannot make the folder %s", BASELINES);
	snprintf(path, PATH_SIZE, BASELINES "/%s-%.*s.jsonl", run->engine, (int)series, run->kernel);
	return 0;
}

static int write_lines(FILE *out, const struct summary *summary, const struct record_run *run)
{
	char *line = summary_head_line(run);
	int ret = line ? 0 : -ENOMEM;

	for (int i = 0; !ret; i++) {
		if (fputs(line, out) < 0)
			ret = -EIO;
		free(line);
		line = NULL;
		if (ret || i == summary->n)
			break;
		line = summary_cell_line(&summary->cells[i]);
		ret = line ? 0 : -ENOMEM;
	}
	return ret;
}

static int write_file(const char *path, const struct summary *summary, const struct record_run *run,
		      struct err *err)
{
	char temporary[PATH_SIZE + 8];
	FILE *out;
	int ret;

	snprintf(temporary, sizeof(temporary), "%s.new", path);
	out = fopen(temporary, "we");
	if (!out)
		return err_sys(err, errno, "cannot write %s", temporary);
	ret = write_lines(out, summary, run);
	if (fclose(out) && !ret)
		ret = -errno;
	if (!ret && rename(temporary, path))
		ret = -errno;
	if (!ret)
		return 0;
	unlink(temporary);
	return err_sys(err, -ret, "cannot write %s", path);
}

static void say(const char *path, const struct summary *summary, const struct record_run *run)
{
	int failed = 0;

	for (int i = 0; i < summary->n; i++)
		failed += summary->cells[i].verdict[VERDICT_PASS] +
			  summary->cells[i].verdict[VERDICT_SKIP] < summary->cells[i].n;
	printf("%s: %d cell%s, %s engine, kernel %s, %d phase%s\n", path, summary->n,
	       summary->n == 1 ? "" : "s", run->engine, run->kernel, run->phases,
	       run->phases == 1 ? "" : "s");
	if (failed)
		printf("%d of them do not pass: that is what check will hold to be right\n", failed);
}

static int accept_world(const struct record_file *file, int world, const char *output)
{
	struct record_run run = file->runs[world];
	struct summary summary;
	char path[PATH_SIZE];
	struct err err;
	int ret;

	if (check_runs(file, world, &err) ||
	    replay_command(&file->runs[world], run.command, sizeof(run.command), &err))
		return cli_failf(CLI_USAGE, "accept: %s", err.text);
	if (summarise(file, &summary, &err))
		return cli_fail(CLI_INTERNAL, &err);
	keep_world(&summary, &run);
	ret = 0;
	if (summary.n == 0)
		ret = err_set(&err, EINVAL, "there is no trial on kernel %s in it", run.kernel);
	else if (output)
		snprintf(path, sizeof(path), "%s", output);
	else
		ret = default_path(&run, path, &err);
	if (!ret)
		ret = write_file(path, &summary, &run, &err);
	if (!ret)
		say(path, &summary, &run);
	summary_free(&summary);
	return ret ? cli_failf(CLI_USAGE, "accept: %s", err.text) : 0;
}

static int accept_file(const struct record_file *file, const char *output)
{
	int worlds = 0, status = 0;

	for (int i = 0; i < file->n_runs; i++)
		worlds += report_world(file, i) == i;
	if (output && worlds > 1)
		return cli_failf(CLI_USAGE, "accept: the file has %d kernels, and each gets its own "
				 "baseline; leave -o out", worlds);
	for (int i = 0; i < file->n_runs && !status; i++) {
		if (report_world(file, i) == i)
			status = accept_world(file, i, output);
	}
	return status;
}

static int accept_verb(const struct given *args)
{
	const char *output = given_value(args, "output", NULL);
	struct record_file file;
	struct err err;
	int ret;

	if (args->n_rest != 1)
		return cli_failf(CLI_USAGE, "accept: give one file of records");
	if (output && strlen(output) >= PATH_SIZE)
		return cli_failf(CLI_USAGE, "accept: the output file's name is too long");
	ret = record_load(args->rest[0], &file, &err);
	if (ret)
		return cli_fail_file(ret, &err);
	ret = accept_file(&file, output);
	record_file_free(&file);
	return ret;
}

static const struct given_row options[] = {
	{ "output", "FILE", "the baseline to write (default: " BASELINES "/ENGINE-KERNEL.jsonl)", 'o',
	  false },
	{ .name = NULL },
};

const struct verb verb_accept = {
	.name = "accept",
	.arguments = "[-o FILE] RESULT",
	.about = "Makes a result the baseline that deadpeer check compares with, on purpose.",
	.more = "RESULT holds records of one deadpeer run. A baseline is text, one sorted line for each "
		"cell (results/baseline.schema.json), to be committed and reviewed as a diff. It holds "
		"the command, so that check can run it again; scenario paths in it are relative to "
		"where the run was started.",
	.options = options,
	.main = accept_verb,
};
