/* SPDX-License-Identifier: MIT */
#ifndef TRIAL_PINS_H
#define TRIAL_PINS_H

#include "lab/lab.h"
#include "netns/ns.h"
#include "record/record.h"
#include "theory/situation.h"

/*
 * Pin the world, then record it: the TCP sysctls that predictions depend on are set to Linux's own
 * defaults in every lab before the scenario's, and read back by netns/sysctl.h.
 */
void pins_apply(struct lab_config *config);
void pins_record(struct record_run *run);

/* What the observer's namespace is really set to. */
int pins_read(struct netns *observer, struct kernel_params *kernel, struct err *err);

#endif
