/* SPDX-License-Identifier: MIT */
#ifndef TRIAL_FORGOTTEN_H
#define TRIAL_FORGOTTEN_H

#include "plan/plan.h"
#include "trial/findings.h"

/*
 * A router that forgets whom it does not hear (effect.forget_ns): did it forget this connection, and
 * when, as theory says of what the method has pass? The router's own list was looked at, so that
 * neither needs to be believed. Then @s becomes the situation in which that is the fault, or in which
 * nothing happens. -EBADE: it is not proven, and the sentence says what was expected.
 */
int forgotten_proven(const struct plan_lab *lab, const struct findings *f,
		     const struct watch_conn *c, const struct plan_trial *t, struct situation *s,
		     struct err *err);

#endif
