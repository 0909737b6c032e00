/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "method/heartbeat.h"
#include "plan/deal.h"
#include "plan/grid.h"
#include "plan/plan.h"

struct made {
	struct grid grid;
	struct scenario_method *tunings;
	int n, refused;
	struct err why, err;
};

static void add(struct made *m, const char *method, const char *option, const char *values)
{
	cr_assert_eq(grid_add(&m->grid, method_find(method), option, values, &m->err), 0, "%s",
		     m->err.text);
}

static void lay_out(struct made *m, const struct scenario_method *bases, int n, int64_t sample,
		    uint64_t seed)
{
	cr_assert_eq(grid_tunings(&m->grid, bases, n, sample, seed, &m->tunings, &m->n, &m->refused,
				  &m->why, &m->err), 0, "%s", m->err.text);
}

static char *text(const struct scenario_method *t, char *buf, size_t size)
{
	size_t n = (size_t)snprintf(buf, size, "%s:", t->method->name);

	opt_format(t->method->options, &t->opt, buf + n, size - n);
	return buf;
}

static void is(const struct made *m, int i, const char *what)
{
	char buf[320];

	cr_assert_lt(i, m->n);
	cr_expect_str_eq(text(&m->tunings[i], buf, sizeof(buf)), what);
}

static void done(struct made *m)
{
	grid_free(&m->grid);
	free(m->tunings);
}

Test(grid, the_last_axis_turns_fastest_and_methods_do_not_multiply)
{
	struct made m = { 0 };

	add(&m, "keepalive", "idle", "5s,10s");
	add(&m, "tcp_info", "poll", "1s,2s");
	add(&m, "keepalive", "cnt", "2,3,5");
	lay_out(&m, NULL, 0, 0, 1);
	cr_assert_eq(m.n, 2 * 3 + 2);
	is(&m, 0, "keepalive:idle=5s,cnt=2");
	is(&m, 1, "keepalive:idle=5s,cnt=3");
	is(&m, 5, "keepalive:idle=10s,cnt=5");
	is(&m, 6, "tcp_info:poll=1s");
	is(&m, 7, "tcp_info:poll=2s");
	done(&m);
}

Test(grid, bases_give_what_is_not_varied)
{
	struct scenario_method bases[2] = { { .method = method_find("keepalive") },
					    { .method = method_find("recv") } };
	struct made m = { 0 };

	opt_defaults(bases[0].method->options, &bases[0].opt);
	opt_defaults(bases[1].method->options, &bases[1].opt);
	cr_assert_eq(opt_set(bases[0].method->options, &bases[0].opt, "intvl", "3s", &m.err), 0);
	add(&m, "keepalive", "cnt", "2,3");
	lay_out(&m, bases, 2, 0, 1);
	cr_assert_eq(m.n, 3);
	is(&m, 0, "keepalive:intvl=3s,cnt=2");
	is(&m, 1, "keepalive:intvl=3s,cnt=3");
	is(&m, 2, "recv:");
	grid_free(&m.grid);
	free(m.tunings);

	m.tunings = NULL;
	add(&m, "keepalive", "intvl", "1s,2s");
	cr_assert_lt(grid_tunings(&m.grid, bases, 2, 0, 1, &m.tunings, &m.n, &m.refused, &m.why,
				  &m.err), 0);
	cr_expect_str_eq(m.err.text, "keepalive.intvl is varied, and -m sets it; do one of the two");
	grid_free(&m.grid);
}

/* Index of each tuning drawn, in a grid of @n values of one axis. */
static int sample(int n, int64_t wanted, uint64_t seed, int *drawn)
{
	struct made m = { 0 };
	char values[512] = "";
	int got;

	for (int i = 1; i <= n; i++)
		snprintf(values + strlen(values), sizeof(values) - strlen(values), "%s%d",
			 i > 1 ? "," : "", i);
	add(&m, "keepalive", "cnt", values);
	lay_out(&m, NULL, 0, wanted, seed);
	got = m.n;
	for (int i = 0; i < got; i++) {
		char buf[320];

		drawn[i] = atoi(strrchr(text(&m.tunings[i], buf, sizeof(buf)), '=') + 1) - 1;
	}
	done(&m);
	return got;
}

