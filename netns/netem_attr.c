/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <string.h>

#include "netns/netem.h"
#include "netns/rtnl.h"

/*
 * TCA_OPTIONS of netem: struct tc_netem_qopt, then attributes (netem_change() and netem_dump() in
 * net/sched/sch_netem.c). The kernel leaves a parameter as it is when its attribute is missing, so
 * every one is always sent; except TCA_NETEM_REORDER for a gap alone, where its absence means
 * 100 %. libnl knows neither 64-bit times nor rate nor seed, hence raw attributes.
 */

/* In <linux/pkt_sched.h> since Linux 6.6. */
enum { NETEM_PRNG_SEED = 14, NETEM_ATTR_MAX = 14 };

enum { NETEM_LIMIT_DEFAULT = 1000, NETEM_TICK_NS = 64 }; /* PSCHED_SHIFT 6, net/pkt_sched.h */

#define PPM INT64_C(1000000)

static uint32_t from_ppm(int64_t ppm)
{
	return (uint32_t)((ppm * UINT32_MAX + PPM / 2) / PPM);
}

static int64_t to_ppm(uint32_t scaled)
{
	return (scaled * PPM + UINT32_MAX / 2) / UINT32_MAX;
}

/* The old 32-bit field of a time, for a kernel that does not know the 64-bit one. */
static uint32_t ticks(int64_t ns)
{
	return ns / NETEM_TICK_NS > UINT32_MAX ? UINT32_MAX : (uint32_t)(ns / NETEM_TICK_NS);
}

struct field {
	const char *name;
	size_t offset;
	int64_t max;
};

#define FIELD(member, max) { #member, offsetof(struct netem, member), max }

static const struct field fields[] = {
	FIELD(delay_ns, INT64_MAX),
	FIELD(jitter_ns, INT64_MAX),
	FIELD(delay_corr_ppm, PPM),
	FIELD(loss_ppm, PPM),
	FIELD(loss_corr_ppm, PPM),
	FIELD(burst_enter_ppm, PPM),
	FIELD(burst_leave_ppm, PPM),
	FIELD(burst_bad_ppm, PPM),
	FIELD(burst_good_ppm, PPM),
	FIELD(duplicate_ppm, PPM),
	FIELD(duplicate_corr_ppm, PPM),
	FIELD(reorder_ppm, PPM),
	FIELD(reorder_corr_ppm, PPM),
	FIELD(gap, UINT32_MAX),
	FIELD(corrupt_ppm, PPM),
	FIELD(corrupt_corr_ppm, PPM),
	FIELD(rate_bps, INT64_MAX),
	FIELD(limit, UINT32_MAX),
};

static int check(const struct netem *n, struct err *err)
{
	size_t i;

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		int64_t value;

		memcpy(&value, (const char *)n + fields[i].offset, sizeof(value));
		if (value < 0 || value > fields[i].max)
			return err_set(err, EINVAL, "netem: %s %lld is out of range, 0 to %lld",
				       fields[i].name, (long long)value,
				       (long long)fields[i].max);
	}
	if ((n->reorder_ppm || n->gap) && !n->delay_ns)
		return err_set(err, EINVAL, "netem: reordering needs a delay");
	if (n->rate_bps && n->rate_bps < 8)
		return err_set(err, EINVAL, "netem: a rate is at least 8 bits per second");
	return 0;
}

static int put_rate(struct nl_msg *msg, uint64_t bytes)
{
	const struct tc_netem_rate rate = {
		.rate = bytes > UINT32_MAX ? UINT32_MAX : (uint32_t)bytes,
	};

	if (bytes > UINT32_MAX && nla_put_u64(msg, TCA_NETEM_RATE64, bytes))
		return -1;
	return nla_put(msg, TCA_NETEM_RATE, sizeof(rate), &rate);
}

/* The kernel takes `h`, the packets that a bad path lets through, not the 1 - h of tc(8). */
static int put_bursts(struct nl_msg *msg, const struct netem *n)
{
	const struct tc_netem_gemodel model = {
		.p = from_ppm(n->burst_enter_ppm),
		.r = from_ppm(n->burst_leave_ppm),
		.h = from_ppm(PPM - n->burst_bad_ppm),
		.k1 = from_ppm(n->burst_good_ppm),
	};
	struct nlattr *loss;

	if (!n->burst_enter_ppm)
		return 0;
	loss = nla_nest_start(msg, TCA_NETEM_LOSS | NLA_F_NESTED);
	if (!loss || nla_put(msg, NETEM_LOSS_GE, sizeof(model), &model))
		return -1;
	nla_nest_end(msg, loss);
	return 0;
}

static int put_attributes(struct nl_msg *msg, const struct netem *n)
{
	const struct tc_netem_corr corr = {
		.delay_corr = from_ppm(n->delay_corr_ppm),
		.loss_corr = from_ppm(n->loss_corr_ppm),
		.dup_corr = from_ppm(n->duplicate_corr_ppm),
	};
	const struct tc_netem_reorder reorder = {
		.probability = from_ppm(n->reorder_ppm),
		.correlation = from_ppm(n->reorder_corr_ppm),
	};
	const struct tc_netem_corrupt corrupt = {
		.probability = from_ppm(n->corrupt_ppm),
		.correlation = from_ppm(n->corrupt_corr_ppm),
	};
	const bool gap_alone = n->gap && !n->reorder_ppm;

	if (nla_put(msg, TCA_NETEM_CORR, sizeof(corr), &corr) ||
	    (!gap_alone && nla_put(msg, TCA_NETEM_REORDER, sizeof(reorder), &reorder)) ||
	    nla_put(msg, TCA_NETEM_CORRUPT, sizeof(corrupt), &corrupt) ||
	    nla_put_s64(msg, TCA_NETEM_LATENCY64, n->delay_ns) ||
	    nla_put_s64(msg, TCA_NETEM_JITTER64, n->jitter_ns) ||
	    put_bursts(msg, n) || put_rate(msg, (uint64_t)n->rate_bps / 8))
		return -1;
	return n->has_seed ? nla_put_u64(msg, NETEM_PRNG_SEED, n->seed) : 0;
}

