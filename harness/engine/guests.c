/* SPDX-License-Identifier: MIT */
/*
 * The virtual engine: every lab in a guest of its own. The guest runs this very binary as
 * `deadpeer run -e native --virtual-clock` on the lab's one scenario, so that nothing of a trial
 * is written twice; what comes back on its standard output are records in the usual form.
 *
 * Each guest is a copy of a machine in which this binary, as ENGINE_GUEST, has done all that it
 * would do in each of them (engine_native_prepare()). Most of a short lab's cost is QEMU's
 * translation of code that runs once, so what is not executed counts: where each guest began with a
 * booted kernel, an empty lab took 24.7 million instructions and 46 000 blocks to translate, and now
 * takes 4.2 million and 28 700 (kernel 6.1, QEMU 7.2).
 *
 * One guest holds one lab with all its methods and phases. So the records of a lab depend on that
 * lab's scenario, the seed and the kernel alone: not on which other scenarios run, on -j, or on
 * the machine they run on.
 *
 * A guest that fails spoils its own lab. Whole records that it gave before are kept.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "engine/engine.h"
#include "engine/pcap.h"
#include "engine/pool.h"
#include "engine/virtual/virtual.h"
#include "trial/trial.h"

#define PROGRAM          "/proc/self/exe"
#define HOST_TIMEOUT_NS  (900 * NS_PER_S)
#define GUEST_MARGIN_NS  (60 * NS_PER_S)

enum { ARGV_MAX = 16 + 2 * SCENARIO_METHODS, NOTE_MAX = ERR_TEXT_MAX };

struct guest {
	struct virtual_run *run;
	FILE *lines; /* open_memstream(3) of text, size */
	char *text;
	size_t size;
	char note[NOTE_MAX]; /* the guest's last line on standard error */
	struct record_file records;
	struct record_trial *trials; /* as many as the plan has */
	struct pcap_file capture;
	const char *pcap; /* the folder for it, or NULL */
};

struct guests {
	const struct plan *plan;
	const struct engine_config *config;
	const struct engine_sink *sink;
	struct virtual_kernel kernel;
	struct guest *guests;
	bool run_given;
};

static void take_line(void *arg, const char *line, size_t len)
{
	struct guest *guest = arg;

	if (guest->pcap && pcap_take(&guest->capture, guest->pcap, line, len))
		return;
	fwrite(line, 1, len, guest->lines);
	fputc('\n', guest->lines);
}

static void take_note(void *arg, const char *line, size_t len)
{
	struct guest *guest = arg;

	snprintf(guest->note, sizeof(guest->note), "%.*s", (int)len, line);
}

/* The guest's command line; *methods holds the texts of -m. */
static int arguments(const struct guests *g, const struct plan_lab *lab, char *file, char **argv,
		     char (*methods)[320])
{
	static char seed[24], phases[12], phase[12];
	const struct plan_config *config = &g->plan->config;
	int n = 0;

	snprintf(seed, sizeof(seed), "%llu", (unsigned long long)config->seed);
	snprintf(phases, sizeof(phases), "%d", config->phases);
	argv[n++] = (char *)"deadpeer";
	argv[n++] = (char *)"run";
	argv[n++] = (char *)"--engine=native";
	argv[n++] = (char *)"--virtual-clock";
	argv[n++] = (char *)"--output=-";
	if (g->config->pcap)
		argv[n++] = (char *)"--pcap=-";
	argv[n++] = (char *)"--seed";
	argv[n++] = seed;
	argv[n++] = (char *)"--phases";
	argv[n++] = phases;
	if (config->only_phase) {
		snprintf(phase, sizeof(phase), "%d", config->only_phase);
		argv[n++] = (char *)"--phase";
		argv[n++] = phase;
	}
	if (config->link && config->link[0]) {
		argv[n++] = (char *)"--link";
		argv[n++] = (char *)config->link;
	}
	for (int i = 0; config->n_methods && i < lab->n_methods; i++) {
		const struct scenario_method *m = &lab->methods[i];
		char options[256];

		opt_format(m->method->options, &m->opt, options, sizeof(options));
		snprintf(methods[i], sizeof(methods[i]), "%s%s%s", m->method->name,
			 options[0] ? ":" : "", options);
		argv[n++] = (char *)"--method";
		argv[n++] = methods[i];
	}
	snprintf(file, SCENARIO_NAME_MAX + 8, "%s.yaml", lab->scenario->name);
	argv[n++] = file;
	return n;
}