Test(grid, a_sample_has_its_size_no_repetition_and_comes_from_the_seed)
{
	int a[50], b[50], same = 0;

	for (uint64_t seed = 1; seed <= 50; seed++) {
		cr_assert_eq(sample(50, 7, seed, a), 7);
		for (int i = 1; i < 7; i++)
			cr_assert_lt(a[i - 1], a[i]);
		cr_assert_eq(sample(50, 7, seed, b), 7);
		cr_assert_eq(memcmp(a, b, 7 * sizeof(*a)), 0);
		sample(50, 7, seed + 1, b);
		same += memcmp(a, b, 7 * sizeof(*a)) == 0;
	}
	cr_assert_eq(same, 0);
	cr_assert_eq(sample(50, 60, 1, a), 50);
}

Test(grid, every_tuning_is_drawn_equally_often)
{
	enum { N = 10, K = 3, SEEDS = 4000 };
	int count[N] = { 0 }, drawn[N];
	double chi2 = 0, mean = (double)SEEDS * K / N;

	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		sample(N, K, seed, drawn);
		for (int i = 0; i < K; i++)
			count[drawn[i]]++;
	}
	for (int i = 0; i < N; i++)
		chi2 += (count[i] - mean) * (count[i] - mean) / mean;
	/* 9 degrees of freedom: 27.9 is the 0.1 % point; drawing without repetition makes it smaller. */
	cr_assert_lt(chi2, 27.9);
}

static void refused(const char *method, const char *option, const char *values, const char *because)
{
	struct grid grid = { 0 };
	struct err err = { "" };

	cr_expect_lt(grid_add(&grid, method_find(method), option, values, &err), 0, "%s", values);
	cr_expect(strstr(err.text, because), "%s", err.text);
	grid_free(&grid);
}

Test(grid, what_a_method_does_not_take_is_refused)
{
	refused("keepalive", "idel", "5s", "did you mean idle");
	refused("keepalive", "idle", "5s,,6s", "a value is missing");
	refused("keepalive", "idle", "", "a value is missing");
	refused("keepalive", "idle", "5s,x", "keepalive.idle");
	refused("keepalive", "idle", "5", "unit");
	refused("keepalive", "idle", "60s,1m", "stands there twice");
	refused("recv", "poll", "1s", "unknown option");
}

Test(grid, sizes_are_bounded)
{
	struct made m = { 0 };
	char values[8000] = "1s";

	for (int i = 2; i <= 900; i++)
		snprintf(values + strlen(values), sizeof(values) - strlen(values), ",%ds", i);
	add(&m, "keepalive", "idle", values);
	add(&m, "keepalive", "intvl", values);
	cr_assert_lt(grid_tunings(&m.grid, NULL, 0, 0, 1, &m.tunings, &m.n, &m.refused, &m.why,
				  &m.err), 0);
	cr_expect(strstr(m.err.text, "--sample"), "%s", m.err.text);
	add(&m, "keepalive", "cnt", "1,2");
	cr_assert_lt(grid_tunings(&m.grid, NULL, 0, 5, 1, &m.tunings, &m.n, &m.refused, &m.why,
				  &m.err), 0);
	cr_expect(strstr(m.err.text, "more than 1000000"), "%s", m.err.text);
	grid_free(&m.grid);
	cr_assert_lt(grid_tunings(&m.grid, NULL, 0, 0, 1, &m.tunings, &m.n, &m.refused, &m.why,
				  &m.err), 0);
	cr_expect(strstr(m.err.text, "empty"), "%s", m.err.text);
}

static const struct plan_trial *trial_of(const struct plan_lab *lab, uint64_t id)
{
	for (int i = 0; i < lab->n_trials; i++) {
		if (lab->trials[i].id == id)
			return &lab->trials[i];
	}
	return NULL;
}

