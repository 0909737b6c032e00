/* SPDX-License-Identifier: MIT */
/* What goes into a guest and comes out of it: nothing that matters may be lost on the way. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "trial/findings.h"
#include "trial/order.h"
#include "trial/trial.h"

static struct order got;

static void compare_timeline(const struct scenario *a, const struct scenario *b)
{
	cr_assert_eq(a->n_faults, b->n_faults);
	for (int i = 0; i < a->n_faults; i++) {
		cr_assert_eq(a->faults[i].fault, b->faults[i].fault);
		cr_assert_eq(memcmp(&a->faults[i].opt, &b->faults[i].opt, sizeof(a->faults[i].opt)), 0);
		cr_assert_eq(a->faults[i].at_ns, b->faults[i].at_ns);
		cr_assert_eq(a->faults[i].for_ns, b->faults[i].for_ns);
	}
	cr_assert_eq(a->n_sysctl, b->n_sysctl);
	for (int i = 0; i < a->n_sysctl; i++) {
		cr_assert_str_eq(a->sysctl[i].name, b->sysctl[i].name);
		cr_assert_str_eq(a->sysctl[i].value, b->sysctl[i].value);
	}
}

static void compare_scenario(const struct scenario *a, const struct scenario *b)
{
	cr_assert_str_eq(a->name, b->name);
	cr_assert_str_eq(a->about, b->about);
	cr_assert_eq(a->observer, b->observer);
	cr_assert_eq(a->traffic, b->traffic);
	cr_assert_eq(a->message_size, b->message_size);
	cr_assert_eq(a->wire, b->wire);
	cr_assert_eq(a->ip, b->ip);
	cr_assert_eq(a->has_link, b->has_link);
	cr_assert_eq(memcmp(&a->link, &b->link, sizeof(a->link)), 0);
	cr_assert_eq(a->horizon_ns, b->horizon_ns);
	compare_timeline(a, b);
}

static void compare_effect(const struct effect *a, const struct effect *b)
{
	cr_assert_eq(a->kind, b->kind);
	cr_assert_eq(a->where, b->where);
	cr_assert_eq(a->times, b->times);
	cr_assert_eq(a->for_ns, b->for_ns);
	cr_assert_eq(a->forget_ns, b->forget_ns);
	cr_assert_eq(a->silent_ns, b->silent_ns);
	cr_assert_eq(a->larger, b->larger);
}

static void compare(const struct plan_lab *a, const struct plan_lab *b)
{
	compare_scenario(a->scenario, b->scenario);
	compare_effect(&a->effect, &b->effect);
	cr_assert_eq(a->principal, b->principal);
	cr_assert_eq(a->span_ns, b->span_ns);
	cr_assert_eq(a->seed, b->seed);
	cr_assert_eq(a->n_trials, b->n_trials);
	for (int i = 0; i < a->n_trials; i++) {
		cr_assert_eq(a->trials[i].method, b->trials[i].method);
		cr_assert_str_eq(a->trials[i].options, b->trials[i].options);
		cr_assert_eq(a->trials[i].offset_ns, b->trials[i].offset_ns);
	}
	cr_assert_eq(trial_needs(a), trial_needs(b));
	cr_assert_eq(trial_longest_ns(a), trial_longest_ns(b));
}

/* There and back. */
static void order_one(const struct plan_lab *lab)
{
	struct err err = { "" };
	size_t size;
	char *bytes = order_pack(lab, lab->seed % 2, &size);

	cr_assert(bytes);
	cr_assert_eq(order_unpack(bytes, size, &got, &err), 0, "%s", err.text);
	compare(lab, &got.lab);
	cr_assert_eq(got.capture, lab->seed % 2);
	order_free(&got);
	for (size_t n = 0; n < size; n += 97) {
		cr_assert_eq(order_unpack(bytes, n, &got, &err), -EPROTO);
		order_free(&got);
	}
	free(bytes);
}

