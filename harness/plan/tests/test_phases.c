/* SPDX-License-Identifier: MIT */
/* Which phases a plan has: all of them, but for those that could only repeat the first. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "plan/plan.h"

enum { PHASES = 4 };

static void make(const char *path, struct plan_config config, struct scenario **scenario,
		 struct plan *plan)
{
	struct err err = { "" };

	*scenario = calloc(1, sizeof(**scenario));
	cr_assert_eq(scenario_load(path, *scenario, &err), 0, "%s", err.text);
	config.seed = 1;
	config.phases = PHASES;
	config.kernel = kernel_params_default(250);
	cr_assert_eq(plan_make(scenario, 1, &config, plan, &err), 0, "%s", err.text);
}

static void done(struct scenario *scenario, struct plan *plan)
{
	plan_free(plan);
	free(scenario->bytes);
	free(scenario);
}

static int phases_of(const struct plan_lab *lab, const char *method)
{
	int n = 0;

	for (int i = 0; i < lab->n_trials; i++)
		n += strcmp(lab->trials[i].method->name, method) == 0;
	return n;
}

/* What is left is what the whole plan has, where and when the whole plan has it. */
Test(phases, without_noise_what_has_no_period_is_tried_once)
{
	struct scenario *a, *b;
	struct plan whole, plan;
	int found = 0;

	make("scenarios/cable/cable-pull-far.yaml", (struct plan_config){ .noiseless = false }, &a,
	     &whole);
	make("scenarios/cable/cable-pull-far.yaml", (struct plan_config){ .noiseless = true }, &b,
	     &plan);
	cr_expect_eq(phases_of(&whole.labs[0], "recv"), PHASES);
	cr_expect_eq(phases_of(&plan.labs[0], "recv"), 1);
	cr_expect_eq(phases_of(&plan.labs[0], "keepalive"), PHASES);
	cr_expect_eq(plan.labs[0].span_ns, whole.labs[0].span_ns);
	for (int i = 0; i < whole.labs[0].n_trials && found < plan.labs[0].n_trials; i++) {
		const struct plan_trial *t = &plan.labs[0].trials[found];
		const struct plan_trial *same = &whole.labs[0].trials[i];

		if (same->id != t->id)
			continue;
		cr_expect_eq(t->phase_ns, same->phase_ns);
		cr_expect_eq(t->offset_ns, same->offset_ns);
		cr_expect_eq(t->index, found);
		found++;
	}
	cr_expect_eq(found, plan.labs[0].n_trials);
	done(a, &whole);
	done(b, &plan);
}

Test(phases, where_packets_are_drawn_by_lot_each_phase_is_another_draw)
{
	struct scenario *scenario;
	struct plan plan;

	make("scenarios/network/network-loss.yaml", (struct plan_config){ .noiseless = true },
	     &scenario, &plan);
	cr_expect_eq(plan.labs[0].n_trials, plan.labs[0].n_methods * PHASES);
	done(scenario, &plan);
}

Test(phases, one_that_no_method_has_leaves_no_lab)
{
	struct scenario *scenario;
	struct plan_config config = { .noiseless = true, .only_phase = 2, .n_methods = 1 };
	struct scenario_method recv = { .method = method_find("recv") };
	struct plan plan;

	config.methods = &recv;
	make("scenarios/cable/cable-pull-far.yaml", config, &scenario, &plan);
	cr_expect_eq(plan.n_labs, 0);
	done(scenario, &plan);
}
