/* SPDX-License-Identifier: MIT */
/* A cable is pulled (fault/cable.h), and plugged in again where it is undone. */
#include <errno.h>
#include <stddef.h>

#include "fault/cable.h"
#include "fault/proof.h"
#include "netns/link.h"

static const struct opt link_down_options[] = {
	[CABLE_PLACE] = CABLE_PLACE_ROW,
	{.name = NULL},
};

static struct effect link_down_effect(const struct opt_values *opt)
{
	return cable_effect(opt, EFFECT_SILENCE);
}

static int link_down_inject(struct lab *lab, struct fault_act *act, struct err *err)
{
	return cable_set(lab, act, false, err);
}

static int link_down_prove(struct lab *lab, struct fault_act *act, int64_t deadline_ns,
			   struct err *err)
{
	enum place end = cable_end(&act->opt);
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
	int ret = lab_set_port(lab, cable_end(&act->opt), true, err);

	return ret ? ret : cable_wait(lab, act, true, err);
}

const struct fault fault_link_down = {
	.name = "link-down",
	.about = "a cable is pulled: the observer's own, or the peer's behind the switch",
	.options = link_down_options,
	.effect = link_down_effect,
	.over = cable_over,
	.inject = link_down_inject,
	.prove = link_down_prove,
	.undo = link_down_undo,
};
