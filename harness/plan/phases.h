/* SPDX-License-Identifier: MIT */
#ifndef PLAN_PHASES_H
#define PLAN_PHASES_H

#include "scenario/scenario.h"

/* Whether a method's trial in another phase can differ from that in the first, for a method of which
 * one phase is as good as another (@any_phase) or not; @noiseless as in struct plan_config. */
bool phases_differ(const struct scenario *scenario, bool any_phase, bool noiseless);

#endif
