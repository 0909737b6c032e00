/* SPDX-License-Identifier: MIT */
/*
 * A cable is pulled, by taking down the wire's end of it.
 *
 *   place: observer   w-obs goes down: obs0 loses carrier, the observer's kernel knows
 *   place: peer       w-peer goes down: peer0 loses carrier; behind the switch the observer's link
 *                     stays up and nothing arrives any more. A router has no route then, and says so
 *
 * A veth's carrier is its other end being up (drivers/net/veth.c), so it is always the wire's end
 * that goes down: the hosts keep their addresses and routes, as when a cable is pulled.
 */
#include <errno.h>
#include <stddef.h>

#include "base/clock.h"
#include "fault/fault.h"
#include "fault/proof.h"
#include "netns/link.h"

enum { LINK_DOWN_PLACE };
#define UNDO_WAIT_NS (5 * NS_PER_S)

static const char *const link_down_places[] = {"observer", "peer", NULL};

static const struct opt link_down_options[] = {
	[LINK_DOWN_PLACE] = {"place", OPT_WORD, "peer", 0, 1, link_down_places,
			     "whose cable: the observer's own, or the peer's behind the switch"},
	{.name = NULL},
};

static enum place end_of(const struct opt_values *opt)
{
	return opt->v[LINK_DOWN_PLACE] == 0 ? PLACE_OBSERVER : PLACE_PEER;
}

static struct effect link_down_effect(const struct opt_values *opt)
{
	bool own = end_of(opt) == PLACE_OBSERVER;

	return (struct effect){
		.kind = EFFECT_SILENCE,
		.where = own ? WHERE_OWN_CARRIER : WHERE_WIRE,
		.lose_out = true,
		.lose_in = true,
		.peer_link_down = !own,
	};
}

/* A router's port takes the route to the peer with it: the router answers at once. */
static int link_down_over(const struct opt_values *opt, enum wire wire, enum side observer,
		       struct effect *effect, struct err *err)
{
	(void)observer;
	(void)err;
	if (wire != WIRE_SWITCH && end_of(opt) == PLACE_PEER)
		effect->beyond = effect->no_route = effect->icmp = effect->reverts = true;
	return 0;
}

static int link_down_inject(struct lab *lab, struct fault_act *act, struct err *err)
{
	int ret;

	act->before_ns = clock_now_ns();
	ret = lab_set_port(lab, end_of(&act->opt), false, err);
	act->after_ns = clock_now_ns();
	return ret;
}

static int link_down_prove(struct lab *lab, struct fault_act *act, int64_t deadline_ns,
			   struct err *err)
{
	enum place end = end_of(&act->opt);
	enum place other = end == PLACE_PEER ? PLACE_OBSERVER : PLACE_PEER;
	struct link_state state;
	int ret = proof_no_carrier(lab, end, deadline_ns, err);

	if (!ret)
		ret = link_get(lab->ns[other], lab_device(other), &state, err);
	if (!ret && !state.carrier)
		ret = err_set(err, ENOLINK, "expected %s to keep its carrier, and it lost it too",
			      lab_device(other));
	if (!ret)
		ret = proof_directions(lab, true, true, deadline_ns, err);
	return ret;
}

static int link_down_undo(struct lab *lab, struct fault_act *act, struct err *err)
{
	enum place end = end_of(&act->opt);
	int ret = lab_set_port(lab, end, true, err);

	if (!ret)
		ret = link_wait_carrier(lab->ns[end], lab_device(end), true, UNDO_WAIT_NS, err);
	return ret;
}

const struct fault fault_link_down = {
	.name = "link-down",
	.about = "a cable is pulled: the observer's own, or the peer's behind the switch",
	.options = link_down_options,
	.effect = link_down_effect,
	.over = link_down_over,
	.inject = link_down_inject,
	.prove = link_down_prove,
	.undo = link_down_undo,
};
