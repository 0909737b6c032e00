/* SPDX-License-Identifier: MIT */
#include "fault/cable.h"

#include "base/clock.h"
#include "fault/proof.h"
#include "netns/link.h"

#define CARRIER_WAIT_NS (5 * NS_PER_S)

enum place cable_end(const struct opt_values *opt)
{
	return end_named(opt->v[CABLE_PLACE]);
}

struct effect cable_effect(const struct opt_values *opt, enum effect_kind kind)
{
	bool own = cable_end(opt) == PLACE_OBSERVER;

	return (struct effect){
		.kind = kind,
		.where = own ? WHERE_OWN_CARRIER : WHERE_WIRE,
		.lose_out = true,
		.lose_in = true,
		.peer_link_down = !own,
	};
}

int cable_over(const struct opt_values *opt, enum wire wire, enum side observer,
	       struct effect *effect, struct err *err)
{
	(void)observer;
	(void)err;
	if (wire != WIRE_SWITCH && cable_end(opt) == PLACE_PEER)
		effect->beyond = effect->no_route = effect->icmp = effect->reverts = true;
	return 0;
}

int cable_set(struct lab *lab, struct fault_act *act, bool in, struct err *err)
{
	int ret;

	act->before_ns = clock_now_ns();
	ret = lab_set_port(lab, cable_end(&act->opt), in, err);
	act->after_ns = clock_now_ns();
	return ret;
}

int cable_wait(struct lab *lab, const struct fault_act *act, bool in, struct err *err)
{
	enum place end = cable_end(&act->opt);

	return link_wait_carrier(lab->ns[end], lab_device(end), in, CARRIER_WAIT_NS, err);
}
