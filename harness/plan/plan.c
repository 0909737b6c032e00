/* SPDX-License-Identifier: MIT */
/*
 * The plan: which connections each lab holds, when each is armed, and what theory predicts for it.
 *
 * Phases are stratified: phase p of N lies in [p, p+1) * span / N of the method's own span, at a
 * place drawn from the seed, so that N phases cover the span evenly and no two runs with different
 * seeds test the same instants. A seed depends on the run's seed and on what the trial is (its
 * scenario, method, options and phase), never on its neighbours or its place in the file: a trial
 * planned alone is the trial planned among a thousand. When the fault comes depends on the longest
 * span of the lab's methods, not on what was drawn. Phases that could only repeat the first are left
 * out (plan/phases.c).
 *
 * Methods that are too many for one lab are parted (plan/deal.h): first come the labs of the first
 * part, one for each scenario, then those of the second, so that a plan cut short leaves whole
 * tunings.
 */
#include "plan/plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/hash.h"
#include "lab/netem_opt.h"
#include "method/attempt.h"
#include "method/forgets.h"
#include "method/half_closed.h"
#include "plan/deal.h"
#include "plan/phases.h"
#include "plan/repeats.h"
#include "theory/scene.h"
#include "theory/steps.h"

struct situation plan_situation(const struct plan_lab *lab, const struct kernel_params *kernel,
				int64_t since_armed_lo_ns, int64_t since_armed_hi_ns)
{
	const struct scenario *sc = lab->scenario;
	struct situation s = {
		.kernel = *kernel,
		.observer = sc->observer,
		.traffic = sc->traffic,
		.size = sc->message_size,
		.ipv6 = sc->ip == AF_INET6,
		.routed = sc->wire != WIRE_SWITCH,
		.connections = lab->n_trials,
		.effect = lab->effect,
		.horizon_ns = sc->horizon_ns,
		.attempts_ns = lab->span_ns,
	};

	if (sc->has_link)
		s.path = impairment_from_opt(&sc->link);
	situation_begin(&s, since_armed_lo_ns, since_armed_hi_ns);
	return s;
}

static const struct window *authors_window(const struct scenario *sc, const struct method *method)
{
	for (int i = 0; i < sc->n_expect; i++) {
		if (sc->expect[i].method == method)
			return &sc->expect[i].window;
	}
	return NULL;
}

static void theorys_window(const struct plan_lab *lab, const struct plan_trial *trial,
			   const struct situation *s, struct window *window)
{
	if (lab->no_theory[0])
		window_none(window, "%s", lab->no_theory);
	else if (lab->repeats)
		repeats_window(lab->scenario, lab->principal, trial, s, window);
	else
		method_window(trial->method, &trial->opt, s, window);
}

void plan_window(const struct plan_lab *lab, const struct plan_trial *trial,
		 const struct situation *s, struct window *window)
{
	const struct window *author = authors_window(lab->scenario, trial->method);

	if (author)
		*window = *author;
	else
		theorys_window(lab, trial, s, window);
}

/* The scenario's sysctls that predictions depend on. */
static void apply_sysctls(const struct scenario *sc, struct kernel_params *k)
{
	const struct {
		const char *name;
		int *value;
	} known[] = {
		{ "net.ipv4.tcp_keepalive_time", &k->keepalive_time_s },
		{ "net.ipv4.tcp_keepalive_intvl", &k->keepalive_intvl_s },
		{ "net.ipv4.tcp_keepalive_probes", &k->keepalive_probes },
		{ "net.ipv4.tcp_retries2", &k->tcp_retries2 },
		{ "net.ipv4.tcp_syn_retries", &k->syn_retries },
		{ "net.ipv4.tcp_syn_linear_timeouts", &k->syn_linear },
	};

	for (int i = 0; i < sc->n_sysctl; i++) {
		for (size_t j = 0; j < sizeof(known) / sizeof(known[0]); j++) {
			if (!strcmp(sc->sysctl[i].name, known[j].name))
				*known[j].value = atoi(sc->sysctl[i].value);
		}
	}
}

