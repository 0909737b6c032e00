/* SPDX-License-Identifier: MIT */
/* Methods and faults go by their places in their tables, which are the same on both sides. */
#include "trial/order.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* One entry of the timeline, or one trial. */
struct order_fault {
	int fault;
	struct opt_values opt;
	int64_t at_ns, for_ns;
};
struct order_trial {
	int method;
	int64_t offset_ns;
	char options[sizeof(((struct plan_trial *)0)->options)];
};

struct order_head {
	int n_faults, n_trials;
	bool capture;
	char name[SCENARIO_NAME_MAX], about[SCENARIO_ABOUT_MAX];
	enum side observer;
	enum traffic traffic;
	int message_size;
	enum wire wire;
	int ip;
	bool has_link;
	struct opt_values link;
	int n_sysctl;
	struct lab_sysctl sysctl[LAB_SYSCTL_MAX];
	int64_t horizon_ns;
	struct effect effect;
	int principal;
	int64_t span_ns;
	uint64_t seed;
};

static int fault_place(const struct fault *fault)
{
	int i = 0;

	while (fault_table[i] != fault)
		i++;
	return i;
}

static int method_place(const struct method *method)
{
	int i = 0;

	while (method_table[i] != method)
		i++;
	return i;
}

static void put_head(const struct plan_lab *lab, struct order_head *head)
{
	const struct scenario *sc = lab->scenario;

	*head = (struct order_head){
		.n_faults = sc->n_faults,
		.n_trials = lab->n_trials,
		.observer = sc->observer,
		.traffic = sc->traffic,
		.message_size = sc->message_size,
		.wire = sc->wire,
		.ip = sc->ip,
		.has_link = sc->has_link,
		.link = sc->link,
		.n_sysctl = sc->n_sysctl,
		.horizon_ns = sc->horizon_ns,
		.effect = lab->effect,
		.principal = lab->principal,
		.span_ns = lab->span_ns,
		.seed = lab->seed,
	};
	memcpy(head->name, sc->name, sizeof(head->name));
	memcpy(head->about, sc->about, sizeof(head->about));
	memcpy(head->sysctl, sc->sysctl, sizeof(head->sysctl));
}

char *order_pack(const struct plan_lab *lab, bool capture, size_t *size)
{
	const struct scenario *sc = lab->scenario;
	struct order_head *head;
	struct order_fault *fault;
	struct order_trial *trial;

	*size = sizeof(*head) + (size_t)sc->n_faults * sizeof(*fault) +
		(size_t)lab->n_trials * sizeof(*trial);
	head = calloc(1, *size);
	if (!head)
		return NULL;
	put_head(lab, head);
	head->capture = capture;
	fault = (struct order_fault *)(head + 1);
	for (int i = 0; i < sc->n_faults; i++, fault++)
		*fault = (struct order_fault){ fault_place(sc->faults[i].fault), sc->faults[i].opt,
					       sc->faults[i].at_ns, sc->faults[i].for_ns };
	trial = (struct order_trial *)fault;
	for (int i = 0; i < lab->n_trials; i++, trial++) {
		trial->method = method_place(lab->trials[i].method);
		trial->offset_ns = lab->trials[i].offset_ns;
		memcpy(trial->options, lab->trials[i].options, sizeof(trial->options));
	}
	return (char *)head;
}

static void take_head(const struct order_head *head, struct order *out)
{
	struct scenario *sc = &out->scenario;

	out->capture = head->capture;
	sc->observer = head->observer;
	sc->traffic = head->traffic;
	sc->message_size = head->message_size;
	sc->wire = head->wire;
	sc->ip = head->ip;
	sc->has_link = head->has_link;
	sc->link = head->link;
	sc->n_sysctl = head->n_sysctl;
	sc->horizon_ns = head->horizon_ns;
	sc->n_faults = head->n_faults;
	memcpy(sc->name, head->name, sizeof(sc->name));
	memcpy(sc->about, head->about, sizeof(sc->about));
	memcpy(sc->sysctl, head->sysctl, sizeof(sc->sysctl));
	out->lab = (struct plan_lab){
		.scenario = sc,
		.effect = head->effect,
		.principal = head->principal,
		.span_ns = head->span_ns,
		.seed = head->seed,
		.n_trials = head->n_trials,
	};
}

static bool is_whole(const struct order_head *head, size_t size)
{
	return size >= sizeof(*head) && head->n_faults >= 0 && head->n_faults <= SCENARIO_FAULTS &&
	       head->n_trials >= 0 &&
	       size - sizeof(*head) == (size_t)head->n_faults * sizeof(struct order_fault) +
					       (size_t)head->n_trials * sizeof(struct order_trial);
}

int order_unpack(const char *bytes, size_t size, struct order *out, struct err *err)
{
	const struct order_head *head = (const void *)bytes;
	const struct order_fault *fault = (const void *)(head + 1);
	const struct order_trial *trial;

	out->lab.trials = NULL;
	if (!is_whole(head, size))
		return err_set(err, EPROTO, "the order of a lab is damaged: %zu bytes", size);
	take_head(head, out);
	for (int i = 0; i < head->n_faults; i++, fault++)
		out->scenario.faults[i] = (struct scenario_fault){
			fault_table[fault->fault], fault->opt, fault->at_ns, fault->for_ns };
	trial = (const void *)fault;
	out->lab.trials = calloc((size_t)head->n_trials + 1, sizeof(*out->lab.trials));
	if (!out->lab.trials)
		return err_sys(err, ENOMEM, "%d trials", head->n_trials);
	for (int i = 0; i < head->n_trials; i++, trial++) {
		out->lab.trials[i].method = method_table[trial->method];
		out->lab.trials[i].offset_ns = trial->offset_ns;
		memcpy(out->lab.trials[i].options, trial->options, sizeof(trial->options));
	}
	return 0;
}

void order_free(struct order *order)
{
	free(order->lab.trials);
	order->lab.trials = NULL;
}
