/* SPDX-License-Identifier: MIT */
#ifndef TRIAL_CLAIM_H
#define TRIAL_CLAIM_H

#include "record/record.h"
#include "scenario/scenario.h"

/*
 * Measures a finished record against what the scenario's claim predicts of its method: fills in
 * r->claim, or leaves it empty where the claim says nothing of the method, or where the trial says
 * nothing (skipped, invalid, in error).
 */
void claim_judge(const struct scenario_claim *claim, const struct method *method,
		 struct record_trial *r);

#endif