static int start(void *arg, int i, struct err *err)
{
	struct guests *g = arg;
	const struct plan_lab *lab = &g->plan->labs[i];
	struct guest *guest = &g->guests[i];
	char file[SCENARIO_NAME_MAX + 8], *argv[ARGV_MAX] = { NULL };
	char (*methods)[320] = calloc(SCENARIO_METHODS, sizeof(*methods));
	struct virtual_sink sink = { .arg = guest, .record = take_line, .note = take_note };
	struct virtual_file files[] = {
		{ .name = file, .bytes = lab->scenario->bytes, .len = lab->scenario->size },
	};
	struct virtual_job job = {
		.program = PROGRAM,
		.argv = argv,
		.files = files,
		.nfiles = 1,
		.seed = lab->seed,
		.deadline_ns = trial_longest_ns(lab) + GUEST_MARGIN_NS,
		.timeout_ns = HOST_TIMEOUT_NS,
	};
	int ret = -ENOMEM;

	guest->pcap = g->config->pcap;
	guest->capture.fd = -1;
	guest->lines = open_memstream(&guest->text, &guest->size);
	guest->trials = calloc((size_t)lab->n_trials + 1, sizeof(*guest->trials));
	if (methods && guest->lines && guest->trials) {
		arguments(g, lab, file, argv, methods);
		ret = virtual_start(&g->kernel, &job, &sink, &guest->run, err);
	} else {
		err_sys(err, ENOMEM, "a guest");
	}
	free(methods);
	return ret;
}

/* The guest's records in the plan's order; those it did not give become errors that say why. */
static void collect(struct guests *g, int i, int ended, const struct virtual_result *result,
		    const struct err *why)
{
	const struct plan_lab *lab = &g->plan->labs[i];
	struct guest *guest = &g->guests[i];
	struct err err = *why;
	FILE *in;

	fclose(guest->lines);
	guest->lines = NULL;
	in = guest->size ? fmemopen(guest->text, guest->size, "r") : NULL;
	if (in) {
		struct err unread;

		if (record_read(in, lab->scenario->name, &guest->records, &unread) < 0 && ended == 0) {
			ended = -EPROTO;
			err = unread;
		}
		fclose(in);
	}
	if (ended == 0 && guest->records.n_trials < lab->n_trials)
		err_set(&err, EIO, "the guest gave %d of %d records and ended with wait status %d: %s",
			guest->records.n_trials, lab->n_trials, result->status, guest->note);
	if (pcap_end(&guest->capture, guest->pcap, lab,
		     g->config->n_kernels > 1 ? g->kernel.release : NULL, &err) < 0)
		guest->records.n_trials = 0;
	trial_fail(lab, err.text, guest->trials);
	for (int t = 0; t < guest->records.n_trials && t < lab->n_trials; t++) {
		guest->trials[t] = guest->records.trials[t];
		guest->trials[t].index = lab->trials[t].index;
		memcpy(guest->trials[t].family, lab->scenario->family,
		       sizeof(guest->trials[t].family));
	}
}

