/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_POOL_H
#define ENGINE_POOL_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/engine.h"

/*
 * What both engines share: the labs of a plan side by side, at most `jobs` at a time, their records
 * handed on in the order of the plan, and a way out on SIGINT and SIGTERM that keeps what is
 * finished. An engine says how one lab is started, watched and stopped.
 */
struct pool_ops {
	/* Starts lab @i. A failure ends the run. */
	int (*start)(void *arg, int i, struct err *err);

	/* A descriptor that is readable when lab @i wants pump() to be called. */
	int (*fd)(const void *arg, int i);

	/* Does what can be done at once. True: the lab is over and its records are there. */
	bool (*pump)(void *arg, int i);

	/* Optional: CLOCK_MONOTONIC at which overdue() is called for a lab still running. */
	int64_t (*guard_ns)(const void *arg, int i);
	void (*overdue)(void *arg, int i);

	/* Hands the records of lab @i to the sink, and frees them. */
	void (*emit)(void *arg, int i);

	/* Ends a running lab at once, and frees what it holds. */
	void (*abort)(void *arg, int i);
};

/* 0 when every lab was run; -EINTR and a sentence when a signal came; else start()'s error. */
int pool_run(const struct pool_ops *ops, void *arg, const struct plan *plan, int jobs,
	     const struct engine_sink *sink, struct err *err);

#endif
