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

/*
 * The rows as designated initialisers, so that the fault can append its own after them. None has
 * a default: what is left out is zero, that is, not impaired. Limits are the kernel's
 * (net/sched/sch_netem.c): jitter is cut off at INT_MAX ns, the rate is held in bytes per second.
 */
#define NETEM_OPT_ROWS                                                                             \
	[NETEM_DELAY] = {"delay", OPT_DURATION, NULL, 0, 0, NULL,                                  \
			 "added to each packet, one way"},                                         \
	[NETEM_JITTER] = {"jitter", OPT_DURATION, NULL, 0, 2000000000, NULL,                       \
			  "the delay varies by plus or minus this; packets may overtake"},         \
	[NETEM_DELAY_CORR] = {"delay_corr", OPT_PERCENT, NULL, 0, 1000000, NULL,                   \
			      "how much one packet's delay depends on the last one's"},            \
	[NETEM_LOSS] = {"loss", OPT_PERCENT, NULL, 0, 1000000, NULL, "packets lost"},              \
	[NETEM_LOSS_CORR] = {"loss_corr", OPT_PERCENT, NULL, 0, 1000000, NULL,                     \
			     "how much one loss depends on the last packet's"},                    \
	[NETEM_DUPLICATE] = {"duplicate", OPT_PERCENT, NULL, 0, 1000000, NULL,                     \
			     "packets sent twice"},                                                \
	[NETEM_DUPLICATE_CORR] = {"duplicate_corr", OPT_PERCENT, NULL, 0, 1000000, NULL,           \
				  "how much one duplicate depends on the last packet's"},          \
	[NETEM_REORDER] = {"reorder", OPT_PERCENT, NULL, 0, 1000000, NULL,                         \
			   "packets sent at once, past those that are delayed"},                   \
	[NETEM_REORDER_CORR] = {"reorder_corr", OPT_PERCENT, NULL, 0, 1000000, NULL,               \
				"how much one reordering depends on the last packet's"},           \
	[NETEM_GAP] = {"gap", OPT_COUNT, NULL, 1, 1000000, NULL,                                   \
		       "packets between two that may be reordered"},                               \
	[NETEM_CORRUPT] = {"corrupt", OPT_PERCENT, NULL, 0, 1000000, NULL,                         \
			   "packets with one bit flipped"},                                        \
	[NETEM_CORRUPT_CORR] = {"corrupt_corr", OPT_PERCENT, NULL, 0, 1000000, NULL,               \
				"how much one corruption depends on the last packet's"},           \
	[NETEM_RATE] = {"rate", OPT_RATE, NULL, 8, 0, NULL, "the most that leaves, per second"},   \
	[NETEM_LIMIT] = {"limit", OPT_COUNT, NULL, 1, 1000000, NULL,                               \
			 "packets that wait at most; more are dropped; left out: 1000"}

extern const struct opt netem_rows[];

/* -EINVAL where netem would ignore or refuse the combination (jitter without delay, nothing at
 * all, …). Reads the netem rows only. */
int netem_opt_check(const struct opt_values *opt, struct err *err);

/* The seed is always passed on; a kernel before 6.6 ignores it (FACT_NETEM_SEED). */
void netem_from_opt(const struct opt_values *opt, uint64_t seed, struct netem *netem);
struct impairment impairment_from_opt(const struct opt_values *opt);

#endif
