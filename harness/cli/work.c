/* SPDX-License-Identifier: MIT */
#include "cli/work.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/shown.h"

enum { PHASES_MAX = 10000, METHODS_MAX = 64 };
enum { WORK_HZ_MIN = 100, WORK_HZ_MAX = 1000 }; /* kernel/Kconfig.hz */

static int unknown_method(const char *name, struct err *err)
{
	const char *names[METHODS_MAX] = { NULL }, *near;
	char buf[SHOWN_SIZE];

	for (int i = 0; i < METHODS_MAX - 1 && method_table[i]; i++)
		names[i] = method_table[i]->name;
	near = opt_nearest(name, names);
	if (near)
		return err_set(err, EINVAL, "unknown method \"%s\"; did you mean %s?",
			       shown(name, buf), near);
	return err_set(err, EINVAL, "unknown method \"%s\"; deadpeer list methods names them",
		       shown(name, buf));
}

int work_find_method(const char *name, size_t n, const struct method **method, struct err *err)
{
	char buf[64];

	snprintf(buf, sizeof(buf), "%.*s", (int)n, name);
	*method = n < sizeof(buf) ? method_find(buf) : NULL;
	return *method ? 0 : unknown_method(buf, err);
}

int work_method(const char *text, struct scenario_method *method, struct err *err)
{
	size_t n = strcspn(text, ":");
	int ret = work_find_method(text, n, &method->method, err);

	if (!method->method)
		return ret;
	opt_defaults(method->method->options, &method->opt);
	if (text[n] == ':')
		ret = opt_set_list(method->method->options, &method->opt, text + n + 1, err);
	if (!ret && method->method->check)
		ret = method->method->check(&method->opt, err);
	return ret ? err_prefix(err, -EINVAL, "method %s", method->method->name) : 0;
}

static int get_methods(const struct given *args, struct work *work, struct err *err)
{
	work->methods = calloc((size_t)args->n_options + 1, sizeof(*work->methods));
	if (!work->methods)
		return err_set(err, ENOMEM, "not enough memory");
	for (int i = 0; i < args->n_options; i++) {
		int ret;

		if (strcmp(args->options[i].row->name, "method") != 0)
			continue;
		if (work->n_methods == SCENARIO_METHODS)
			return err_set(err, EINVAL, "more than %d methods", SCENARIO_METHODS);
		ret = work_method(args->options[i].value, &work->methods[work->n_methods++], err);
		if (ret)
			return ret;
	}
	return 0;
}

static int get_kernels(const struct given *args, struct work *work, struct err *err)
{
	char buf[SHOWN_SIZE];

	work->kernels = calloc((size_t)args->n_options + 1, sizeof(*work->kernels));
	if (!work->kernels)
		return err_set(err, ENOMEM, "not enough memory");
	for (int i = 0; i < args->n_options; i++) {
		const char *name = args->options[i].value;

		if (strcmp(args->options[i].row->name, "kernel") != 0)
			continue;
		for (int j = 0; j < i; j++) {
			if (args->options[j].row == args->options[i].row &&
			    strcmp(args->options[j].value, name) == 0)
				return err_set(err, EINVAL, "the kernel %s is named twice; once is "
					       "enough", shown(name, buf));
		}
		work->images |= strchr(name, '/') != NULL;
		work->kernels[work->n_kernels++] = name;
	}
	return 0;
}

/* Options that say how one engine works are refused where another one would ignore them. */
static int get_engine(const struct given *args, struct work *work, struct err *err)
{
	work->engine_name = given_value(args, "engine", "auto");
	if (given_has(args, "modules") && !work->images)
		return err_set(err, EINVAL, "--modules says where the modules of an image are; "
			       "name the image with --kernel PATH");
	if (work->n_kernels && strcmp(work->engine_name, "auto") == 0)
		work->engine_name = "virtual";
	if (work->n_kernels && strcmp(work->engine_name, "virtual") != 0)
		return err_set(err, EINVAL, "--kernel is for the virtual engine; the native engine "
			       "runs on the kernel that is there");
	return 0;
}

static int get_numbers(const struct given *args, struct work *work, struct plan_config *config,
		       struct err *err)
{
	int64_t phases = 1, phase = 0, seed = 1, jobs = 0;
	int ret = given_number(args, "phases", 1, PHASES_MAX, &phases, err);

