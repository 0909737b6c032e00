/* SPDX-License-Identifier: MIT */
/*
 * Large packets vanish and nobody is told, small ones pass: the path's MTU is smaller than its ends
 * believe, and the ICMP that would say so is filtered (RFC 2923). The switch drops what is longer
 * than `over` on the way out of its ports.
 *
 * `size:` makes the traffic's messages large. A segment is what TCP hands to its device: several at
 * once where the device cuts them (GSO); such a bundle is dropped as one.
 */
#include <errno.h>
#include <stddef.h>

#include "base/clock.h"
#include "fault/fault.h"
#include "fault/proof.h"
#include "netns/drop.h"

enum { MTU_OVER, MTU_DIRECTION };

static const struct opt mtu_options[] = {
	[MTU_OVER] = {"over", OPT_BYTES, "1400B", 256, 1499, NULL,
		      "IP packets longer than this vanish"},
	[MTU_DIRECTION] = {"direction", OPT_WORD, "both", 0, DIRECTION_TO_OBSERVER, direction_words,
			   "which packets"},
	{.name = NULL},
};

static struct effect mtu_effect(const struct opt_values *opt)
{
	return (struct effect){
		.kind = EFFECT_SILENCE,
		.where = WHERE_WIRE,
		.tcp_only = true,
		.larger = (int)opt->v[MTU_OVER],
		.lose_out = direction_has(opt->v[MTU_DIRECTION], true),
		.lose_in = direction_has(opt->v[MTU_DIRECTION], false),
	};
}

static const char *port_of(bool to_peer)
{
	return lab_port(to_peer ? PLACE_PEER : PLACE_OBSERVER);
}

static int mtu_inject(struct lab *lab, struct fault_act *act, struct err *err)
{
	struct netns *wire = lab->ns[PLACE_WIRE];
	int ret = 0;

	for (int way = 0; way < 2 && !ret; way++) {
		if (direction_has(act->opt.v[MTU_DIRECTION], way == 0))
			ret = drop_prepare(wire, port_of(way == 0), err);
	}
	act->before_ns = clock_now_ns();
	for (int way = 0; way < 2 && !ret; way++) {
		if (direction_has(act->opt.v[MTU_DIRECTION], way == 0))
			ret = drop_set_longer(wire, port_of(way == 0), DROP_EGRESS,
					      (int)act->opt.v[MTU_OVER], err);
	}
	act->after_ns = clock_now_ns();
	return ret;
}

/* Small frames pass, and a large packet moves the counter. */
static int prove_way(struct lab *lab, bool to_peer, int64_t deadline_ns, struct err *err)
{
	struct netns *wire = lab->ns[PLACE_WIRE];
	uint64_t before, after;
	int ret = drop_count(wire, port_of(to_peer), &before, err);

	after = before;
	while (!ret && after == before && clock_now_ns() < deadline_ns) {
		ret = proof_large(lab, to_peer ? PLACE_OBSERVER : PLACE_PEER, err);
		if (!ret)
			ret = proof_open(lab, to_peer, deadline_ns, err);
		if (!ret)
			ret = drop_count(wire, port_of(to_peer), &after, err);
	}
	if (!ret && after == before)
		ret = err_set(err, ENODATA,
			      "expected %s to drop a large packet, and its counter stayed at %llu",
			      port_of(to_peer), (unsigned long long)before);
	return ret;
}

static int mtu_prove(struct lab *lab, struct fault_act *act, int64_t deadline_ns, struct err *err)
{
	int ret = 0;

	for (int way = 0; way < 2 && !ret; way++) {
		if (direction_has(act->opt.v[MTU_DIRECTION], way == 0))
			ret = prove_way(lab, way == 0, deadline_ns, err);
		else
			ret = proof_open(lab, way == 0, deadline_ns, err);
	}
	return ret;
}

static int mtu_undo(struct lab *lab, struct fault_act *act, struct err *err)
{
	int ret = 0;

	for (int way = 0; way < 2 && !ret; way++) {
		if (direction_has(act->opt.v[MTU_DIRECTION], way == 0))
			ret = drop_clear(lab->ns[PLACE_WIRE], port_of(way == 0), DROP_EGRESS, err);
	}
	return ret;
}

const struct fault fault_mtu_blackhole = {
	.name = "mtu-blackhole",
	.about = "large packets vanish silently, small ones pass, and no ICMP says so",
	.options = mtu_options,
	.needs = FACT_BIT(FACT_DROP),
	.effect = mtu_effect,
	.inject = mtu_inject,
	.prove = mtu_prove,
	.undo = mtu_undo,
};
