/* SPDX-License-Identifier: MIT */
/* Which phases a plan has: all of them, but for those that could only repeat the first. */
#include <criterion/criterion.h>
#include <stdio.h>
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

static int trials_of(const char *path, bool noiseless, int *n_methods)
{
	struct scenario *scenario;
	struct plan plan;
	int n;

	make(path, (struct plan_config){ .noiseless = noiseless }, &scenario, &plan);
	n = plan.labs[0].n_trials;
	*n_methods = plan.labs[0].n_methods;
	done(scenario, &plan);
	return n;
}

Test(phases, where_packets_are_drawn_by_lot_each_phase_is_another_draw)
{
	static const char *const lots[] = { "network/network-loss", "network/network-corrupt",
					    "network/network-duplicate-ipv6",
					    "network/network-jitter-reorder", "flow/loss-burst",
					    "network/network-loss-cut",
					    "mistakes/mistakes-loss-keepalive" };

	for (size_t i = 0; i < sizeof(lots) / sizeof(lots[0]); i++) {
		char path[128];
		int n_methods, n;

		snprintf(path, sizeof(path), "scenarios/%s.yaml", lots[i]);
		n = trials_of(path, true, &n_methods);
		cr_expect_eq(n, n_methods * PHASES, "%s: %d", path, n);
	}
}

Test(phases, a_wire_that_treats_all_packets_alike_draws_no_lots)
{
	static const char *const alike[] = { "network/network-delay", "network/network-rate",
					     "network/network-blackhole", "flow/delay-spike-long" };

	for (size_t i = 0; i < sizeof(alike) / sizeof(alike[0]); i++) {
		struct scenario *scenario;
		struct plan plan;
		char path[128];

		snprintf(path, sizeof(path), "scenarios/%s.yaml", alike[i]);
		make(path, (struct plan_config){ .noiseless = true }, &scenario, &plan);
		cr_expect_eq(phases_of(&plan.labs[0], "recv"), 1, "%s", path);
		cr_expect_gt(phases_of(&plan.labs[0], "heartbeat"), 1, "%s", path);
		done(scenario, &plan);
	}
}

Test(phases, where_nothing_falls_each_method_has_one)
{
	int n_methods, n = trials_of("scenarios/control/control-idle.yaml", true, &n_methods);

	cr_expect_eq(n, n_methods);
	n = trials_of("scenarios/control/control-idle.yaml", false, &n_methods);
	cr_expect_eq(n, n_methods * PHASES);
}

/* A router that forgets what is idle does something, however little happens. */
Test(phases, a_router_that_forgets_in_time_has_phases)
{
	int n_methods, n = trials_of("scenarios/nat/nat-idle-keepalive.yaml", true, &n_methods);

	cr_expect_gt(n, n_methods);
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
