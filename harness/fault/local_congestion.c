/* SPDX-License-Identifier: MIT */
/*
 * Congestion in the observer's own host: other traffic has filled the queue of obs0, which stands
 * still (netns/full.h), and what the observer sends is refused on the spot, ARP included. The
 * carrier is up, and what the peer sends arrives.
 *
 * To TCP it is what `drop` does with place: observer and direction: to-peer, for both make
 * dev_queue_xmit() return NET_XMIT_DROP, which net_xmit_eval() (include/linux/netdevice.h) makes an
 * error, and only NET_XMIT_CN a success. Here no rule chooses packets: a queue has no room.
 */
#include <errno.h>
#include <stddef.h>

#include "base/clock.h"
#include "fault/fault.h"
#include "fault/proof.h"
#include "netns/full.h"

enum { CONGESTION_LIMIT };

static const struct opt congestion_options[] = {
	[CONGESTION_LIMIT] = {"limit", OPT_BYTES, "15180B", FULL_FRAME, FULL_LIMIT_MAX, NULL,
			      "how much the queue holds"},
	{.name = NULL},
};

static struct effect congestion_effect(const struct opt_values *opt)
{
	(void)opt;
	return (struct effect){
		.kind = EFFECT_SILENCE,
		.where = WHERE_OWN_QDISC,
		.lose_out = true,
	};
}

static int congestion_inject(struct lab *lab, struct fault_act *act, struct err *err)
{
	int ret;

	act->before_ns = clock_now_ns();
	ret = full_set(lab->ns[PLACE_OBSERVER], lab_device(PLACE_OBSERVER),
		       (int)act->opt.v[CONGESTION_LIMIT], err);
	act->after_ns = clock_now_ns();
	return ret;
}

/* Nothing leaves the queue, what is sent is refused and counted; the other direction is open. */
static int congestion_prove(struct lab *lab, struct fault_act *act, int64_t deadline_ns,
			    struct err *err)
{
	struct netns *ns = lab->ns[PLACE_OBSERVER];
	const char *dev = lab_device(PLACE_OBSERVER);
	struct qdisc_stats before = {0}, after = {0};
	int ret = full_get(ns, dev, &before, err);

	(void)act;
	if (!ret)
		ret = proof_directions(lab, true, false, deadline_ns, err);
	if (!ret)
		ret = full_get(ns, dev, &after, err);
	if (!ret && (after.drops == before.drops || after.packets != before.packets))
		ret = err_set(err, ENODATA,
			      "expected the queue of %s to refuse, and it refused %llu frames and sent "
			      "%llu", dev, (unsigned long long)(after.drops - before.drops),
			      (unsigned long long)(after.packets - before.packets));
	return ret;
}

static int congestion_undo(struct lab *lab, struct fault_act *act, struct err *err)
{
	(void)act;
	return full_del(lab->ns[PLACE_OBSERVER], lab_device(PLACE_OBSERVER), err);
}

const struct fault fault_local_congestion = {
	.name = "local-congestion",
	.about = "the observer's own queue is full and refuses what it sends; its carrier is up",
	.options = congestion_options,
	.needs = FACT_BIT(FACT_QUEUE),
	.effect = congestion_effect,
	.inject = congestion_inject,
	.prove = congestion_prove,
	.undo = congestion_undo,
};
