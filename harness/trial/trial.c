/* SPDX-License-Identifier: MIT */
/*
 * A trial from nothing to its record. What cannot run here is skipped with the reason before
 * anything is built; what goes wrong later spoils the whole lab, because all its connections share
 * one fault: a fault that is not proven makes them `invalid`, anything else `error`.
 *
 * Windows are computed anew with what was measured: the sysctls as read back, and the distance
 * from arming to the fault of each connection.
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
#include "trial/account.h"
#include "trial/pcap.h"
#include "trial/pins.h"
#include "trial/stall.h"
#include "trial/verdict.h"
#include "trial/watch.h"

#define START_MARGIN_NS (10 * NS_PER_MS) /* from GO to time zero: both programs must have read it */
#define SETUP_GRACE_NS  (20 * NS_PER_S)

void trial_fail(const struct plan_lab *lab, const char *why, struct record_trial *records)
{
	for (int i = 0; i < lab->n_trials; i++) {
		account_describe(lab, &lab->trials[i], &records[i]);
		account_spoil(&records[i], OUTCOME_ERROR, VERDICT_ERROR, why);
	}
}

/* What the whole lab needs beyond what every lab does. */
static unsigned int lab_needs(const struct plan_lab *lab)
{
	const struct scenario *sc = lab->scenario;
	unsigned int needs = 0;

	if (sc->ip == AF_INET6)
		needs |= FACT_BIT(FACT_IPV6);
	if (sc->wire == WIRE_NAT)
		needs |= FACT_BIT(FACT_NAT);
	if (sc->has_link)
		needs |= FACT_BIT(FACT_NETEM);
	for (int i = 0; i < sc->n_faults; i++)
		needs |= sc->faults[i].fault->needs;
	return needs;
}

unsigned int trial_needs(const struct plan_lab *lab)
{
	unsigned int needs = lab_needs(lab);

	for (int i = 0; i < lab->n_trials; i++)
		needs |= lab->trials[i].method->needs;
	return needs;
}

/* From the lab's time zero to its horizon. */
static int64_t lab_watches_ns(const struct plan_lab *lab)
{
	const struct scenario *sc = lab->scenario;
	int64_t last_ns = sc->faults[lab->principal].at_ns + sc->horizon_ns;

	for (int i = 0; i < sc->n_faults; i++) {
		int64_t end_ns = sc->faults[i].at_ns + sc->faults[i].for_ns;

		if (end_ns > last_ns)
			last_ns = end_ns;
	}
	return lab->span_ns + last_ns;
}

int64_t trial_longest_ns(const struct plan_lab *lab)
{
	return lab_watches_ns(lab) + 4 * SETUP_GRACE_NS;
}

/* What keeps the whole lab from running here. */
static bool lab_can_run(const struct plan_lab *lab, const struct trial_config *config,
			struct err *why)
{
	if (config->longest_ns && lab_watches_ns(lab) > config->longest_ns) {
		err_set(why, ERANGE, "in real time it takes longer than --longest allows; use -e "
				     "virtual, or a greater --longest");
		return false;
	}
	return facts_meet(config->facts, lab_needs(lab), why);
}

/* The connections that can run here; @index maps them to trials. Returns their number. */
static int choose(const struct plan_lab *lab, const struct trial_config *config, int *index,
		  struct record_trial *records)
{
	struct err why = { "" };
	bool all = lab_can_run(lab, config, &why);
	int n = 0;

	for (int i = 0; i < lab->n_trials; i++) {
		const struct plan_trial *t = &lab->trials[i];

		if (!all || !facts_meet(config->facts, t->method->needs, &why) ||
		    method_refuses(t->method, lab->scenario->traffic, &why))
			account_spoil(&records[i], OUTCOME_SKIPPED, VERDICT_SKIP, why.text);
		else
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
		.deadline_ns = clock_now_ns() + SETUP_GRACE_NS,
	};
	if (sc->has_link)
		netem_from_opt(&sc->link, lab->seed, &config->link);
	config->peer_retries_fin = lab_needs(lab) & FACT_BIT(FACT_NETEM);
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
		   const struct lab_config *lab_config, struct kernel_params *kernel,
		   int64_t *stall_ns, struct err *err)
{
	struct capture *capture = NULL;
	struct stall *stall = NULL;
	int ret = lab_up(w->lab, lab_config, err);

	if (ret < 0)
		return ret;
	ret = pins_read(w->lab->ns[PLACE_OBSERVER], kernel, err);
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
		*stall_ns = stall_stop(stall);
	}
	if (capture) {
		struct err why;
		int kept = hand_over(w, config, lab_config, capture, &why);

		if (ret == 0 && kept < 0) {
			ret = kept;
			*err = why;
		}
	}
	if (!config->leave_standing)
		lab_down(w->lab);
	return ret;
}

void trial_run(const struct plan_lab *plan, const struct trial_config *config,
	       struct record_trial *records)
{
	int *index = calloc((size_t)plan->n_trials, sizeof(*index));
	struct watch_state w = { .plan = plan };
	struct lab_config lab_config;
	struct kernel_params kernel;
	static struct lab standing; /* outlives this call */
	struct lab lab = { 0 };
	struct err err = { "" };
	int64_t stall_ns = 0;
	int ret = -ENOMEM;

	if (!index)
		trial_fail(plan, "out of memory", records);
	for (int i = 0; index && i < plan->n_trials; i++)
		account_describe(plan, &plan->trials[i], &records[i]);
	if (index)
		w.n_conns = choose(plan, config, index, records);
	if (index && w.n_conns) {
		char **conns = conn_arguments(plan, index, w.n_conns);

		w.conns = calloc((size_t)w.n_conns, sizeof(*w.conns));
		w.deadly = effect_is_deadly(&plan->effect, plan->scenario->horizon_ns);
		w.lab = config->leave_standing ? &standing : &lab;
		if (conns && w.conns) {
			configure(plan, w.n_conns, conns, &lab_config);
			ret = run_lab(&w, config, &lab_config, &kernel, &stall_ns, &err);
		}
		for (int i = 0; i < w.n_conns; i++) {
			struct record_trial *r = &records[index[i]];

			if (ret == 0)
				account_conclude(&w, &kernel, &w.conns[i], &plan->trials[index[i]],
						 stall_ns, r);
			else if (ret == -EBADE)
				account_spoil(r, OUTCOME_INVALID, VERDICT_INVALID, err.text);
			else if (ret == -EOPNOTSUPP)
				account_spoil(r, OUTCOME_SKIPPED, VERDICT_SKIP, err.text);
			else
				account_spoil(r, OUTCOME_ERROR, VERDICT_ERROR, err.text);
		}
		free_conns(conns, w.n_conns);
		for (int i = 0; w.conns && i < w.n_conns; i++)
			alarms_free(&w.conns[i].alarms);
		free(w.conns);
	}
	free(index);
}