Test(order, every_lab_of_the_catalogue_arrives_whole)
{
	struct plan_config config = { .seed = 7, .phases = 3, .kernel = kernel_params_default(250),
				      .noiseless = true };
	char *paths[] = { (char *)"scenarios" };
	struct scenario **scenarios;
	struct err err = { "" };
	struct plan plan;
	int n;

	cr_assert_eq(scenario_load_all(paths, 1, &scenarios, &n, &err), 0, "%s", err.text);
	cr_assert_eq(plan_make(scenarios, n, &config, &plan, &err), 0, "%s", err.text);
	cr_assert_gt(plan.n_labs, 200);
	for (int i = 0; i < plan.n_labs; i++)
		order_one(&plan.labs[i]);
	plan_free(&plan);
	scenario_free(scenarios, n);
}

static struct findings some_findings(void)
{
	struct findings f = { .ret = -EBADE, .err = { "it did not happen" }, .stall_ns = 7,
			      .before_ns = 8, .after_ns = 9, .horizon_ns = 10, .n_conns = 3,
			      .kernel = { .hz = 250, .tcp_retries2 = 15 } };

	f.facts.fact[FACT_NETEM].ok = true;
	f.conns = calloc(3, sizeof(*f.conns));
	cr_assert(f.conns);
	f.conns[0].armed_ns = 11;
	f.conns[2].spared = true;
	strcpy(f.conns[2].report.text, "the last");
	for (int i = 0; i < 5; i++) {
		cr_assert_eq(alarms_begin(&f.conns[1].alarms, INT64_C(100) * i), 0);
		alarms_end(&f.conns[1].alarms, INT64_C(100) * i + 50);
	}
	cr_assert_eq(alarms_begin(&f.conns[2].alarms, 1000), 0);
	return f;
}

Test(findings, arrive_whole)
{
	struct findings f = some_findings(), out;
	size_t size;
	char *bytes = findings_pack(&f, &size);

	cr_assert_eq(findings_unpack(bytes, size, &out), 0);
	cr_assert_eq(out.ret, -EBADE);
	cr_assert_str_eq(out.err.text, "it did not happen");
	cr_assert(out.facts.fact[FACT_NETEM].ok && !out.facts.fact[FACT_NAT].ok);
	cr_assert_eq(out.kernel.tcp_retries2, 15);
	cr_assert_eq(out.stall_ns + out.before_ns + out.after_ns + out.horizon_ns, 34);
	cr_assert_eq(out.n_conns, 3);
	cr_assert_eq(out.conns[0].armed_ns, 11);
	cr_assert_eq(out.conns[0].alarms.n, 0);
	cr_assert_eq(out.conns[1].alarms.n, 5);
	cr_assert_eq(out.conns[1].alarms.alarm[4].to_ns, 450);
	cr_assert(alarms_stand(&out.conns[2].alarms) && out.conns[2].spared);
	cr_assert_str_eq(out.conns[2].report.text, "the last");
	cr_assert_eq(alarms_begin(&out.conns[0].alarms, 1), 0, "they can be added to");
	findings_free(&out);
	findings_free(&f);
	free(bytes);
}

Test(findings, no_part_is_taken_for_the_whole)
{
	struct findings f = some_findings(), out;
	size_t size;
	char *bytes = findings_pack(&f, &size);

	for (size_t n = 0; n < size; n++) {
		char *part = malloc(n + 1); /* so that a sanitizer sees what is read beyond it */

		cr_assert(part);
		memcpy(part, bytes, n);
		cr_assert_eq(findings_unpack(part, n, &out), -EPROTO, "%zu of %zu bytes", n, size);
		findings_free(&out);
		free(part);
	}
	bytes = realloc(bytes, size + 1);
	cr_assert_eq(findings_unpack(bytes, size + 1, &out), -EPROTO);
	findings_free(&out);
	findings_free(&f);
	free(bytes);
}
