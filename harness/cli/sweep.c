/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/replay.h"
#include "cli/run.h"
#include "record/member.h"
#include "report/goal.h"
#include "trial/verdict.h"

/*
 * Theory of operation
 * ===================
 * A sweep is a run whose methods are a grid of tunings, and whose records are then looked at tuning by
 * tuning instead of cell by cell (report/front.h). The goal is asked of the records, so that --from
 * can ask another one of a sweep that is over.
 *
 * What the goal says of the wire cannot be asked of records: it is set before the run, in every
 * scenario, deaths and controls alike. "p99<=10s, mistakes<=1/day, loss=5%" thus means: on a wire
 * that loses 5 %, the dead are noticed within 10 s and the living are given up at most once a day.
 */

struct sweep {
	const struct given *args;
	bool has_goal;
	struct goal goal;
	char link[SCENARIO_LINK_MAX];
	bool met; /* in every world */
};

/* A sweep without a death has no time to go by, one without a control no mistakes and no cost. */
static int check_scenarios(const struct work *work)
{
	bool death = false, control = false;

	for (int i = 0; i < work->plan.n_labs; i++) {
		const struct plan_lab *lab = &work->plan.labs[i];
		bool deadly = effect_is_deadly(&lab->effect, lab->scenario->horizon_ns);

		death |= deadly;
		control |= !deadly;
	}
	if (!death && work->plan.n_labs)
		return cli_failf(CLI_USAGE, "sweep: nothing dies in these scenarios, so that nothing can be "
				 "noticed; add one, such as scenarios/cable/cable-pull-far.yaml");
	if (!control && work->plan.n_labs)
		return cli_failf(CLI_USAGE, "sweep: something dies in each of these scenarios, so that "
				 "mistakes and cost cannot be counted; add one where nothing does, such as "
				 "scenarios/matrix/matrix-calm.yaml");
	return 0;
}

/* What the command below says anew, or what is only of this run. */
static bool is_anew(const char *option)
{
	static const char *const names[] = { "vary", "sample", "method", "seed",   "output", "json",
					     "jobs", "shard",  "resume", NULL };
	int i = 0;

	while (names[i] && strcmp(names[i], option) != 0)
		i++;
	return names[i];
}

/* The command that tries one tuning again with the next seed. malloc'ed; NULL when memory ran out. */
static char *again(const struct given *args, const struct record_run *run,
		   const struct front_point *point)
{
	struct emit out = EMIT_INIT;
	char text[320];

	emit_raw(&out, "deadpeer sweep", strlen("deadpeer sweep"));
	snprintf(text, sizeof(text), " --seed %llu -m", (unsigned long long)run->seed + 1);
	emit_raw(&out, text, strlen(text));
	snprintf(text, sizeof(text), "%s%s%s", point->method, point->options[0] ? ":" : "",
		 point->options);
	replay_word(text, &out);
	for (int i = 0; i < args->n_options; i++) {
		if (is_anew(args->options[i].row->name))
			continue;
		snprintf(text, sizeof(text), "--%s", args->options[i].row->name);
		replay_word(text, &out);
		if (args->options[i].value)
			replay_word(args->options[i].value, &out);
	}
	for (int i = 0; i < args->n_rest; i++)
		replay_word(args->rest[i], &out);
	return emit_take(&out);
}

static void put_goal(struct sweep *sweep, const struct record_run *run, const struct front *front,
		     const struct style *style, struct emit *emit)
{
	bool ran = !given_has(sweep->args, "from");
	struct goal_answer answer;
	char *command = NULL;

	goal_answer(&sweep->goal, front, &answer);
	sweep->met &= answer.n_met > 0;
	if (ran && answer.n_met)
		command = again(sweep->args, run, answer.point);
	if (emit) {
		emit_key(emit, "goal");
		goal_json(&sweep->goal, &answer, command ? command : "", emit);
	} else {
		fputc('\n', stdout);
		goal_put(&sweep->goal, front, &answer, command ? command : "", style);
	}
	free(command);
}

static int put_world(void *arg, const struct record_file *file, int world, const struct style *style,
		     struct emit *emit, struct err *err)
{
	struct sweep *sweep = arg;
	const struct record_run *run = &file->runs[world];
	struct report report;
	struct front front;
	int ret = report_make(file, world, &report, err);

	if (ret)
		return ret;
	ret = front_make(&report, &front, err);
	if (!ret && emit) {
		emit_object(emit);
		member_string(emit, "engine", run->engine);
		member_string(emit, "kernel", run->kernel);
		front_json(&front, sweep->link, emit);
	} else if (!ret) {
		front_table(&front, sweep->link, style);
		printf("%s engine, kernel %s, HZ %d, seed %llu, %d phase%s\n", run->engine, run->kernel,
		       run->hz, (unsigned long long)run->seed, run->phases, run->phases == 1 ? "" : "s");
	}
	if (!ret && sweep->has_goal)
		put_goal(sweep, run, &front, style, emit);
	if (!ret && emit)
		emit_object_end(emit);
	if (!ret)
		front_free(&front);
	report_free(&report);
	return ret;
}

