/* SPDX-License-Identifier: MIT */
#ifndef PLAN_PHASES_H
#define PLAN_PHASES_H

#include "scenario/scenario.h"

/* Whether a method's trial in another phase can differ from that in the first. @timeless: the method
 * does nothing by a schedule of its own; @noiseless as in struct plan_config. */
bool phases_differ(const struct scenario *scenario, bool timeless, bool noiseless);

#endif
