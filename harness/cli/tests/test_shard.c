/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "cli/shard.h"

/* An environment: name, value, name, value, NULL. */
static const char *const *environment;

static char *get(const char *name)
{
	for (const char *const *e = environment; e && *e; e += 2) {
		if (strcmp(e[0], name) == 0)
			return (char *)e[1];
	}
	return NULL;
}

static void is_share(const char *text, const char *const *env, int i, int n)
{
	struct shard shard = { 0 };
	struct err err = { "" };

	environment = env;
	cr_expect_eq(shard_parse(text, get, &shard, &err), 0, "%s: %s", text, err.text);
	cr_expect(shard.i == i && shard.n == n, "%s: %d/%d", text, shard.i, shard.n);
}

static void is_refused(const char *text, const char *const *env, const char *sentence)
{
	struct shard shard;
	struct err err = { "" };

	environment = env;
	cr_expect_eq(shard_parse(text, get, &shard, &err), -EINVAL, "%s", text);
	cr_expect_not_null(strstr(err.text, sentence), "%s: %s", text, err.text);
}

#define ENV(...) ((const char *const[]){ __VA_ARGS__, NULL })

Test(shard, numbers)
{
	is_share("1/1", NULL, 1, 1);
	is_share("3/8", NULL, 3, 8);
	is_refused("0/8", NULL, "write I/N with I from 1 to N");
	is_refused("9/8", NULL, "write I/N with I from 1 to N");
	is_refused("1/0", NULL, "write I/N with I from 1 to N");
	is_refused("3", NULL, "write I/N, auto or auto/N");
	is_refused("", NULL, "write I/N, auto or auto/N");
	is_refused("3/", NULL, "write I/N, auto or auto/N");
	is_refused("-1/3", NULL, "write I/N, auto or auto/N");
	is_refused("1/3x", NULL, "write I/N, auto or auto/N");
	is_refused("1/99999999999999", NULL, "write I/N, auto or auto/N");
	is_refused("autos/3", NULL, "write I/N, auto or auto/N");
}

Test(shard, services_count_in_their_own_ways)
{
	is_share("auto", ENV("CI_NODE_INDEX", "2", "CI_NODE_TOTAL", "4"), 2, 4);
	is_share("auto", ENV("CIRCLE_NODE_INDEX", "0", "CIRCLE_NODE_TOTAL", "4"), 1, 4);
	is_share("auto", ENV("BUILDKITE_PARALLEL_JOB", "3", "BUILDKITE_PARALLEL_JOB_COUNT", "4"), 4,
		 4);
	is_share("auto/5", ENV("JOB_COMPLETION_INDEX", "4"), 5, 5);
	is_share("auto/5", ENV("PARALLEL_SEQ", "5"), 5, 5);
	is_share("auto", ENV("SLURM_ARRAY_TASK_ID", "7", "SLURM_ARRAY_TASK_MIN", "3",
			     "SLURM_ARRAY_TASK_STEP", "2", "SLURM_ARRAY_TASK_COUNT", "4"), 3, 4);
	is_share("auto", ENV("SLURM_ARRAY_TASK_ID", "0", "SLURM_ARRAY_TASK_MIN", "0",
			     "SLURM_ARRAY_TASK_COUNT", "4"), 1, 4);
}

Test(shard, services_that_do_not_say_enough)
{
	is_refused("auto", NULL, "no array or CI service");
	is_refused("auto", ENV("JOB_COMPLETION_INDEX", "4"), "write --shard auto/N");
	is_refused("auto/4", ENV("JOB_COMPLETION_INDEX", "4"), "share 5 of 4");
	is_refused("auto", ENV("CI_NODE_INDEX", "two", "CI_NODE_TOTAL", "4"), "no number");
	is_refused("auto", ENV("CI_NODE_INDEX", "2"), "CI_NODE_TOTAL is not set");
	is_refused("auto", ENV("SLURM_ARRAY_TASK_ID", "4", "SLURM_ARRAY_TASK_MIN", "3",
			       "SLURM_ARRAY_TASK_STEP", "2", "SLURM_ARRAY_TASK_COUNT", "4"),
		   "not one of");
	is_refused("auto/3", ENV("PARALLEL_SEQ", "1", "JOB_COMPLETION_INDEX", "0"), "both");
}
