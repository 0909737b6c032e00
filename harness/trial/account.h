/* SPDX-License-Identifier: MIT */
#ifndef TRIAL_ACCOUNT_H
#define TRIAL_ACCOUNT_H

#include "plan/plan.h"
#include "record/record.h"
#include "trial/findings.h"

/* What the record of a trial says. */

/* What is known before it is run; an error until something better is said. */
void account_describe(const struct plan_lab *lab, const struct plan_trial *t,
		      struct record_trial *r);

/* It has no result, and why. */
void account_spoil(struct record_trial *r, enum outcome outcome, enum verdict verdict,
		   const char *why);

/*
 * What was seen on one connection, what theory says of it with the distance from arming to the
 * fault that was measured, and the verdict. A connection that was begun when the fault was there
 * already (traffic `connecting`) met it at its beginning: that moment is the fault's, on this
 * connection.
 */
void account_conclude(const struct plan_lab *lab, const struct findings *f,
		      const struct watch_conn *conn, const struct plan_trial *t,
		      struct record_trial *r);

#endif
