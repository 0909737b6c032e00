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
 *   what dies     alarm             outcome       verdict
 *   for good      stands, after it  detected      pass, early or late by the window
 *   for good      none stands       missed        missed where one was due, else pass
 *   nothing       none              quiet         missed where one was due, else pass
 *   nothing       one or more       false_alarm   pass, early or late by the window for the first;
 *                                                 false_alarm where theory says never
 *   for good      before it         false_alarm   false_alarm, unless theory has no window: some
 *                 (it stands)                       methods cry wolf by their nature; or pass,
 *                                                   early or late by a window that begins before
 *                                                   the fault (traffic half-closed)
 *
 * A mistake before a death that was taken back leaves the outcome as it is, but spoils a verdict
 * that rests on a window or a never, for both say that there is none.
 *
 * A window is pure theory. What the verdict allows beyond it is only the scheduler: VERDICT_SLACK
 * for the way from the kernel's timer to the watching thread's clock_gettime(), a share for every
 * other connection that may be woken in the same tick, and, in real time, the longest stall of the
 * machine that was measured during the trial: to an alarm, and, in account.c, to the fault's place
 * between two looks. One tick is allowed before it: jiffies may be stale
 * by a tick when a timer is armed.
 */
#define VERDICT_SLACK_NS INT64_C(10000000)
#define VERDICT_SLACK_PER_CONN_NS INT64_C(100000)

/*
 * What a longer stall does is beyond what a verdict can allow: the kernel's own timers run late, so
 * that an acknowledgement is taken for lost, an outage outlasts a patience, and each that follows from
 * it is elsewhere. The shortest such timer is the delayed acknowledgement's (include/net/tcp.h:
 * TCP_DELACK_MIN, 40 ms).
 */
#define VERDICT_STALL_SPOILS_NS INT64_C(40000000)

/* True where the other end, or the way to it, is gone and stays so for @horizon_ns: what comes back
 * within it was never dead, and who says so is mistaken, as foreseen by theory or not. */
bool effect_is_deadly(const struct effect *effect, int64_t horizon_ns);

/* Decides r->outcome and r->verdict from r's times, its mistakes and its window; @deadly: as
 * effect_is_deadly(). The record must hold armed_ns, the fault's stamps, detect_ns, mistakes,
 * horizon_ns, stall_ns and the expected window. */
void verdict_decide(struct record_trial *r, bool deadly, int hz, int n_conns);

/* True where @r did not pass, or was not valid, and the machine stood still for long enough to be the
 * reason: it says nothing of the method, and its lab may be run again. */
bool verdict_may_be_spoilt(const struct record_trial *r);

/* The window as a record says it. */
void verdict_expect(struct record_trial *r, const struct window *w);

#endif
