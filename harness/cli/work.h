/* SPDX-License-Identifier: MIT */
#ifndef CLI_WORK_H
#define CLI_WORK_H

#include "cli/cli.h"
#include "cli/engines.h"
#include "plan/plan.h"

/* What `run` and `plan` share: their arguments, and everything up to the plan. Nothing is started
 * and no file is written before work_plan() has succeeded. */

#define WORK_SCENARIOS "scenarios" /* when no scenario is named */

#define WORK_OPTIONS                                                                            \
	{ "method", "METHOD[:opt=val,…]",                                                       \
	  "watch with this method instead of the scenario's own; may be repeated", 'm', true }, \
	{ "engine", "ENGINE", "auto (default), virtual or native", 'e', false },                \
	{ "phases", "N",                                                                        \
	  "try each method N times, with the fault at N points of its period (default 1)", 'n', \
	  false },                                                                              \
	{ "seed", "N", "everything random comes from it (default 1)", 0, false },               \
	{ "jobs", "N", "labs side by side (default: the engine's own, 8 on this kernel)", 'j',  \
	  false },                                                                              \
	{ "output", "FILE",                                                                     \
	  "where the records go, - for standard output (default: a new file in results/runs, "  \
	  "if there is a results folder)", 'o', false },                                        \
	{ "json", NULL, "the table as JSON", 0, false }

struct work {
	const struct engine *engine;
	int jobs;
	int n_methods;
	struct scenario_method *methods;
	int n_scenarios;
	struct scenario **scenarios;
	struct plan plan;
};

/* 0, or the exit status after the error has been told. Free in any case. */
int work_plan(const struct given *args, struct work *work);
void work_free(struct work *work);

/* "keepalive:idle=1s,cnt=2". -EINVAL and a sentence. */
int work_method(const char *text, struct scenario_method *method, struct err *err);

#endif
