/* SPDX-License-Identifier: MIT */
#ifndef NETNS_NETEM_H
#define NETNS_NETEM_H

#include <stdbool.h>
#include <stdint.h>

#include "netns/err.h"
#include "netns/ns.h"

/*
 * The netem qdisc (tc-netem(8), net/sched/sch_netem.c) as the root of a device: it acts on what
 * the device sends. Probabilities are parts per million and survive the kernel's 32-bit scale
 * exactly; times are nanoseconds, passed as such (LATENCY64, JITTER64: Linux 4.15).
 */
struct netem {
	int64_t delay_ns;
	int64_t jitter_ns;
	int64_t delay_corr_ppm;
	int64_t loss_ppm;
	int64_t loss_corr_ppm;
	/* Gilbert and Elliott's model instead of loss_ppm, where burst_enter_ppm is not 0: the chances
	 * that a packet turns a good path bad, a bad one good, and is lost on a bad, on a good one. */
	int64_t burst_enter_ppm, burst_leave_ppm, burst_bad_ppm, burst_good_ppm;
	int64_t duplicate_ppm;
	int64_t duplicate_corr_ppm;
	int64_t reorder_ppm; /* needs a delay: a reordered packet is one that is sent at once */
	int64_t reorder_corr_ppm;
	int64_t gap; /* packets; 0 with reorder_ppm means 1; alone: every gap-th packet overtakes */
	int64_t corrupt_ppm;
	int64_t corrupt_corr_ppm;
	int64_t rate_bps; /* bits per second, 0: no limit; the kernel holds whole bytes */
	int64_t limit;    /* packets in the queue; 0: 1000, the usual default */
	/* TCA_NETEM_PRNG_SEED, Linux 6.6: one seed, one sequence of losses. An older kernel ignores
	 * it and draws its own; FACT_NETEM_SEED tells. With a correlation above zero the first draw
	 * of each sequence is the kernel's own random number whatever the seed (init_crandom()). */
	uint64_t seed;
	bool has_seed;
};

struct qdisc_stats {
	uint64_t packets, bytes; /* that left the qdisc */
	uint64_t drops, overlimits;
	uint64_t qlen; /* packets in the queue now */
};

struct nl_msg;
struct nlattr;

/*
 * Replaces the root qdisc of @dev; every parameter that is zero in @n is zero in the kernel. On a
 * device that has a netem already, its parameters change in place and its queue stays.
 * -EINVAL: a value or combination that netem cannot do. -EOPNOTSUPP: this kernel has no sch_netem.
 */
int netem_set(struct netns *ns, const char *dev, const struct netem *n, struct err *err);

/* What the kernel really holds, and its counters. @n and @st may be NULL. has_seed is set where
 * the kernel tells its seed, given or drawn. -ENOENT: the root qdisc of @dev is no netem. */
int netem_get(struct netns *ns, const char *dev, struct netem *n, struct qdisc_stats *st,
	      struct err *err);

/* Back to the device's default. What is in the queue is lost. -ENOENT: there is no netem. */
int netem_del(struct netns *ns, const char *dev, struct err *err);

/* The two halves that know the format of TCA_OPTIONS; no kernel needed. netem_encode() checks,
 * -EINVAL, and appends to @msg; netem_decode() reads the attribute. */
int netem_encode(struct nl_msg *msg, const struct netem *n, struct err *err);
int netem_decode(const struct nlattr *options, struct netem *n, struct err *err);

#endif
