/* SPDX-License-Identifier: MIT */
#ifndef TRIAL_TRIAL_H
#define TRIAL_TRIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "netns/facts.h"
#include "plan/plan.h"
#include "record/record.h"
#include "trial/findings.h"

#define TRIAL_SETUP_NS (INT64_C(20) * 1000000000) /* to build a lab */

/*
 * One lab: up, armed, faulted, watched, down; then a verdict for each of its trials. Runs in a
 * process of its own that may create network namespaces (netns/ns.h: netns_privilege), and that
 * ends with the machine where the lab is left standing. The verdicts need none of that.
 */

struct trial_config {
	const struct facts *facts; /* of trial_needs() at least */
	/* Time zero of the lab: at the next multiple of align_ns of CLOCK_MONOTONIC, plus a share of
	 * it drawn from the seed, so that a run in virtual time starts at the same tick whatever came
	 * before; 0: at once. */
	int64_t align_ns;
	int64_t longest_ns; /* a lab that watches for longer is skipped; 0: none is */
	bool watch_stalls; /* measure how late the machine itself is (real time only) */
	struct lab *standing; /* where the lab is left standing, for the machine ends with it; NULL: it
			       * is taken down */
	/* Where set: the lab's packets are captured, and this gets the pcapng file. */
	int (*captured)(const struct plan_lab *lab, void *arg, const char *bytes, size_t size,
			struct err *err);
	void *captured_arg;
};

/* Watches the lab. Free @findings (trial/findings.h) in any case. */
void trial_watch(const struct plan_lab *lab, const struct trial_config *config,
		 struct findings *findings);

/* Fills in every record of @records (lab->n_trials of them) from what was found, whatever it is: an
 * error becomes the outcome of the trials it spoils. Pure. */
void trial_judge(const struct plan_lab *lab, const struct findings *findings,
		 struct record_trial *records);

/* Both. */
void trial_run(const struct plan_lab *lab, const struct trial_config *config,
	       struct record_trial *records);

/* As trial_judge would, for a lab that could not be run at all. */
void trial_fail(const struct plan_lab *lab, const char *why, struct record_trial *records);

/* The facts (FACT_BIT) that decide what of the lab is skipped. What every lab needs (namespaces, veth,
 * a bridge) is not among them: where that is missing, building the lab says so. */
unsigned int trial_needs(const struct plan_lab *lab);

/* Those of the lab without its methods. */
unsigned int trial_lab_needs(const struct plan_lab *lab);

/* Whether trial @i can run where @facts hold, in a lab that may watch for @longest_ns (0: for ever). If
 * not, why it is skipped. Pure. */
bool trial_can_run(const struct plan_lab *lab, int i, const struct facts *facts,
		   int64_t longest_ns, struct err *why);

/* How long a lab takes at most, from its start, in ns: what a guard may allow. */
int64_t trial_longest_ns(const struct plan_lab *lab);

#endif