/* 0, or 1 where a goal is not met; or why nothing could be said. */
static int put_file(struct sweep *sweep, const struct record_file *file)
{
	int ret;

	sweep->met = file->n_trials > 0;
	ret = cli_put_worlds(file, given_has(sweep->args, "json"), put_world, sweep);
	if (ret)
		return ret;
	return sweep->has_goal && !sweep->met ? CLI_FAILED : CLI_PASS;
}

static int run_sweep(struct sweep *sweep, struct work *work)
{
	const struct given *args = sweep->args;
	struct report_totals totals;
	struct ran ran;
	int status = check_scenarios(work), failed;

	if (!status)
		status = run_records(args, work, given_value(args, "output", NULL), &ran);
	if (status)
		return status;
	status = put_file(sweep, &ran.sink.file);
	if (ran.sink.started && ran.sink.path[0] && !given_has(args, "json"))
		printf("records in %s\n", ran.sink.path);
	/* A mistake that theory does not allow is one all the same, and the table tells of it. */
	totals = report_totals(&ran.sink.file);
	totals.passed += totals.failed;
	totals.failed = 0;
	if (run_status(&totals))
		status = run_status(&totals);
	failed = run_failed(&ran);
	sink_free(&ran.sink);
	return failed ? failed : status;
}

static int from_file(struct sweep *sweep)
{
	struct record_file file;
	struct err err;
	int ret, status;

	if (sweep->args->n_rest || given_has(sweep->args, "vary") || given_has(sweep->args, "method") ||
	    given_has(sweep->args, "link") || given_has(sweep->args, "output"))
		return cli_failf(CLI_USAGE, "sweep: --from reads a sweep that is over, and runs nothing; give "
				 "it --goal and --json only");
	if (sweep->goal.link[0])
		return cli_failf(CLI_USAGE, "sweep: the wire of a sweep that is over cannot be set; leave %s "
				 "out of the goal", sweep->goal.link);
	ret = record_load(given_value(sweep->args, "from", ""), &file, &err);
	if (ret)
		return cli_fail_file(ret, &err);
	status = put_file(sweep, &file);
	record_file_free(&file);
	return status;
}

static int sweep_verb(const struct given *args)
{
	struct sweep sweep = { .args = args, .has_goal = given_has(args, "goal") };
	struct work work = { 0 };
	struct err err;
	int status;

	if (sweep.has_goal && goal_parse(given_value(args, "goal", ""), &sweep.goal, &err))
		return cli_failf(CLI_USAGE, "sweep: --goal: %s", err.text);
	if (given_has(args, "from"))
		return from_file(&sweep);
	if (!given_has(args, "vary") && !given_has(args, "method"))
		return cli_failf(CLI_USAGE, "sweep: the grid is empty; vary an option, as in --vary "
				 "keepalive.idle=5s,10s,30s, or name a tuning with -m");
	if (given_has(args, "sample") && !given_has(args, "vary"))
		return cli_failf(CLI_USAGE, "sweep: --sample draws from the grid of --vary; give one");
	if (strcmp(given_value(args, "output", ""), "-") == 0)
		return cli_failf(CLI_USAGE, "sweep: the front wants standard output; give -o a file");
	if (!args->n_rest)
		return cli_failf(CLI_USAGE, "sweep: name the scenarios, some in which the peer dies and some "
				 "in which it does not");
	status = work_plan(args, true, &work);
	if (!status) {
		memcpy(sweep.link, work.link, sizeof(sweep.link));
		status = run_sweep(&sweep, &work);
	}
	work_free(&work);
	return status;
}

static const struct given_row options[] = {
	VARY_OPTIONS,
	{ "goal", "LIMITS",
	  "name the cheapest tuning that meets them: median<=T, p99<=T, mistakes<=N/day, packets<=N/hour, "
	  "and of the wire loss=P, delay=T … as in --link", 0, false },
	{ "from", "FILE", "run nothing: the front, and the goal, of a sweep that is over", 0, false },
	WORK_OPTIONS,
	{ .name = NULL },
};

const struct verb verb_sweep = {
	.name = "sweep",
	.arguments = "[OPTION]… --vary METHOD.OPTION=A,B,… SCENARIO|DIR…",
	.about = "Tries many tunings and says which are worth having.",
	.more = "Every combination of the values of a method's options is a tuning; -m sets options that are "
		"not varied, or adds a tuning as it is. All of them meet all scenarios, of which some must "
		"kill the peer and some must not. The table is the Pareto front: tunings that no other beats in "
		"median and p99 of the detection time, mistakes a day and packets an hour together. Times are "
		"over all phases of all deaths; a death that was not noticed is never. Mistakes and packets are "
		"counted where nothing dies. A goal such as \"p99<=10s, mistakes<=1/day, loss=5%\" sets the wire "
		"of all scenarios and is answered with the tuning of the fewest packets that meets it, or with "
		"the nearest. Exit status: 0, or 1 where no tuning meets the goal.",
	.options = options,
	.main = sweep_verb,
};