/* In traffic `connecting` the fault at 0 stands before the first attempt is begun. */
static int64_t nominal_distance_ns(const struct plan_lab *lab, const struct plan_trial *t)
{
	const struct scenario *sc = lab->scenario;
	int64_t at_ns = sc->faults[lab->principal].at_ns;

	if (sc->traffic == TRAFFIC_CONNECTING && !at_ns)
		return t->phase_ns - lab->span_ns;
	return at_ns + t->phase_ns;
}

static void predict(const struct plan_config *config, const struct plan_lab *lab,
		    struct plan_trial *t)
{
	struct kernel_params kernel = config->kernel;
	int64_t distance = nominal_distance_ns(lab, t);
	struct situation s;

	apply_sysctls(lab->scenario, &kernel);
	s = plan_situation(lab, &kernel, distance, distance);
	plan_window(lab, t, &s, &t->window);
}

/* One trial's place in the plan: all but its window. False: it would repeat another. */
static bool plan_one(const struct plan_config *config, struct plan_lab *lab,
		     const struct scenario_method *m, int phase, struct plan_trial *t)
{
	struct kernel_params kernel = config->kernel;
	struct situation s;
	int64_t span;
	uint64_t seed;

	apply_sysctls(lab->scenario, &kernel);
	s = plan_situation(lab, &kernel, 0, 0);
	span = lab->scenario->spread_ns ? lab->scenario->spread_ns
					: method_period_ns(m->method, &m->opt, &s);
	t->method = m->method;
	t->opt = m->opt;
	opt_format(m->method->options, &m->opt, t->options, sizeof(t->options));
	t->phase = phase;
	seed = hash_text(hash_text(lab->seed, m->method->name), t->options);
	t->seed = hash_mix(seed, (uint64_t)phase) >> 1; /* JSON readers take 63 bits */
	t->id = hash_text(lab->id, m->method->name);
	t->id = hash_mix(hash_text(t->id, t->options), (uint64_t)phase);
	t->phase_ns = 0;
	if (config->phases > 1 && span >= config->phases) {
		int64_t stratum = span / config->phases;

		t->phase_ns = phase * stratum + hash_below(t->seed, stratum);
		if (span > lab->span_ns)
			lab->span_ns = span;
	}
	return phase == 0 || phases_differ(lab->scenario, span < config->phases, config->noiseless);
}

bool plan_explain(const struct plan *plan, const struct plan_lab *lab,
		  const struct plan_trial *trial, struct steps *steps, struct window *window)
{
	struct kernel_params kernel = plan->config.kernel;
	int64_t distance = nominal_distance_ns(lab, trial);
	struct situation s;

	apply_sysctls(lab->scenario, &kernel);
	s = plan_situation(lab, &kernel, distance, distance);
	s.steps = steps;
	steps->n = 0;
	if (s.effect.forget_ns && !lab->no_theory[0] &&
	    !forgets_situation(trial->method, &trial->opt, &s, &s, window)) {
		scene_steps(&s);
		return steps_finish(steps, window);
	}
	scene_steps(&s);
	theorys_window(lab, trial, &s, window);
	return steps_finish(steps, window);
}

