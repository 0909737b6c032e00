/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/annotate.h"
#include "cli/replay.h"
#include "cli/run.h"
#include "report/gate.h"

/*
 * Theory of operation
 * ===================
 * A baseline against a result: RESULT, or without one the baseline's own plan, run now. Cells are
 * compared as compare does it (report/compare.c), and the gate says what that means: 0 pass, 1
 * regressed, 3 inconclusive. A result that could not be had is not a verdict: the engine's own exit
 * status says why.
 */

struct check {
	const struct given *args;
	struct compare_threshold threshold;
	struct summary baseline, result;
	char records[512]; /* of the run that was made; "" none */
};

/* The records of the baseline's kernel; where the result has only others, they are the result. */
static void pick_kernels(struct check *check)
{
	const struct record_run *run = &check->baseline.run;
	struct pick pick = { .value = { [PICK_ENGINE] = run->engine, [PICK_KERNEL] = run->kernel } };

	for (int i = 0; i < check->result.n; i++) {
		if (pick_takes(&pick, &check->result.cells[i])) {
			summarise_keep(&check->result, &pick);
			return;
		}
	}
}

static int take(struct check *check, const struct record_file *file)
{
	struct err err;

	if (summarise(file, &check->result, &err))
		return cli_fail(CLI_INTERNAL, &err);
	return 0;
}

static int load_result(struct check *check, const char *path)
{
	struct record_file file;
	struct err err;
	int ret = record_load(path, &file, &err);

	if (ret)
		return cli_fail_file(ret, &err);
	ret = take(check, &file);
	record_file_free(&file);
	return ret;
}

static int run_work(struct check *check, const struct replay *replay, struct work *work)
{
	struct ran ran;
	int status = run_records(&replay->args, work, given_value(check->args, "output", NULL), &ran);

	if (status)
		return status;
	status = run_failed(&ran);
	if (!status)
		status = take(check, &ran.sink.file);
	if (ran.sink.started)
		snprintf(check->records, sizeof(check->records), "%s", ran.sink.path);
	sink_free(&ran.sink);
	return status;
}

static int run_again(struct check *check, const char *path)
{
	int64_t jobs = 0;
	struct replay replay;
	struct work work = { 0 };
	struct err err;
	int status;

	if (given_number(check->args, "jobs", 1, WORK_JOBS_MAX, &jobs, &err))
		return cli_failf(CLI_USAGE, "check: %s", err.text);
	if (replay_parse(check->baseline.run.command, &replay, &err)) {
		replay_free(&replay);
		return cli_failf(CLI_USAGE, "check: %s: %s", path, err.text);
	}
	status = work_plan(&replay.args, true, &work);
	if (jobs)
		work.jobs = (int)jobs;
	if (!status)
		status = run_work(check, &replay, &work);
	work_free(&work);
	replay_free(&replay);
	return status;
}

static int status_of(enum gate gate)
{
	return gate == GATE_PASS ? CLI_PASS : gate == GATE_REGRESSED ? CLI_FAILED : CLI_INCONCLUSIVE;
}

/* The files that the baseline's command names, where they can be read here. */
static void annotate(const struct check *check, const struct compare *compare)
{
	char *folder[] = { (char *)WORK_SCENARIOS };
	struct scenario **scenarios = NULL;
	struct replay replay;
	struct err err;
	int n = 0;

	if (replay_parse(check->baseline.run.command, &replay, &err) == 0) {
		bool named = replay.args.n_rest > 0;

		if (scenario_load_all(named ? replay.args.rest : folder, named ? replay.args.n_rest : 1,
				      &scenarios, &n, &err))
			n = 0;
	}
	annotate_compare(compare, scenarios, n);
	if (n)
		scenario_free(scenarios, n);
	replay_free(&replay);
}

static int put(const struct check *check, const struct compare *compare, const char *path)
{
	const struct record_run *was = &check->baseline.run, *is = &check->result.run;
	int status = status_of(gate_judge(compare));
	struct style style = cli_style();
	struct emit emit = EMIT_INIT;

	if (given_has(check->args, "json")) {
		gate_json(compare, &emit);
		return cli_put_json(&emit, status);
	}
	gate_list(compare, &style);
	printf("baseline %s: %s engine, kernel %s\n", path, was->engine, was->kernel);
	if (strcmp(was->kernel, is->kernel) != 0 || strcmp(was->engine, is->engine) != 0)
		printf("the result: %s engine, kernel %s\n", is->engine, is->kernel);
	if (check->records[0])
		printf("records in %s\n", check->records);
	if (given_has(check->args, "annotations"))
		annotate(check, compare);
	return status;
}

static int judge(struct check *check, const char *path)
{
	const bool without[PICK_COUNT] = { false };
	struct compare compare;
	struct err err;
	int ret, status;

	pick_kernels(check);
	ret = compare_make(&check->baseline, &check->result, without, &check->threshold,
			   &compare, &err);
	if (ret)
		return cli_failf(ret == -EINVAL ? CLI_USAGE : CLI_INTERNAL, "check: %s", err.text);
	status = put(check, &compare, path);
	compare_free(&compare);
	return status;
}

static int check_verb(const struct given *args)
{
	struct check check = { .args = args };
	const char *path = args->n_rest ? args->rest[0] : "";
	struct err err;
	int ret, status;

	if (args->n_rest < 1 || args->n_rest > 2)
		return cli_failf(CLI_USAGE, "check: give a baseline, and a file of records unless it is "
				 "to be run again");
	if (args->n_rest == 2 && (given_has(args, "output") || given_has(args, "jobs")))
		return cli_failf(CLI_USAGE, "check: -o and -j are for a run; with a RESULT there is "
				 "none");
	if (given_has(args, "json") && given_has(args, "annotations"))
		return cli_failf(CLI_USAGE, "check: --annotations are lines among others on standard "
				 "output; leave --json out");
	if (compare_threshold(given_value(args, "threshold", COMPARE_THRESHOLD), &check.threshold, &err))
		return cli_failf(CLI_USAGE, "check: %s", err.text);
	ret = summary_load(path, &check.baseline, &err);
	if (ret)
		return cli_fail_file(ret, &err);
	status = args->n_rest == 2 ? load_result(&check, args->rest[1]) : run_again(&check, path);
	if (!status)
		status = judge(&check, path);
	summary_free(&check.baseline);
	summary_free(&check.result);
	return status;
}

static const struct given_row options[] = {
	{ "threshold", "T",
	  "a difference matters when it is more than this part of the earlier median and more than "
	  "this time (default " COMPARE_THRESHOLD ")", 0, false },
	{ "output", "FILE", "where the records of the run go (default: as deadpeer run)", 'o', false },
	{ "jobs", "N", "labs side by side in the run", 'j', false },
	{ "json", NULL, "as a JSON object: the gate's word, and every cell", 0, false },
	ANNOTATE_OPTION,
	{ .name = NULL },
};

const struct verb verb_check = {
	.name = "check",
	.arguments = "[OPTION]… BASELINE [RESULT]",
	.about = "Passes a result, or says what regressed against a baseline.",
	.more = "BASELINE comes from deadpeer accept, RESULT from deadpeer run; without a RESULT the "
		"baseline's own command is run again, from here. A cell regresses when it is gone, "
		"slower, or passes or notices less often. In virtual time with the baseline's seed "
		"every difference counts that is above the threshold; in real time it must also be "
		"significant over all cells and more than the machine itself was seen to stall. Exit "
		"status: 0 pass, 1 regressed, 3 inconclusive (it looks worse, and there are too few "
		"trials to tell, or the machine itself was too late).",
	.options = options,
	.main = check_verb,
};