/* The world of the guests, said by the first of them that said anything. */
static void give_run(struct guests *g)
{
	struct record_run run;

	engine_describe(g->plan, g->config, "virtual", &run);
	snprintf(run.kernel, sizeof(run.kernel), "%s", g->kernel.release);
	for (int i = 0; i < g->plan->n_labs; i++) {
		const struct record_file *records = &g->guests[i].records;

		if (records->n_runs) {
			run.hz = records->runs[0].hz;
			memcpy(run.kernel, records->runs[0].kernel, sizeof(run.kernel));
			memcpy(run.sysctl, records->runs[0].sysctl, sizeof(run.sysctl));
			run.n_sysctl = records->runs[0].n_sysctl;
			break;
		}
	}
	g->sink->run(g->sink->arg, &run);
	g->run_given = true;
}

static void release(struct guest *guest)
{
	record_file_free(&guest->records);
	free(guest->trials);
	free(guest->text);
	guest->trials = NULL;
	guest->text = NULL;
}

static void emit(void *arg, int i)
{
	struct guests *g = arg;
	struct guest *guest = &g->guests[i];

	if (!g->run_given)
		give_run(g);
	for (int t = 0; t < g->plan->labs[i].n_trials; t++)
		g->sink->trial(g->sink->arg, &guest->trials[t]);
	release(guest);
}

static int descriptor(const void *arg, int i)
{
	return virtual_fd(((const struct guests *)arg)->guests[i].run);
}

static bool pump(void *arg, int i)
{
	struct guests *g = arg;
	struct guest *guest = &g->guests[i];
	struct virtual_result result = { 0 };
	struct err why = { "" };
	int ended;

	if (virtual_pump(guest->run))
		return false;
	ended = virtual_finish(guest->run, &result, &why);
	guest->run = NULL;
	collect(g, i, ended, &result, &why);
	return true;
}

static void abort_lab(void *arg, int i)
{
	struct guest *guest = &((struct guests *)arg)->guests[i];

	virtual_abort(guest->run);
	pcap_abort(&guest->capture);
	guest->run = NULL;
}

static const struct pool_ops guest_ops = {
	.start = start,
	.fd = descriptor,
	.pump = pump,
	.emit = emit,
	.abort = abort_lab,
};

static int run_on(struct guests *g, struct err *err)
{
	char *argv[] = { (char *)ENGINE_GUEST, NULL };
	int ret = virtual_snapshot(&g->kernel, err);

	if (ret == 0)
		ret = virtual_load(&g->kernel, PROGRAM, argv, err);
	if (ret < 0)
		return ret;
	g->guests = calloc((size_t)g->plan->n_labs + 1, sizeof(*g->guests));
	if (!g->guests)
		return err_sys(err, ENOMEM, "the guests");
	ret = pool_run(&guest_ops, g, g->plan, g->config->jobs, g->sink, err);
	for (int i = 0; i < g->plan->n_labs; i++) {
		if (g->guests[i].lines)
			fclose(g->guests[i].lines);
		release(&g->guests[i]);
	}
	free(g->guests);
	return ret;
}

static int choose_kernel(const struct engine_config *config, const char *name,
			 struct virtual_kernel *kernel, struct err *err)
{
	if (name && strchr(name, '/'))
		return virtual_kernel_open(name, config->modules, kernel, err);
	return virtual_kernel_fetch(name, kernel, err);
}

int engine_virtual_available(struct err *why)
{
	return virtual_available(why);
}

int engine_virtual_prepare(struct err *why)
{
	struct virtual_kernel kernel;

	return virtual_kernel_fetch(NULL, &kernel, why);
}

int engine_virtual(const struct plan *plan, const struct engine_config *config,
		   const struct engine_sink *sink, struct err *err)
{
	struct guests g = { .plan = plan, .config = config, .sink = sink };
	int ret = virtual_available(err);

	if (ret < 0)
		return ret;
	for (int i = 0; ret == 0 && i < (config->n_kernels ? config->n_kernels : 1); i++) {
		g.run_given = false;
		ret = choose_kernel(config, config->n_kernels ? config->kernels[i] : NULL, &g.kernel,
				    err);
		if (ret == 0)
			ret = run_on(&g, err);
	}
	return ret;
}
