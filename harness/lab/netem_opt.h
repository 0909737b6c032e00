/* SPDX-License-Identifier: MIT */
#ifndef LAB_NETEM_OPT_H
#define LAB_NETEM_OPT_H

#include "base/opt.h"
#include "netns/netem.h"
#include "theory/situation.h"

/* The rows of netem's parameters, shared by a scenario's `link:` and by the fault `netem`. */
enum netem_opt {
	NETEM_DELAY, NETEM_JITTER, NETEM_DELAY_CORR,
	NETEM_LOSS, NETEM_LOSS_CORR,
	NETEM_DUPLICATE, NETEM_DUPLICATE_CORR,
	NETEM_REORDER, NETEM_REORDER_CORR, NETEM_GAP,
	NETEM_CORRUPT, NETEM_CORRUPT_CORR,
	NETEM_RATE, NETEM_LIMIT,
	NETEM_OPT_COUNT
};

/* The rows as designated initialisers, so that the fault can append its own after them. */
extern const struct opt netem_rows[];

/* -EINVAL where netem would ignore or refuse the combination (jitter without delay, …). */
int netem_opt_check(const struct opt_values *opt, struct err *err);

void netem_from_opt(const struct opt_values *opt, uint64_t seed, struct netem *netem);
struct impairment impairment_from_opt(const struct opt_values *opt);

#endif
