/* SPDX-License-Identifier: MIT */
#ifndef TRIAL_WATCH_H
#define TRIAL_WATCH_H

#include <stdbool.h>

#include "fault/fault.h"
#include "lab/lab.h"
#include "plan/plan.h"
#include "trial/findings.h"

/*
 * The middle of a trial: the lab is up and its programs are ready. From time zero to the horizon:
 * connections are armed, the timeline's faults happen and are proven, alarms are collected, and at
 * last every connection reports what it cost.
 */

struct watch_state {
	struct lab *lab;
	const struct plan_lab *plan;
	int n_conns;
	struct watch_conn *conns;
	int64_t zero_ns;    /* the lab's time zero */
	int64_t base_ns;    /* the timeline's time zero: zero + span */
	int64_t horizon_ns; /* absolute, once the principal fault happened */
	bool deadly;        /* what the principal fault kills stays dead up to the horizon */
	bool stamping;      /* EVENT_FAULTs now are the principal fault's */
	struct fault_act acts[SCENARIO_FAULTS];
};

/* Runs the state to its end. 0; or a negative errno and why every trial of the lab is invalid
 * (a fault not proven: -EBADE) or in error. */
int watch_run(struct watch_state *w, struct err *err);

/* Waits for what either program says next, and keeps what it says of a connection. 1: *ev is filled in
 * and taken; 0: the deadline passed. */
int watch_next(struct watch_state *w, int64_t deadline_ns, struct event *ev, struct err *err);

#endif