int netem_encode(struct nl_msg *msg, const struct netem *n, struct err *err)
{
	struct tc_netem_qopt qopt;
	struct nlattr *options;
	int ret;

	ret = check(n, err);
	if (ret)
		return ret;
	qopt = (struct tc_netem_qopt){
		.latency = ticks(n->delay_ns),
		.limit = n->limit ? (uint32_t)n->limit : NETEM_LIMIT_DEFAULT,
		.loss = from_ppm(n->loss_ppm),
		.gap = n->reorder_ppm && !n->gap ? 1 : (uint32_t)n->gap,
		.duplicate = from_ppm(n->duplicate_ppm),
		.jitter = ticks(n->jitter_ns),
	};
	options = nla_nest_start(msg, TCA_OPTIONS);
	if (!options || nlmsg_append(msg, &qopt, sizeof(qopt), NLMSG_ALIGNTO) ||
	    put_attributes(msg, n))
		return err_sys(err, ENOMEM, "netem");
	nla_nest_end(msg, options);
	return 0;
}

static void take_probabilities(struct nlattr **tb, struct netem *n)
{
	struct tc_netem_corr corr = { 0 };
	struct tc_netem_reorder reorder = { 0 };
	struct tc_netem_corrupt corrupt = { 0 };

	nla_memcpy(&corr, tb[TCA_NETEM_CORR], sizeof(corr));
	nla_memcpy(&reorder, tb[TCA_NETEM_REORDER], sizeof(reorder));
	nla_memcpy(&corrupt, tb[TCA_NETEM_CORRUPT], sizeof(corrupt));
	n->delay_corr_ppm = to_ppm(corr.delay_corr);
	n->loss_corr_ppm = to_ppm(corr.loss_corr);
	n->duplicate_corr_ppm = to_ppm(corr.dup_corr);
	n->reorder_ppm = to_ppm(reorder.probability);
	n->reorder_corr_ppm = to_ppm(reorder.correlation);
	n->corrupt_ppm = to_ppm(corrupt.probability);
	n->corrupt_corr_ppm = to_ppm(corrupt.correlation);
}

static void take_bursts(struct nlattr **tb, struct netem *n)
{
	struct nlattr *loss[NETEM_LOSS_MAX + 1];
	struct tc_netem_gemodel model;

	if (!tb[TCA_NETEM_LOSS] ||
	    nla_parse_nested(loss, NETEM_LOSS_MAX, tb[TCA_NETEM_LOSS], NULL) < 0 ||
	    !loss[NETEM_LOSS_GE])
		return;
	nla_memcpy(&model, loss[NETEM_LOSS_GE], sizeof(model));
	n->burst_enter_ppm = to_ppm(model.p);
	n->burst_leave_ppm = to_ppm(model.r);
	n->burst_bad_ppm = PPM - to_ppm(model.h);
	n->burst_good_ppm = to_ppm(model.k1);
}

static void take_wide(struct nlattr **tb, struct netem *n)
{
	struct tc_netem_rate rate = { 0 };
	uint64_t bytes;

	if (tb[TCA_NETEM_LATENCY64])
		n->delay_ns = nla_get_s64(tb[TCA_NETEM_LATENCY64]);
	if (tb[TCA_NETEM_JITTER64])
		n->jitter_ns = nla_get_s64(tb[TCA_NETEM_JITTER64]);
	nla_memcpy(&rate, tb[TCA_NETEM_RATE], sizeof(rate));
	bytes = tb[TCA_NETEM_RATE64] ? nla_get_u64(tb[TCA_NETEM_RATE64]) : rate.rate;
	n->rate_bps = (int64_t)(bytes * 8);
	n->has_seed = tb[NETEM_PRNG_SEED];
	if (n->has_seed)
		n->seed = nla_get_u64(tb[NETEM_PRNG_SEED]);
}

int netem_decode(const struct nlattr *options, struct netem *n, struct err *err)
{
	const size_t head = NLMSG_ALIGN(sizeof(struct tc_netem_qopt));
	struct nlattr *tb[NETEM_ATTR_MAX + 1];
	struct tc_netem_qopt qopt;

	if (!options || (size_t)nla_len(options) < head ||
	    nla_parse(tb, NETEM_ATTR_MAX, (struct nlattr *)((char *)nla_data(options) + head),
		      nla_len(options) - (int)head, NULL) < 0)
		return err_set(err, EPROTO, "netem: cannot read the kernel's answer");
	memcpy(&qopt, nla_data(options), sizeof(qopt));
	*n = (struct netem){
		.delay_ns = (int64_t)qopt.latency * NETEM_TICK_NS,
		.jitter_ns = (int64_t)qopt.jitter * NETEM_TICK_NS,
		.loss_ppm = to_ppm(qopt.loss),
		.duplicate_ppm = to_ppm(qopt.duplicate),
		.gap = qopt.gap,
		.limit = qopt.limit,
	};
	take_probabilities(tb, n);
	take_bursts(tb, n);
	take_wide(tb, n);
	return 0;
}
