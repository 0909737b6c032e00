/* SPDX-License-Identifier: MIT */
/*
 * One lab from nothing to its findings. What cannot run here is left out before anything is built;
 * what goes wrong later is said of the whole lab.
 */
#include "trial/trial.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/hash.h"
#include "lab/netem_opt.h"
#include "method/method.h"
#include "trial/pcap.h"
#include "trial/pins.h"
#include "trial/stall.h"
#include "trial/verdict.h"
#include "trial/watch.h"

#define START_MARGIN_NS (10 * NS_PER_MS) /* from GO to time zero: both programs must have read it */

/* The connections that can run here; @index maps them to trials. Returns their number. */
static int choose(const struct plan_lab *lab, const struct trial_config *config, int *index)
{
	struct err why;
	int n = 0;

	for (int i = 0; i < lab->n_trials; i++) {
		if (trial_can_run(lab, i, config->facts, config->longest_ns, &why))
			index[n++] = i;
	}
	return n;
}

static void free_conns(char **conns, int n)
{
	for (int i = 0; conns && i < n; i++)
		free(conns[i]);
	free(conns);
}

static char **conn_arguments(const struct plan_lab *lab, const int *index, int n)
{
	char **conns = calloc((size_t)n + 1, sizeof(*conns));

	for (int i = 0; conns && i < n; i++) {
		const struct plan_trial *t = &lab->trials[index[i]];

		if (asprintf(&conns[i], "%lld/%s%s%s", (long long)t->offset_ns, t->method->name,
			     t->options[0] ? ":" : "", t->options) < 0) {
			conns[i] = NULL;
			free_conns(conns, i);
			return NULL;
		}
	}
	return conns;
}

static void configure(const struct plan_lab *lab, int n, char **conns, struct lab_config *config)
{
	const struct scenario *sc = lab->scenario;

	*config = (struct lab_config){
		.family = sc->ip,
		.wire = sc->wire,
		.observer = sc->observer,
		.traffic = sc->traffic,
		.size = sc->message_size,
		.has_link = sc->has_link,
		.n_conns = n,
		.conns = conns,
		.deadline_ns = clock_now_ns() + TRIAL_SETUP_NS,
	};
	if (sc->has_link)
		netem_from_opt(&sc->link, lab->seed, &config->link);
	config->peer_retries_fin = trial_lab_needs(lab) & FACT_BIT(FACT_NETEM);
	pins_apply(config);
	for (int i = 0; i < sc->n_sysctl && config->n_sysctl < LAB_SYSCTL_MAX; i++)
		config->sysctl[config->n_sysctl++] = sc->sysctl[i];
}

static int64_t time_zero(const struct plan_lab *lab, const struct trial_config *config)
{
	int64_t soon = clock_now_ns() + START_MARGIN_NS;

	if (!config->align_ns)
		return soon;
	return (soon / config->align_ns + 1) * config->align_ns +
	       hash_below(lab->seed, config->align_ns);
}

/* Also of a lab that failed: then packets are what one wants to see. */
static int hand_over(const struct watch_state *w, const struct trial_config *config,
		     const struct lab_config *lab_config, struct capture *capture, struct err *err)
{
	size_t size;
	char *bytes = pcap_finish(capture, w, lab_config->conns, &size);
	int ret = bytes ? config->captured(w->plan, config->captured_arg, bytes, size, err)
			: err_set(err, ENOMEM, "no memory for the capture");

	free(bytes);
	return ret;
}

static int run_lab(struct watch_state *w, const struct trial_config *config,
		   const struct lab_config *lab_config, struct findings *f, struct err *err)
{
	struct capture *capture = NULL;
	struct stall *stall = NULL;
	int ret = lab_up(w->lab, lab_config, err);

	if (ret < 0)
		return ret;
	ret = pins_read(w->lab->ns[PLACE_OBSERVER], &f->kernel, err);
	if (ret == 0 && config->captured) {
		capture = capture_start(w->lab, err);
		ret = capture ? 0 : -EIO;
	}
	if (ret == 0) {
		w->zero_ns = time_zero(w->plan, config);
		w->base_ns = w->zero_ns + w->plan->span_ns;
		if (config->watch_stalls)
			stall = stall_start();
		ret = watch_run(w, err);
		f->stall_ns = stall_stop(stall);
	}
	if (capture) {
		struct err why;
		int kept = hand_over(w, config, lab_config, capture, &why);

		if (ret == 0 && kept < 0) {
			ret = kept;
			*err = why;
		}
	}
	if (!config->standing)
		lab_down(w->lab);
	return ret;
}

/* The connections of the trials in @index, from arming to their reports. */
static int watch_lab(const struct plan_lab *plan, const struct trial_config *config,
		     const int *index, struct findings *f)
{
	char **conns = conn_arguments(plan, index, f->n_conns);
	struct lab_config lab_config;
	struct lab lab = { 0 };
	struct watch_state w = {
		.plan = plan,
		.lab = config->standing ? config->standing : &lab,
		.n_conns = f->n_conns,
		.conns = f->conns,
		.deadly = effect_is_deadly(&plan->effect, plan->scenario->horizon_ns),
	};
	int ret;

	if (!conns)
		return err_sys(&f->err, ENOMEM, "%d connections", f->n_conns);
	configure(plan, f->n_conns, conns, &lab_config);
	ret = run_lab(&w, config, &lab_config, f, &f->err);
	f->horizon_ns = w.horizon_ns;
	f->before_ns = w.acts[plan->principal].before_ns;
	f->after_ns = w.acts[plan->principal].after_ns;
	free_conns(conns, f->n_conns);
	return ret;
}

void trial_watch(const struct plan_lab *lab, const struct trial_config *config,
		 struct findings *f)
{
	int *index = calloc((size_t)lab->n_trials + 1, sizeof(*index));

	*f = (struct findings){ .facts = *config->facts, .longest_ns = config->longest_ns };
	f->conns = calloc((size_t)lab->n_trials + 1, sizeof(*f->conns));
	if (!index || !f->conns)
		f->ret = err_sys(&f->err, ENOMEM, "%d trials", lab->n_trials);
	else if ((f->n_conns = choose(lab, config, index)))
		f->ret = watch_lab(lab, config, index, f);
	free(index);
}

void trial_run(const struct plan_lab *lab, const struct trial_config *config,
	       struct record_trial *records)
{
	struct findings findings;

	trial_watch(lab, config, &findings);
	trial_judge(lab, &findings, records);
	findings_free(&findings);
}
