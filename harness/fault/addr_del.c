/* SPDX-License-Identifier: MIT */
/*
 * An address is taken away from under its connections: a lease that ran out, a moved service, an
 * operator's mistake. Nothing tells TCP: a socket keeps the address it was bound to.
 *
 *   place: peer       what arrives for the address is no longer the peer's and is thrown away
 *                     without a word (ip_error(), net/ipv4/route.c: a host does not forward); what
 *                     the peer sends has no route from there
 *   place: observer   the same the other way round: the observer's own sends fail, EHOSTUNREACH in
 *                     __ip_queue_xmit(), which counts for keepalive as a probe that was sent
 */
#include <errno.h>
#include <stddef.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "fault/fault.h"
#include "fault/proof.h"

enum { ADDR_DEL_PLACE };

static const struct opt addr_del_options[] = {
	[ADDR_DEL_PLACE] = {"place", OPT_WORD, "peer", 0, 1, end_words, "whose address"},
	{.name = NULL},
};

static enum place end_of(const struct opt_values *opt)
{
	return end_named(opt->v[ADDR_DEL_PLACE]);
}

static struct effect addr_del_effect(const struct opt_values *opt)
{
	return (struct effect){
		.kind = EFFECT_SILENCE,
		.where = end_of(opt) == PLACE_OBSERVER ? WHERE_OWN_ADDRESS : WHERE_WIRE,
		.lose_out = true,
		.lose_in = true,
	};
}

static int addr_del_over(const struct opt_values *opt, enum wire wire, enum side observer,
			 struct effect *effect, struct err *err)
{
	(void)observer;
	(void)err;
	effect->beyond = wire != WIRE_SWITCH && end_of(opt) == PLACE_PEER;
	return 0;
}

static int addr_del_inject(struct lab *lab, struct fault_act *act, struct err *err)
{
	int ret;

	act->before_ns = clock_now_ns();
	ret = lab_take_address(lab, end_of(&act->opt), err);
	act->after_ns = clock_now_ns();
	return ret;
}

static int addr_del_prove(struct lab *lab, struct fault_act *act, int64_t deadline_ns,
			  struct err *err)
{
	enum place end = end_of(&act->opt);
	bool has = true, routed = lab->config.wire != WIRE_SWITCH;
	int ret = proof_address(lab, end, &has, err);

	if (!ret && has)
		ret = err_set(err, EADDRINUSE, "expected the %s to have lost %s, and it has it",
			      place_names[end], lab_address(&lab->config, end));
	if (ret)
		return ret;
	/* Frames pass as before; a packet to nobody's address does not. */
	return proof_directions(lab, routed && end == PLACE_PEER, routed && end == PLACE_OBSERVER,
				deadline_ns, err);
}

static int addr_del_undo(struct lab *lab, struct fault_act *act, struct err *err)
{
	return lab_give_address(lab, end_of(&act->opt), err);
}

const struct fault fault_addr_del = {
	.name = "addr-del",
	.about = "an address is taken away: the peer's, or the observer's own",
	.options = addr_del_options,
	.effect = addr_del_effect,
	.over = addr_del_over,
	.inject = addr_del_inject,
	.prove = addr_del_prove,
	.undo = addr_del_undo,
};
