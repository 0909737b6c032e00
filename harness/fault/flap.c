/* SPDX-License-Identifier: MIT */
/*
 * A cable with a loose contact: the link goes down and comes up again, `times` times.
 *
 *   0        down   down + up                       times * down + (times - 1) * up
 *   |~~silent~~|~~open~~|~~silent~~|~~open~~| … ~~silent~~|~~open for good
 *
 * Taken down as by link-down, at the wire's end. inject() is called for each change, and each one
 * is seen through netlink before it returns: carrier gone, carrier back.
 */
#include <errno.h>
#include <stddef.h>

#include "base/clock.h"
#include "fault/fault.h"
#include "fault/proof.h"
#include "netns/link.h"

enum { FLAP_PLACE, FLAP_TIMES, FLAP_DOWN, FLAP_UP };
#define CARRIER_WAIT_NS (5 * NS_PER_S)

static const char *const flap_places[] = {"observer", "peer", NULL};

static const struct opt flap_options[] = {
	[FLAP_PLACE] = {"place", OPT_WORD, "peer", 0, 1, flap_places,
			"whose cable: the observer's own, or the peer's behind the switch"},
	[FLAP_TIMES] = {"times", OPT_COUNT, "3", 1, 10000, NULL, "how often it goes down"},
	[FLAP_DOWN] = {"down", OPT_DURATION, "500ms", 10 * NS_PER_MS, 0, NULL,
		       "how long it stays down each time"},
	[FLAP_UP] = {"up", OPT_DURATION, "500ms", 10 * NS_PER_MS, 0, NULL,
		     "how long it stays up in between"},
	{.name = NULL},
};

static enum place end_of(const struct opt_values *opt)
{
	return opt->v[FLAP_PLACE] == 0 ? PLACE_OBSERVER : PLACE_PEER;
}

static struct effect flap_effect(const struct opt_values *opt)
{
	bool own = end_of(opt) == PLACE_OBSERVER;

	return (struct effect){
		.kind = EFFECT_FLAPPING,
		.where = own ? WHERE_OWN_CARRIER : WHERE_WIRE,
		.lose_out = true,
		.lose_in = true,
		.peer_link_down = !own,
		.times = (int)opt->v[FLAP_TIMES],
		.down_ns = opt->v[FLAP_DOWN],
		.up_ns = opt->v[FLAP_UP],
	};
}

/* A router's port takes the route to the peer with it: the router answers at once. */
static int flap_over(const struct opt_values *opt, enum wire wire, enum side observer,
		  struct effect *effect, struct err *err)
{
	(void)observer;
	(void)err;
	if (wire != WIRE_SWITCH && end_of(opt) == PLACE_PEER)
		effect->beyond = effect->no_route = effect->icmp = effect->reverts = true;
	return 0;
}

/* act->count: changes made so far; the odd ones took the link down. */
static int change(struct lab *lab, struct fault_act *act, bool up, struct err *err)
{
	enum place end = end_of(&act->opt);
	int ret;

	act->before_ns = clock_now_ns();
	ret = lab_set_port(lab, end, up, err);
	act->after_ns = clock_now_ns();
	act->count++;
	if (!ret)
		ret = link_wait_carrier(lab->ns[end], lab_device(end), up, CARRIER_WAIT_NS, err);
	return ret;
}

static int flap_inject(struct lab *lab, struct fault_act *act, struct err *err)
{
	return change(lab, act, act->count % 2 != 0, err);
}

static int flap_prove(struct lab *lab, struct fault_act *act, int64_t deadline_ns, struct err *err)
{
	enum place end = end_of(&act->opt);
	int64_t until_ns = act->after_ns + act->opt.v[FLAP_DOWN] / 2;
	int ret = proof_no_carrier(lab, end, until_ns < deadline_ns ? until_ns : deadline_ns, err);

	if (!ret && act->count != 1)
		ret = err_set(err, EALREADY, "expected the first of the flaps, and there were %d "
			      "changes", act->count);
	return ret;
}

static int64_t flap_again_ns(const struct fault_act *act)
{
	int64_t down = act->opt.v[FLAP_DOWN], cycle = down + act->opt.v[FLAP_UP];

	if (act->count >= 2 * act->opt.v[FLAP_TIMES])
		return 0;
	return act->count / 2 * cycle + (act->count % 2 ? down : 0);
}

const struct fault fault_flap = {
	.name = "flap",
	.about = "a cable with a loose contact: the link goes down and up, several times",
	.options = flap_options,
	.effect = flap_effect,
	.over = flap_over,
	.inject = flap_inject,
	.prove = flap_prove,
	.again_ns = flap_again_ns,
};
