/* SPDX-License-Identifier: MIT */
/*
 * Packets vanish silently; links stay up. Where a packet dies is part of the fault:
 *
 *   place      to-peer            to-observer
 *   wire       w-peer, egress     w-obs, egress      as a network loses packets
 *   observer   obs0, egress       obs0, ingress      the refusal on egress reaches TCP
 *   peer       peer0, ingress     peer0, egress      as a firewall on the peer's host
 *
 * The wire's port towards the observer loses a router's answers to ARP as well.
 *
 * A segment that the sender's own egress refuses is a failed transmission for TCP, not a lost one:
 * a keepalive probe is then not counted (tcp_write_wakeup(), net/ipv4/tcp_output.c). Hence
 * WHERE_OWN_QDISC for place: observer.
 */
#include "netns/drop.h"

#include <errno.h>
#include <stddef.h>

#include "base/clock.h"
#include "fault/fault.h"
#include "fault/proof.h"

enum { DROP_PLACE, DROP_DIRECTION };

static const struct opt drop_options[] = {
	[DROP_PLACE] = {"place", OPT_WORD, "wire", 0, PLACE_PEER, place_names,
			"the host that drops, or the wire in between"},
	[DROP_DIRECTION] = {"direction", OPT_WORD, "both", 0, DIRECTION_TO_OBSERVER,
			    direction_words, "which packets"},
	{.name = NULL},
};

struct spot {
	struct netns *ns;
	const char *dev;
	enum drop_hook hook;
};

static struct spot spot_of(const struct lab *lab, const struct opt_values *opt, bool to_peer)
{
	enum place place = (enum place)opt->v[DROP_PLACE];
	bool sender = place == (to_peer ? PLACE_OBSERVER : PLACE_PEER);
	struct spot spot = {.ns = lab->ns[place]};

	if (place == PLACE_WIRE)
		spot.dev = lab_port(to_peer ? PLACE_PEER : PLACE_OBSERVER);
	else
		spot.dev = lab_device(place);
	spot.hook = place == PLACE_WIRE || sender ? DROP_EGRESS : DROP_INGRESS;
	return spot;
}

static struct effect drop_effect(const struct opt_values *opt)
{
	bool out = direction_has(opt->v[DROP_DIRECTION], true);

	return (struct effect){
		.kind = EFFECT_SILENCE,
		.where = out && opt->v[DROP_PLACE] == PLACE_OBSERVER ? WHERE_OWN_QDISC : WHERE_WIRE,
		.lose_out = out,
		.lose_in = direction_has(opt->v[DROP_DIRECTION], false),
	};
}

static int drop_over(const struct opt_values *opt, enum wire wire, enum side observer,
		     struct effect *effect, struct err *err)
{
	int64_t place = opt->v[DROP_PLACE];

	(void)observer;
	(void)err;
	effect->beyond = wire != WIRE_SWITCH && place != PLACE_OBSERVER &&
			 (place == PLACE_PEER || opt->v[DROP_DIRECTION] == DIRECTION_TO_PEER);
	return 0;
}

/* The hook point is attached beforehand, so that the drop itself is one message to the kernel. */
static int drop_inject(struct lab *lab, struct fault_act *act, struct err *err)
{
	struct spot spots[2];
	int n = 0, ret = 0;

	for (int way = 0; way < 2; way++) {
		if (direction_has(act->opt.v[DROP_DIRECTION], way == 0))
			spots[n++] = spot_of(lab, &act->opt, way == 0);
	}
	for (int i = 0; i < n && !ret; i++)
		ret = drop_prepare(spots[i].ns, spots[i].dev, err);
	if (ret)
		return ret;
	act->before_ns = clock_now_ns();
	for (int i = 0; i < n && !ret; i++)
		ret = drop_set(spots[i].ns, spots[i].dev, spots[i].hook, err);
	act->after_ns = clock_now_ns();
	return ret;
}

static int prove_way(struct lab *lab, const struct fault_act *act, bool to_peer,
		     int64_t deadline_ns, struct err *err)
{
	struct spot spot = spot_of(lab, &act->opt, to_peer);
	uint64_t before, after;
	int ret;

	if (!direction_has(act->opt.v[DROP_DIRECTION], to_peer))
		return proof_open(lab, to_peer, deadline_ns, err);
	ret = drop_count(spot.ns, spot.dev, &before, err);
	if (!ret)
		ret = proof_cut(lab, to_peer, deadline_ns, err);
	if (!ret)
		ret = drop_count(spot.ns, spot.dev, &after, err);
	if (!ret && after == before)
		ret = err_set(err, ENODATA,
			      "expected %s to drop the frames that did not arrive, and its counter "
			      "stayed at %llu", spot.dev, (unsigned long long)before);
	return ret;
}

static int drop_prove(struct lab *lab, struct fault_act *act, int64_t deadline_ns, struct err *err)
{
	int ret = prove_way(lab, act, true, deadline_ns, err);

	return ret ? ret : prove_way(lab, act, false, deadline_ns, err);
}

static int drop_undo(struct lab *lab, struct fault_act *act, struct err *err)
{
	int ret = 0;

	for (int way = 0; way < 2 && !ret; way++) {
		struct spot spot = spot_of(lab, &act->opt, way == 0);

		if (direction_has(act->opt.v[DROP_DIRECTION], way == 0))
			ret = drop_clear(spot.ns, spot.dev, spot.hook, err);
	}
	return ret;
}

const struct fault fault_drop = {
	.name = "drop",
	.about = "packets vanish silently, in one direction or both; links stay up",
	.options = drop_options,
	.needs = FACT_BIT(FACT_DROP),
	.effect = drop_effect,
	.over = drop_over,
	.inject = drop_inject,
	.prove = drop_prove,
	.undo = drop_undo,
};
