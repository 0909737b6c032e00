/* SPDX-License-Identifier: MIT */
#ifndef CLI_WORK_H
#define CLI_WORK_H

#include "cli/cli.h"
#include "cli/engines.h"
#include "cli/shard.h"
#include "plan/plan.h"

/* What `run` and `plan` share: their arguments, and everything up to the plan. Nothing is started
 * and no file is written before work_plan() has succeeded. */

#define WORK_SCENARIOS "scenarios" /* when no scenario is named */

enum { WORK_JOBS_MAX = 512 };

#define WORK_OPTIONS                                                                            \
	{ "method", "METHOD[:opt=val,…]",                                                       \
	  "watch with this method instead of the scenario's own; may be repeated", 'm', true }, \
	{ "engine", "ENGINE", "auto (default), virtual or native", 'e', false },                \
	{ "phases", "N",                                                                        \
	  "try each method with the fault at N points of its period (default 1)", 'n', \
	  false },                                                                              \
	{ "phase", "K",                                                                         \
	  "of these N, only the one that tables and records of the whole run call phase K", 0,  \
	  false },                                                                              \
	{ "link", "NAME=VALUE,…",                                                               \
	  "the wire's steady state in every scenario, over what its link: says: loss=5%,delay=20ms",  \
	  0, false },                                                                           \
	{ "seed", "N", "everything random comes from it (default 1)", 0, false },               \
	{ "jobs", "N", "labs side by side (default: 8 native, one a core virtual)", 'j', false }, \
	{ "kernel", "SERIES|IMAGE",                                                             \
	  "virtual: run on this kernel, Debian's newest of a series (6.1, 6.12, 7) or an image " \
	  "(a path); may be repeated", 0, true },                                               \
	{ "modules", "DIR", "virtual: where the modules of an image are", 0, false },           \
	{ "longest", "DURATION",                                                                \
	  "native: skip scenarios that watch for longer (default 1m)", 0, false },              \
	{ "output", "FILE",                                                                     \
	  "where the records go, - for standard output (default: a new file in results/runs, "  \
	  "if there is a results folder)", 'o', false },                                        \
	{ "pcap", "DIR",                                                                        \
	  "capture each lab's packets into DIR/SCENARIO.pcapng, with notes of what happened when", \
	  0, false },                                                                           \
	{ "shard", "I/N",                                                                       \
	  "run share I of N of the plan (deadpeer merge joins them); auto or auto/N takes I from " \
	  "the array or CI service that started it", 0, false },                                \
	{ "resume", NULL,                                                                       \
	  "go on where the run that left -o FILE was ended; labs that are in it stay", 0,        \
	  false },                                                                              \
	{ "json", NULL, "the table as JSON", 0, false }

/* What lays methods out as a grid of tunings (plan/grid.h). */
#define VARY_OPTIONS                                                                            \
	{ "vary", "METHOD.OPTION=A,B,…",                                                        \
	  "watch with every combination of these values; may be repeated", 0, true },           \
	{ "sample", "N", "with N of the combinations, drawn from the seed", 0, false }

enum { WORK_LAB_TRIALS = 500 }; /* connections in a lab of a grid: cli/vary.c */

struct work {
	const char *engine_name;
	const struct engine *engine;
	struct err passed; /* -e auto: why not the engine it would rather take; or "" */
	int jobs;
	int64_t longest_ns; /* --longest */
	struct shard shard;
	int n_kernels;
	bool images; /* one of them is a path */
	const char **kernels;
	int n_methods;
	struct scenario_method *methods;
	char link[SCENARIO_LINK_MAX]; /* --link, or what --goal says of the wire; "" neither */
	int n_scenarios;
	struct scenario **scenarios;
	struct plan plan;
};

/* @prepare: the engine is also made ready to run, which may fetch a kernel the first time. 0, or
 * the exit status after the error has been told. Free in any case. */
int work_plan(const struct given *args, bool prepare, struct work *work);
void work_free(struct work *work);

/* The timeline of a lab's faults, a line each. */
void work_put_faults(const struct plan_lab *lab, const struct style *style);

/* "expect": the range, "never", or null where theory has no answer. */
void work_json_window(const struct window *w, struct emit *emit);

/* A method by the first @n bytes of @name. -EINVAL, with the nearest one that there is. */
int work_find_method(const char *name, size_t n, const struct method **method, struct err *err);

/* Replaces the methods by the tunings that --vary and --sample ask for. -EINVAL and a sentence. */
int vary_methods(const struct given *args, uint64_t seed, struct work *work, struct err *err);

/* The wire that --link or --goal asks for, as text; "" for none. -EINVAL and a sentence. */
int vary_link(const struct given *args, char *link, size_t size, struct err *err);

/* "keepalive:idle=1s,cnt=2". -EINVAL and a sentence. */
int work_method(const char *text, struct scenario_method *method, struct err *err);

#endif
