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
	int64_t longest_ns; /* real time: labs that watch for longer are skipped; 0: none is */
	const char *pcap; /* a folder for a pcapng file of each lab; NULL: nothing is captured */

	/* The virtual engine: each kernel runs the whole plan in turn. A path (it has a slash) is an
	 * image; anything else a series of Debian's ("6.1", "6.12", "7"). None: the default. */
	int n_kernels;
	const char *const *kernels;
	const char *modules; /* for images; NULL: where packages put them */
};

/* What a run line says of this kernel; the rest of it empty. */
void engine_world(struct record_run *run);

/* The run line of this kernel, now. */
void engine_describe(const struct plan *plan, const struct engine_config *config,
		     const char *engine, struct record_run *run);

/* Runs all labs. 0 when every lab ran (whatever the verdicts); -EPERM, -EINTR, … and a sentence
 * when the engine could not go on; records given so far stay given. */
int engine_native(const struct plan *plan, const struct engine_config *config,
		  const struct engine_sink *sink, struct err *err);

/*
 * In a guest, which ends with its lab: what can be done before it is known which, once for all copies of
 * the machine; and then the lab that standard input orders (trial/order.h). What was found goes to
 * standard output (engine/parcel.h).
 */
int engine_guest_prepare(struct err *err);
int engine_guest(struct err *err);

/* 0, or what is missing for the virtual engine here. */
int engine_virtual_available(struct err *why);

/* Makes sure that there is a kernel to run by default: fetches one the first time. */
int engine_virtual_prepare(struct err *why);
int engine_virtual(const struct plan *plan, const struct engine_config *config,
		   const struct engine_sink *sink, struct err *err);

/* What the binary is called (argv[0]) when a guest is made ready: cli/guest.c. */
#define ENGINE_GUEST "deadpeer-guest"

#endif