	if (!ret)
		ret = given_number(args, "phase", 1, phases, &phase, err);
	if (!ret)
		ret = given_number(args, "seed", 0, INT64_MAX, &seed, err);
	if (!ret)
		ret = given_number(args, "jobs", 1, WORK_JOBS_MAX, &jobs, err);
	if (!ret) {
		ret = opt_parse_duration(given_value(args, "longest", "1m"), &work->longest_ns, err);
		if (ret)
			err_prefix(err, ret, "--longest");
	}
	config->phases = (int)phases;
	config->only_phase = (int)phase;
	config->seed = (uint64_t)seed;
	work->jobs = (int)jobs;
	return ret;
}

static int load(const struct given *args, struct work *work, struct err *err)
{
	char *paths[] = { (char *)WORK_SCENARIOS };

	if (args->n_rest)
		return scenario_load_all(args->rest, args->n_rest, &work->scenarios,
					 &work->n_scenarios, err);
	return scenario_load_all(paths, 1, &work->scenarios, &work->n_scenarios, err);
}

/* The wire of every scenario, where one is asked for. */
static int set_link(const struct given *args, struct work *work, struct err *err)
{
	char link[SCENARIO_LINK_MAX];
	int ret = vary_link(args, link, sizeof(link), err);

	for (int i = 0; !ret && link[0] && i < work->n_scenarios; i++) {
		ret = scenario_link(work->scenarios[i], link, work->link, sizeof(work->link), err);
		if (ret)
			err_prefix(err, ret, given_has(args, "link") ? "--link" : "--goal");
	}
	return ret;
}

/* Finds the engine; a kernel may have to be fetched on the way, which takes a while. */
static int choose_engine(const struct given *args, bool prepare, struct work *work)
{
	const struct engine_kernels kernels = {
		.n = work->n_kernels,
		.names = work->kernels,
		.modules = given_value(args, "modules", NULL),
	};
	bool terminal = prepare && isatty(STDERR_FILENO);
	struct err err = { "" };
	int ret;

	if (terminal)
		fputs("getting ready", stderr);
	work->engine = engines_find(work->engine_name, prepare ? &kernels : NULL, &work->passed,
				    &ret, &err);
	if (terminal)
		fputs("\r\033[K", stderr);
	if (!work->engine)
		return cli_fail(ret == -EINVAL ? CLI_USAGE : CLI_NOTHING, &err);
	if (!work->jobs)
		work->jobs = work->engine->jobs();
	return 0;
}

int work_plan(const struct given *args, bool prepare, struct work *work)
{
	struct plan_config config = { 0 };
	struct err err = { "" };
	int64_t hz;
	int ret;

	*work = (struct work){ 0 };
	if (get_methods(args, work, &err) || get_kernels(args, work, &err) ||
	    get_engine(args, work, &err) || get_numbers(args, work, &config, &err) ||
	    shard_parse(given_value(args, "shard", "1/1"), getenv, &work->shard, &err))
		return cli_fail(CLI_USAGE, &err);
	if (given_has(args, "vary")) {
		config.lab_trials = WORK_LAB_TRIALS;
		if (vary_methods(args, config.seed, work, &err))
			return cli_fail(CLI_USAGE, &err);
	}
	config.n_methods = work->n_methods;
	config.methods = work->methods;
	ret = load(args, work, &err);
	if (ret)
		return cli_fail_file(ret, &err);
	if (set_link(args, work, &err))
		return cli_fail(CLI_USAGE, &err);
	config.link = work->link;
	ret = choose_engine(args, prepare, work);
	if (ret)
		return ret;
	config.noiseless = !work->engine->watch_stalls;
	hz = work->engine->hz();
	if (given_number(args, "hz", WORK_HZ_MIN, WORK_HZ_MAX, &hz, &err))
		return cli_fail(CLI_USAGE, &err);
	config.kernel = kernel_params_default((int)hz);
	ret = plan_make(work->scenarios, work->n_scenarios, &config, &work->plan, &err);
	if (ret)
		return cli_fail_file(ret, &err);
	plan_shard(&work->plan, work->shard.i, work->shard.n);
	return 0;
}

void work_free(struct work *work)
{
	plan_free(&work->plan);
	if (work->scenarios)
		scenario_free(work->scenarios, work->n_scenarios);
	free(work->methods);
	free(work->kernels);
}
