/* SPDX-License-Identifier: MIT */
/* What theory tells of the way and what it predicts are one computation: for every method in every
 * scenario of the repository. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan/plan.h"
#include "theory/steps.h"

enum { METHODS_MAX = 64, PHASES = 2 };

static char *everywhere[] = { (char *)"scenarios" };

static int every_method(struct scenario_method *methods)
{
	int n = 0;

	for (; method_table[n] && n < METHODS_MAX; n++) {
		methods[n].method = method_table[n];
		opt_defaults(method_table[n]->options, &methods[n].opt);
	}
	return n;
}

static void same(const struct window *a, const struct window *b, const char *of)
{
	char one[64], two[64];

	cr_expect(a->kind == b->kind && a->lo_ns == b->lo_ns && a->hi_ns == b->hi_ns,
		  "%s: planned %s, explained %s", of, window_format(a, one, sizeof(one)),
		  window_format(b, two, sizeof(two)));
}

static void check_trial(const struct plan *plan, const struct plan_lab *lab,
			const struct plan_trial *t, struct steps *steps)
{
	struct window w, planned;

	char of[512], text[64];
	bool agrees = plan_explain(plan, lab, t, steps, &w);
	const struct step *last = &steps->step[steps->n - 1];

	snprintf(of, sizeof(of), "%s %s %s HZ %d", lab->scenario->name, t->method->name, t->options,
		 plan->config.kernel.hz);
	planned = t->window;
	if (!lab->scenario->n_expect)
		same(&planned, &w, of);
	cr_expect(agrees, "%s: %s is not what the steps end with", of,
		  window_format(&w, text, sizeof(text)));
	for (int i = 0; i < steps->n; i++) {
		const struct step *step = &steps->step[i];

		cr_expect(step->lo_ns <= step->hi_ns && step->what[0], "%s: %s", of, step->what);
		cr_expect(i == steps->n - 1 || !step->ends, "%s: %s", of, step->what);
	}
	cr_expect_eq(last->ends, w.kind == WINDOW_SOME, "%s", of);
	if (last->ends)
		cr_expect(last->lo_ns == w.lo_ns && last->hi_ns == w.hi_ns, "%s: %s", of, last->what);
}

static void check_all(const struct scenario_method *methods, int n_methods, int hz)
{
	struct plan_config config = {
		.seed = 1,
		.phases = PHASES,
		.kernel = kernel_params_default(hz),
		.methods = methods,
		.n_methods = n_methods,
	};
	struct steps *steps = malloc(sizeof(*steps));
	struct scenario **scenarios;
	struct plan plan;
	struct err err;
	int n;

	cr_assert_not_null(steps);
	cr_assert_eq(scenario_load_all(everywhere, 1, &scenarios, &n, &err), 0, "%s", err.text);
	cr_assert_eq(plan_make(scenarios, n, &config, &plan, &err), 0, "%s", err.text);
	for (int l = 0; l < plan.n_labs; l++) {
		for (int i = 0; i < plan.labs[l].n_trials; i++)
			check_trial(&plan, &plan.labs[l], &plan.labs[l].trials[i], steps);
	}
	plan_free(&plan);
	scenario_free(scenarios, n);
	free(steps);
}

Test(explain, every_step_of_the_catalogue_leads_to_the_window)
{
	check_all(NULL, 0, 250);
}

Test(explain, so_it_does_for_every_method_everywhere)
{
	struct scenario_method methods[METHODS_MAX];

	check_all(methods, every_method(methods), 250);
}

Test(explain, and_at_other_tick_rates)
{
	check_all(NULL, 0, 1000);
	check_all(NULL, 0, 100);
}