/* The methods of a plan in parts: each once in every scenario, in all phases, with the ids and in
 * the order that they have in a plan of one lab. */
Test(grid, a_plan_in_parts_has_the_same_trials)
{
	struct scenario *two[2] = { calloc(1, sizeof(**two)), calloc(1, sizeof(**two)) };
	struct plan_config config = { .seed = 1, .phases = 4, .kernel = kernel_params_default(250) };
	struct plan whole, parts;
	struct made m = { 0 };
	int found = 0;

	cr_assert_eq(scenario_load("scenarios/control/control-idle.yaml", two[0], &m.err), 0);
	cr_assert_eq(scenario_load("scenarios/cable/cable-pull-far.yaml", two[1], &m.err), 0);
	add(&m, "keepalive", "idle", "1s,2s,3s,4s,5s,6s,7s");
	lay_out(&m, NULL, 0, 0, 1);
	config.methods = m.tunings;
	config.n_methods = m.n;
	cr_assert_eq(plan_make(two, 2, &config, &whole, &m.err), 0);
	config.lab_trials = 13; /* three methods, in four phases each */
	cr_assert_eq(plan_make(two, 2, &config, &parts, &m.err), 0);
	cr_assert_eq(whole.n_labs, 2);
	cr_assert_eq(parts.n_labs, 2 * 3);
	for (int l = 0; l < parts.n_labs; l++) {
		const struct plan_lab *lab = &parts.labs[l], *of = &whole.labs[l % 2];
		const struct plan_trial *before = NULL;

		cr_assert_eq(lab->scenario, of->scenario);
		cr_assert_leq(lab->n_trials, 13);
		cr_assert_eq(lab->n_trials, lab->n_methods * 4);
		for (int t = 0; t < lab->n_trials; t++, found++) {
			const struct plan_trial *same = trial_of(of, lab->trials[t].id);

			cr_assert_eq(lab->trials[t].index, found);
			cr_assert_not_null(same);
			cr_assert_str_eq(lab->trials[t].options, same->options);
			cr_assert_eq(lab->trials[t].phase_ns, same->phase_ns);
			cr_assert(t % 4 == 0 || same == before + 1);
			cr_assert(t == 0 || same > before);
			before = same;
		}
	}
	cr_assert_eq(found, 2 * 7 * 4);
	plan_free(&whole);
	plan_free(&parts);
	free(two[0]->bytes);
	free(two[1]->bytes);
	free(two[0]);
	free(two[1]);
	done(&m);
}

/* A part must not get all of what a program has to do every second. */
Test(grid, the_parts_of_a_plan_have_about_as_much_to_do)
{
	const struct kernel_params kernel = kernel_params_default(250);
	static const struct scenario sc;
	struct made m = { 0 };
	struct deal deal;

	add(&m, "keepalive", "idle", "10s,20s,30s,40s,50s,1m,70s,80s,90s");
	add(&m, "heartbeat", "misses", "1,2,3");
	add(&m, "heartbeat", "period", "1s,10s,20s");
	lay_out(&m, NULL, 0, 0, 1);
	cr_assert_eq(deal_make(m.tunings, m.n, 3, &sc, &kernel, &deal, &m.err), 0);
	cr_assert_eq(deal.first[3], 18);
	for (int part = 0; part < 3; part++) {
		int64_t beats = 0;
		int keepalives = 0;

		for (int i = deal.first[part]; i < deal.first[part + 1]; i++) {
			const struct scenario_method *t = &deal.methods[i];

			keepalives += t->method == &method_keepalive;
			if (t->method == &method_heartbeat)
				beats += 60 * NS_PER_S / t->opt.v[HEARTBEAT_PERIOD];
		}
		cr_expect_eq(deal.first[part + 1] - deal.first[part], 6);
		cr_expect_eq(keepalives, 3);
		cr_expect_eq(beats, 60 + 6 + 3, "part %d: %lld beats a minute", part, (long long)beats);
	}
	free(deal.methods);
	deal_free(&deal);
	done(&m);
}
