/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cli/annotate.h"
#include "cli/resume.h"
#include "cli/run.h"

/*
 * Theory of operation
 * ===================
 * Everything is parsed and planned first; only then is the output file opened, and only then does
 * the engine start anything. Records are written as they come. What the exit status says, in this
 * order: a trial failed (1); a trial could not be carried through (70); a fault was not proven
 * (5); nothing ran (4); else all is as it should be (0).
 */

int run_status(const struct report_totals *totals)
{
	if (totals->failed)
		return CLI_FAILED;
	if (totals->errors)
		return CLI_INTERNAL;
	if (totals->invalid)
		return CLI_INVALID;
	return totals->passed ? CLI_PASS : CLI_NOTHING;
}

/* The engine's own failure, after the records it gave before. */
static int engine_failed(int ret, const struct err *err)
{
	if (ret == -EINTR)
		return cli_fail(CLI_INTERRUPTED, err);
	if (ret == -EPERM || ret == -EACCES || ret == -ENOSYS || ret == -ENOTSUP)
		return cli_fail(CLI_NOTHING, err);
	return cli_fail(CLI_INTERNAL, err);
}

/* "3.91 h of virtual time in 31 labs, watched in 41.0 s of wall time: 343 seconds a second". */
static void put_covered(const struct record_file *file, int64_t wall_ns)
{
	struct report_covered covered = report_covered(file);
	char virtual[48], wall[48];

	if (!covered.labs || wall_ns <= 0)
		return;
	printf("%s of virtual time in %d lab%s, watched in %s of wall time: %.*f seconds a second\n",
	       text_time(covered.ns, 3, virtual, sizeof(virtual)), covered.labs,
	       covered.labs == 1 ? "" : "s", text_time(wall_ns, 3, wall, sizeof(wall)),
	       covered.ns < 10 * wall_ns ? 1 : 0, (double)covered.ns / (double)wall_ns);
}

/* Opens the output; the plan keeps what is still to be done. */
static int open_output(const struct given *args, struct work *work, const char *output,
		       struct sink *sink, struct err *err)
{
	int done, ret;

	if (!given_has(args, "resume"))
		return sink_open(sink, output, err);
	if (!output || strcmp(output, "-") == 0)
		return err_set(err, EINVAL, "run: --resume goes on in a file; name it with -o");
	if (work->n_kernels > 1)
		return err_set(err, EINVAL, "run: --resume goes on with one kernel; run each into a file "
					    "of its own and join them with deadpeer merge --mixed");
	ret = resume_open(sink, output, &work->plan, args->command, &done, err);
	if (!ret)
		plan_skip(&work->plan, done);
	return ret;
}

int run_records(const struct given *args, struct work *work, const char *output,
		struct ran *ran)
{
	const struct engine_config config = {
		.jobs = work->jobs,
		.command = args->command,
		.version = cli_version,
		.longest_ns = work->engine->watch_stalls ? work->longest_ns : 0,
		.n_kernels = work->n_kernels,
		.kernels = work->kernels,
		.modules = given_value(args, "modules", NULL),
		.pcap = given_value(args, "pcap", NULL),
	};
	struct engine_sink engine_sink;

	*ran = (struct ran){ 0 };
	if (open_output(args, work, output, &ran->sink, &ran->err))
		return cli_fail(CLI_USAGE, &ran->err);
	if (work->passed.text[0])
		fprintf(stderr, "deadpeer: engine %s, %s\n", work->engine->name, work->passed.text);
	engine_sink = sink_for_engine(&ran->sink);
	ran->took_ns = clock_now_ns();
	if (work->plan.n_labs)
		ran->ret = work->engine->run(&work->plan, &config, &engine_sink, &ran->err);
	ran->took_ns = clock_now_ns() - ran->took_ns;
	ran->closed = sink_close(&ran->sink, &ran->close_err);
	return 0;
}

int run_failed(const struct ran *ran)
{
	if (ran->ret)
		return engine_failed(ran->ret, &ran->err);
	return ran->closed ? cli_fail(CLI_INTERNAL, &ran->close_err) : 0;
}

