/* SPDX-License-Identifier: MIT */
/*
 * The virtual engine: every lab in a guest of its own. The guest runs this very binary (guest.c), which
 * watches the lab it is ordered and says what it found; what that means is judged here.
 *
 * Each guest is a copy of a machine in which this binary, as ENGINE_GUEST, has done all that it
 * would do in each of them (engine_guest_prepare()). Most of a short lab's cost is QEMU's
 * translation of code that runs once, so what is not executed counts: where each guest began with a
 * booted kernel, an empty lab took 24.7 million instructions and 46 000 blocks to translate, and now
 * takes 1.9 million and 18 800 (kernel 6.1, QEMU 7.2).
 *
 * One guest holds one lab with all its methods and phases. So the records of a lab depend on that
 * lab's scenario, the seed and the kernel alone: not on which other scenarios run, on -j, or on
 * the machine they run on.
 *
 * A guest that fails spoils its own lab.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "engine/engine.h"
#include "engine/parcel.h"
#include "engine/pcap.h"
#include "engine/pool.h"
#include "engine/virtual/virtual.h"
#include "trial/order.h"
#include "trial/trial.h"

#define PROGRAM          "/proc/self/exe"
#define HOST_TIMEOUT_NS  (900 * NS_PER_S)
#define GUEST_MARGIN_NS  (60 * NS_PER_S)

enum { NOTE_MAX = ERR_TEXT_MAX };

struct guest {
	struct virtual_run *run;
	struct parcels parcels;
	int ret; /* of the first parcel that could not be taken, with err */
	struct err err;
	char note[NOTE_MAX]; /* the guest's last line on standard error */
	bool known, found;   /* world, findings are there */
	struct record_run world;
	struct findings findings;
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

static void take_findings(struct guest *guest, const char *bytes, size_t size)
{
	int ret;

	findings_free(&guest->findings);
	ret = findings_unpack(bytes, size, &guest->findings);
	if (ret)
		guest->ret = err_sys(&guest->err, -ret, "the guest's findings");
	guest->found = !ret;
}

static void take_parcel(void *arg, enum parcel_kind kind, const char *bytes, size_t size)
{
	struct guest *guest = arg;

	switch (kind) {
	case PARCEL_WORLD:
		guest->known = size == sizeof(guest->world);
		if (guest->known)
			memcpy(&guest->world, bytes, size);
		return;
	case PARCEL_CAPTURE:
		if (guest->pcap)
			pcap_take(&guest->capture, guest->pcap, bytes, size);
		return;
	case PARCEL_FINDINGS:
		take_findings(guest, bytes, size);
		return;
	}
	guest->ret = err_set(&guest->err, EPROTO, "the guest hands out what nobody knows: %d", kind);
}

static void take_output(void *arg, const char *bytes, size_t len)
{
	struct guest *guest = arg;
	int ret = guest->ret ? 0 : parcels_feed(&guest->parcels, bytes, len, take_parcel, guest);

	if (ret)
		guest->ret = err_sys(&guest->err, -ret, "what the guest hands out");
}

static void take_note(void *arg, const char *line, size_t len)
{
	struct guest *guest = arg;

	snprintf(guest->note, sizeof(guest->note), "%.*s", (int)len, line);
}

static int start(void *arg, int i, struct err *err)
{
	struct guests *g = arg;
	const struct plan_lab *lab = &g->plan->labs[i];
	struct guest *guest = &g->guests[i];
	struct virtual_sink sink = { .arg = guest, .output = take_output, .note = take_note };
	struct virtual_job job = {
		.seed = lab->seed,
		.deadline_ns = trial_longest_ns(lab) + GUEST_MARGIN_NS,
		.timeout_ns = HOST_TIMEOUT_NS,
	};
	char *order = order_pack(lab, g->config->pcap, &job.input_len);
	int ret;

	guest->pcap = g->config->pcap;
	guest->capture.fd = -1;
	guest->trials = calloc((size_t)lab->n_trials + 1, sizeof(*guest->trials));
	job.input = order;
	ret = order && guest->trials ? virtual_start(&g->kernel, &job, &sink, &guest->run, err)
				     : err_sys(err, ENOMEM, "a guest");
	free(order);
	return ret;
}

/* The guest's records; without findings they are errors that say why. */
static void collect(struct guests *g, int i, int ended, const struct virtual_result *result,
		    const struct err *why)
{
	const struct plan_lab *lab = &g->plan->labs[i];
	struct guest *guest = &g->guests[i];
	struct err err = *why;

	if (ended == 0 && guest->ret) {
		ended = guest->ret;
		err = guest->err;
	}
	if (ended == 0 && !guest->found)
		ended = err_set(&err, EIO, "the guest found nothing out and ended with wait status %d: %s",
				result->status, guest->note);
	if (pcap_end(&guest->capture, guest->pcap, lab,
		     g->config->n_kernels > 1 ? g->kernel.release : NULL, &err) < 0)
		ended = -EIO;
	if (ended == 0)
		trial_judge(lab, &guest->findings, guest->trials);
	else
		trial_fail(lab, err.text, guest->trials);
}

/* The world of the guests, said by the first of them that said anything. */
static void give_run(struct guests *g)
{
	struct record_run run;

	engine_describe(g->plan, g->config, "virtual", &run);
	snprintf(run.kernel, sizeof(run.kernel), "%s", g->kernel.release);
	for (int i = 0; i < g->plan->n_labs; i++) {
		const struct record_run *world = &g->guests[i].world;

		if (g->guests[i].known) {
			run.hz = world->hz;
			memcpy(run.kernel, world->kernel, sizeof(run.kernel));
			memcpy(run.sysctl, world->sysctl, sizeof(run.sysctl));
			run.n_sysctl = world->n_sysctl;
			break;
		}
	}
	g->sink->run(g->sink->arg, &run);
	g->run_given = true;
}

static void release(struct guest *guest)
{
	findings_free(&guest->findings);
	parcels_free(&guest->parcels);
	free(guest->trials);
	guest->trials = NULL;
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
	for (int i = 0; i < g->plan->n_labs; i++)
		release(&g->guests[i]);
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
