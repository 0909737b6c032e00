/* SPDX-License-Identifier: MIT */
/*
 * Where the numbers come from, service by service. Some count from 0, some from 1, a Slurm array
 * from wherever its user says and in steps; some do not tell how many there are.
 */
#include "cli/shard.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/shown.h"

enum { SHARDS_MAX = 100000 };

struct service {
	const char *name;
	const char *index, *count; /* count NULL: it does not say */
	long base;                 /* the first index */
};

static const struct service services[] = {
	/* https://slurm.schedmd.com/job_array.html; see slurm() */
	{ "Slurm", "SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT", 0 },
	/* https://kubernetes.io/docs/concepts/workloads/controllers/job/#completion-mode */
	{ "a Kubernetes indexed Job", "JOB_COMPLETION_INDEX", NULL, 0 },
	/* parallel(1) */
	{ "GNU parallel", "PARALLEL_SEQ", NULL, 1 },
	/* https://docs.gitlab.com/ee/ci/variables/predefined_variables.html */
	{ "GitLab CI", "CI_NODE_INDEX", "CI_NODE_TOTAL", 1 },
	/* https://circleci.com/docs/variables/ */
	{ "CircleCI", "CIRCLE_NODE_INDEX", "CIRCLE_NODE_TOTAL", 0 },
	/* https://buildkite.com/docs/pipelines/environment-variables */
	{ "Buildkite", "BUILDKITE_PARALLEL_JOB", "BUILDKITE_PARALLEL_JOB_COUNT", 0 },
};

enum { N_SERVICES = sizeof(services) / sizeof(services[0]) };

static bool number(const char *text, size_t n, long *out)
{
	char buf[16], *end;

	if (n == 0 || n >= sizeof(buf))
		return false;
	memcpy(buf, text, n);
	buf[n] = '\0';
	*out = strtol(buf, &end, 10);
	return buf[0] >= '0' && buf[0] <= '9' && *end == '\0' && *out <= SHARDS_MAX;
}

static int get_number(char *(*get)(const char *), const char *name, long *out, struct err *err)
{
	const char *text = get(name);
	char buf[SHOWN_SIZE];

	if (!text)
		return err_set(err, EINVAL, "--shard auto: %s is not set; write --shard I/N", name);
	if (!number(text, strlen(text), out))
		return err_set(err, EINVAL, "--shard auto: %s is \"%s\", no number; write --shard I/N",
			       name, shown(text, buf));
	return 0;
}

/* The tasks of a Slurm array are numbered MIN, MIN + STEP, … */
static int slurm_index(char *(*get)(const char *), long *index, struct err *err)
{
	long min = 0, step = 1;
	int ret = get_number(get, "SLURM_ARRAY_TASK_MIN", &min, err);

	if (!ret && get("SLURM_ARRAY_TASK_STEP"))
		ret = get_number(get, "SLURM_ARRAY_TASK_STEP", &step, err);
	if (!ret && (step < 1 || *index < min || (*index - min) % step))
		return err_set(err, EINVAL, "--shard auto: Slurm's task %ld is not one of %ld, %ld, …; "
					    "write --shard I/N", *index, min, min + step);
	if (!ret)
		*index = (*index - min) / step;
	return ret;
}

static int from_service(const struct service *s, char *(*get)(const char *), long *i, long *n,
			struct err *err)
{
	int ret = get_number(get, s->index, i, err);

	if (!ret && s == &services[0])
		ret = slurm_index(get, i, err);
	if (ret)
		return ret;
	*i += 1 - s->base;
	if (*n)
		return 0;
	if (!s->count)
		return err_set(err, EINVAL, "--shard auto: %s does not say how many there are; write "
					    "--shard auto/N", s->name);
	return get_number(get, s->count, n, err);
}

static int automatic(char *(*get)(const char *), long *i, long *n, struct err *err)
{
	const struct service *found = NULL;

	for (int s = 0; s < N_SERVICES; s++) {
		if (!get(services[s].index))
			continue;
		if (found)
			return err_set(err, EINVAL, "--shard auto: both %s (%s) and %s (%s) started "
						    "this; write --shard I/N",
				       found->name, found->index, services[s].name,
				       services[s].index);
		found = &services[s];
	}
	if (!found)
		return err_set(err, EINVAL, "--shard auto: no array or CI service is known to have "
					    "started this; write --shard I/N");
	return from_service(found, get, i, n, err);
}

int shard_parse(const char *text, char *(*get)(const char *), struct shard *shard, struct err *err)
{
	size_t word = strcspn(text, "/");
	bool by_itself = word == strlen("auto") && strncmp(text, "auto", word) == 0;
	long i = 0, n = 0;
	char buf[SHOWN_SIZE];

	if ((text[word] && !number(text + word + 1, strlen(text + word + 1), &n)) ||
	    (!by_itself && (!text[word] || !number(text, word, &i))))
		return err_set(err, EINVAL, "--shard is \"%s\"; write I/N, auto or auto/N",
			       shown(text, buf));
	if (by_itself) {
		int ret = automatic(get, &i, &n, err);

		if (ret)
			return ret;
	}
	if (n < 1 || i < 1 || i > n)
		return err_set(err, EINVAL, "--shard: share %ld of %ld is none; write I/N with I from 1 "
					    "to N", i, n);
	*shard = (struct shard){ .i = (int)i, .n = (int)n };
	return 0;
}