/* The tables, or what --json asks for instead. */
static int put_results(const struct given *args, const struct ran *ran)
{
	const struct sink *sink = &ran->sink;
	bool kept = sink->started && sink->path[0] && strcmp(sink->path, "-") != 0;
	const char *output = given_value(args, "output", "");
	bool json = given_has(args, "json");
	int status = 0;

	if (given_has(args, "tap")) {
		report_tap(&sink->file, ran->ret ? ran->err.text : "", kept ? sink->path : "", stdout);
		return 0;
	}
	if (strcmp(output, "-") != 0) {
		status = cli_put_tables(&sink->file, args);
		if (!status && !json)
			put_covered(&sink->file, ran->took_ns);
	}
	if (!status && !json && kept)
		printf("records in %s\n", sink->path);
	return status;
}

static int run_plan(const struct given *args, struct work *work)
{
	struct report_totals totals;
	struct ran ran;
	int status, failed;

	if (work->plan.n_labs == 0) {
		if (work->shard.n > 1)
			fprintf(stderr, "deadpeer: run: share %d of %d holds no lab; nothing to do\n",
				work->shard.i, work->shard.n);
		else
			fputs("deadpeer: run: no method here has that phase: the virtual engine tries one "
			      "without a period once, as phase 1\n", stderr);
		return CLI_PASS;
	}
	status = run_records(args, work, given_value(args, "output", NULL), &ran);
	if (status)
		return status;
	status = put_results(args, &ran);
	if (given_has(args, "annotations"))
		annotate_records(&ran.sink.file, work->scenarios, work->n_scenarios);
	totals = report_totals(&ran.sink.file);
	if (!status)
		status = run_status(&totals);
	failed = run_failed(&ran);
	sink_free(&ran.sink);
	return failed ? failed : status;
}

/* Who writes to standard output: one of them, or a table. */
static int check_output(const struct given *args)
{
	bool output = strcmp(given_value(args, "output", ""), "-") == 0;
	bool json = given_has(args, "json"), tap = given_has(args, "tap");

	if (output + json + tap > 1)
		return cli_failf(CLI_USAGE, "run: %s both want standard output; %s",
				 !output ? "--json and --tap" : json ? "--json and -o -" : "--tap and -o -",
				 output ? "give -o a file" : "choose one");
	if ((output || json) && given_has(args, "annotations"))
		return cli_failf(CLI_USAGE, "run: --annotations are lines among others on standard "
				 "output; %s", output ? "give -o a file" : "leave --json out");
	return 0;
}

static int run(const struct given *args)
{
	struct work work;
	int status = check_output(args);

	if (strcmp(given_value(args, "pcap", ""), "-") == 0)
		return cli_failf(CLI_USAGE, "run: --pcap writes a file for each lab; name a folder");
	if (status)
		return status;
	status = work_plan(args, true, &work);
	if (!status)
		status = run_plan(args, &work);
	work_free(&work);
	return status;
}

static const struct given_row options[] = {
	WORK_OPTIONS,
	TABLE_OPTIONS,
	{ "tap", NULL, "TAP version 14 instead of the table: a test point for each trial", 0, false },
	ANNOTATE_OPTION,
	{ .name = NULL },
};

const struct verb verb_run = {
	.name = "run",
	.arguments = "[OPTION]… [SCENARIO|DIR]…",
	.about = "Runs scenarios, writes their records, and prints who noticed when.",
	.more = "Without a SCENARIO, every file in the folder scenarios. A method's options are "
		"written as in -m keepalive:idle=1s,intvl=1s,cnt=2; deadpeer list methods names "
		"them. Nothing starts before every file has been read and checked. Every kernel that is "
		"named runs the whole plan and gets a table of its own. At the end a run in virtual "
		"time says how much of it was covered: for each lab, from its first connection armed "
		"to the last one that noticed or was given up (a lab's connections share one clock, "
		"so they do not add up), against the wall time of the whole run with everything that "
		"had to be booted.",
	.options = options,
	.main = run,
};
