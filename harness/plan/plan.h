/* SPDX-License-Identifier: MIT */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "scenario/scenario.h"
#include "theory/situation.h"

/*
 * Scenarios x methods x phases x seed -> labs and their trials. Pure: needs no privilege, starts
 * nothing, and gives the same plan for the same arguments.
 *
 * All phases of all methods of a scenario share one lab and one fault. Connection i is made and
 * armed at offset_ns after the lab's time zero; the fault comes at span_ns + at. The distance from
 * arming to the fault is therefore at + phase_ns, with phase_ns = span_ns - offset_ns. A trial that
 * is planned without the other phases keeps its place in the lab's timeline.
 */

struct plan_config {
	uint64_t seed;
	int phases;
	int only_phase;              /* 1..phases: leave the others out; 0: all */
	struct kernel_params kernel; /* for predictions; the trial uses what it reads back */
	int n_methods;               /* -m: replaces the scenario's own list; 0: keep it */
	const struct scenario_method *methods;
	int lab_trials;   /* a lab holds no more connections than that, if it can: its scenario gets
			   * several labs, each with a part of the methods in all phases; 0: one lab */
	bool noiseless;   /* of the host: it makes no trial differ from its like */
	const char *link; /* as in scenario_link(), which has been done: part of a trial's id, and told
			   * to whoever runs the scenario's text; NULL or "": nothing */
};

struct plan_trial {
	const struct method *method;
	struct opt_values opt;
	char options[256]; /* canonical */
	int phase;
	int64_t phase_ns, offset_ns;
	uint64_t seed;
	uint64_t id; /* of what it is: scenario text, method, options, phase, phases, seed */
	int index;   /* among all trials of the plan, whatever plan_shard() and plan_skip() took */
	struct window window; /* predicted at the nominal distance, or as `expect` says */
};

struct plan_lab {
	const struct scenario *scenario;
	struct effect effect;
	int principal;                /* index in scenario->faults */
	bool repeats; /* one fault that comes back: plan/repeats.h */
	char no_theory[ERR_TEXT_MAX]; /* why several faults leave theory without an answer; or "" */
	int64_t span_ns; /* the longest of the methods, or the scenario's spread; 0: one phase */
	uint64_t seed;
	uint64_t id; /* of the scenario's text, the phases and the run's seed */
	int n_methods; /* those of its trials, in their order */
	const struct scenario_method *methods;
	int n_trials;
	struct plan_trial *trials;
};

struct plan {
	struct plan_config config;
	struct scenario_method *methods; /* config.methods, in the order of the labs; may be NULL */
	int n_labs;
	struct plan_lab *labs;
};

int plan_make(struct scenario *const *scenarios, int n_scenarios, const struct plan_config *config,
	      struct plan *plan, struct err *err);
void plan_free(struct plan *plan);

/* Leaves share @i (1..@n) of a plan that @n machines run together: every n-th lab. A lab is one
 * fault and cannot be shared. */
void plan_shard(struct plan *plan, int i, int n);

/* Leaves the first @n labs out: they have been run. */
void plan_skip(struct plan *plan, int n);

/* What is expected of one trial in this situation: as the scenario's author says, else theory. */
void plan_window(const struct plan_lab *lab, const struct plan_trial *trial,
		 const struct situation *s, struct window *window);

/* Tells @steps what theory lets happen in a planned trial, and what it predicts, at the nominal
 * distance, whatever the scenario's author expects. False where the two do not agree. */
bool plan_explain(const struct plan *plan, const struct plan_lab *lab,
		  const struct plan_trial *trial, struct steps *steps, struct window *window);

/* The situation of one trial with the given armed-to-fault distance. */
struct situation plan_situation(const struct plan_lab *lab, const struct kernel_params *kernel,
				int64_t since_armed_lo_ns, int64_t since_armed_hi_ns);

#endif
