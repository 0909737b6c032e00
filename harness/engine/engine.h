/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include <stdbool.h>

#include "plan/plan.h"
#include "record/record.h"

/*
 * An engine runs a plan's labs on some kernel and hands back records. Nothing above it knows which
 * kernel that was. Records come in the order of the plan, whatever -j says.
 */

struct engine_sink {
	void *arg;
	/* The run line, before any trial. */
	void (*run)(void *arg, const struct record_run *run);
	void (*trial)(void *arg, const struct record_trial *trial);
	/* Optional: labs finished and running, for progress on a terminal. */
	void (*progress)(void *arg, int done, int total, const char *running);
};

struct engine_config {
	int jobs;
	const char *command; /* for the run line */
	const char *version;
	int64_t align_ns;  /* trial/trial.h; 0 in real time */
	int64_t longest_ns; /* real time: labs that watch for longer are skipped; 0: none is */
	/* A folder for a pcapng file of each lab; "-": as lines on standard output,
	 * from a guest; NULL: nothing is captured. */
	const char *pcap;
	bool watch_stalls; /* real time: allow for what the machine itself was late */

	/* The virtual engine: each kernel runs the whole plan in turn. A path (it has a slash) is an
	 * image; anything else a series of Debian's ("6.1", "6.12", "7"). None: the default. */
	int n_kernels;
	const char *const *kernels;
	const char *modules; /* for images; NULL: where packages put them */
};

/* The run line of this kernel, now. */
void engine_describe(const struct plan *plan, const struct engine_config *config,
		     const char *engine, struct record_run *run);

/* Runs all labs. 0 when every lab ran (whatever the verdicts); -EPERM, -EINTR, … and a sentence
 * when the engine could not go on; records given so far stay given. */
int engine_native(const struct plan *plan, const struct engine_config *config,
		  const struct engine_sink *sink, struct err *err);

/*
 * What engine_native() finds out about this kernel, the grounds of its labs (lab_prepare()), and a
 * lab's programs (lab_reserve()), in advance. For a guest, in which it has all rights and then runs
 * one lab.
 */
int engine_native_prepare(struct err *err);

/* 0, or what is missing for the virtual engine here. */
int engine_virtual_available(struct err *why);

/* Makes sure that there is a kernel to run by default: fetches one the first time. */
int engine_virtual_prepare(struct err *why);
int engine_virtual(const struct plan *plan, const struct engine_config *config,
		   const struct engine_sink *sink, struct err *err);

/* What the binary is called (argv[0]) when a guest is made ready: cli/guest.c. */
#define ENGINE_GUEST "deadpeer-guest"

#endif