static int plan_lab_make(const struct plan_config *config, struct plan_lab *lab, struct err *err)
{
	const struct scenario_method *methods = lab->methods;
	const struct scenario *sc = lab->scenario;
	int n = lab->n_methods;
	struct err why = { "" };

	lab->seed = hash_text(hash_mix(config->seed, HASH_START), sc->name);
	lab->id = hash_mix(hash_memory(lab->seed, sc->bytes, sc->bytes ? sc->size : 0),
			   (uint64_t)config->phases);
	if (config->link && config->link[0])
		lab->id = hash_text(lab->id, config->link);
	lab->repeats = scenario_effect(sc, &lab->effect, &lab->principal, &why) < 0 &&
		       scenario_repeats(sc);
	if (why.text[0] && !lab->repeats)
		memcpy(lab->no_theory, why.text, sizeof(lab->no_theory));
	lab->trials = calloc((size_t)n * (size_t)config->phases, sizeof(*lab->trials));
	if (!lab->trials)
		return err_sys(err, ENOMEM, "the plan of %s", sc->name);
	for (int i = 0; i < n * config->phases; i++) {
		int phase = i % config->phases;

		if (plan_one(config, lab, &methods[i / config->phases], phase,
			     &lab->trials[lab->n_trials]) &&
		    (!config->only_phase || phase == config->only_phase - 1))
			lab->n_trials++;
	}
	for (int i = 0; i < lab->n_trials; i++) {
		lab->trials[i].offset_ns = lab->span_ns - lab->trials[i].phase_ns;
		predict(config, lab, &lab->trials[i]);
	}
	return 0;
}

/* In how many labs each scenario is run. */
static int lab_parts(const struct plan_config *config)
{
	int each = config->lab_trials / config->phases;

	if (!config->lab_trials || !config->n_methods)
		return 1;
	if (each < 1)
		each = 1;
	if (each > SCENARIO_METHODS)
		each = SCENARIO_METHODS;
	return (config->n_methods + each - 1) / each;
}

static int make_labs(struct scenario *const *scenarios, int n_scenarios, int parts,
		     const struct deal *deal, struct plan *plan, struct err *err)
{
	int n_trials = 0;

	plan->labs = calloc((size_t)n_scenarios * (size_t)parts + 1, sizeof(*plan->labs));
	if (!plan->labs)
		return err_sys(err, ENOMEM, "the plan");
	for (int i = 0; i < n_scenarios * parts; i++) {
		struct plan_lab *lab = &plan->labs[plan->n_labs++];
		int part = i / n_scenarios, ret;

		lab->scenario = scenarios[i % n_scenarios];
		if (deal->methods) {
			lab->methods = deal->methods + deal->first[part];
			lab->n_methods = deal->first[part + 1] - deal->first[part];
		} else {
			lab->methods = lab->scenario->methods;
			lab->n_methods = lab->scenario->n_methods;
		}
		ret = plan_lab_make(&plan->config, lab, err);
		if (ret < 0)
			return ret;
		for (int t = 0; t < lab->n_trials; t++)
			lab->trials[t].index = n_trials++;
		if (!lab->n_trials) {
			free(lab->trials);
			plan->labs[--plan->n_labs] = (struct plan_lab){ 0 };
		}
	}
	return 0;
}

int plan_make(struct scenario *const *scenarios, int n_scenarios, const struct plan_config *config,
	      struct plan *plan, struct err *err)
{
	struct deal deal = { 0 };
	int parts = lab_parts(config), ret = 0;

	*plan = (struct plan){ .config = *config };
	if (config->n_methods && n_scenarios)
		ret = deal_make(config->methods, config->n_methods, parts, scenarios[0],
				&config->kernel, &deal, err);
	plan->methods = deal.methods;
	if (!ret)
		ret = make_labs(scenarios, n_scenarios, parts, &deal, plan, err);
	deal_free(&deal);
	if (ret)
		plan_free(plan);
	return ret;
}

/* Keeps the labs first, first + step, … */
static void keep_labs(struct plan *plan, int first, int step)
{
	int n = 0;

	for (int i = 0; i < plan->n_labs; i++) {
		if (i >= first && (i - first) % step == 0)
			plan->labs[n++] = plan->labs[i];
		else
			free(plan->labs[i].trials);
	}
	plan->n_labs = n;
}

void plan_shard(struct plan *plan, int i, int n)
{
	keep_labs(plan, i - 1, n);
}

void plan_skip(struct plan *plan, int n)
{
	keep_labs(plan, n, 1);
}

void plan_free(struct plan *plan)
{
	for (int i = 0; i < plan->n_labs; i++)
		free(plan->labs[i].trials);
	free(plan->labs);
	free(plan->methods);
	*plan = (struct plan){ 0 };
}
