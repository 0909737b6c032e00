/* SPDX-License-Identifier: MIT */
#ifndef TRIAL_VERDICT_H
#define TRIAL_VERDICT_H

#include <stdbool.h>

#include "record/record.h"
#include "theory/situation.h"
#include "theory/window.h"

/*
 * The outcome says what happened; the verdict, whether theory allows it.
 *
 * A window is pure theory. What the verdict allows beyond it is only the scheduler: VERDICT_SLACK
 * for the way from the kernel's timer to the watching thread's clock_gettime(), a share for every
 * other connection that may be woken in the same tick, and, in real time, the longest stall of the
 * machine that was measured during the trial. One tick is allowed before it: jiffies may be stale
 * by a tick when a timer is armed.
 */
#define VERDICT_SLACK_NS INT64_C(10000000)
#define VERDICT_SLACK_PER_CONN_NS INT64_C(100000)

/* True where the other end, or the way to it, is really gone. */
bool effect_is_deadly(enum effect_kind kind);

/* Decides r->outcome and r->verdict from r's times, its window and @effect. The record must hold
 * armed_ns, the fault's stamps, detect_ns, horizon_ns, stall_ns and the expected window. */
void verdict_decide(struct record_trial *r, enum effect_kind effect, int hz, int n_conns);

/* The window as a record says it. */
void verdict_expect(struct record_trial *r, const struct window *w);

#endif
