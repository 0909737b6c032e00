/* SPDX-License-Identifier: MIT */
/*
 * Nothing happens. It tests the lab itself: whoever reports the peer dead here is wrong. What it
 * has to prove is that nothing happened, so that a control run stands for something.
 */
#include "base/clock.h"
#include "fault/fault.h"
#include "fault/proof.h"

static const struct opt none_options[] = {{.name = NULL}};

static struct effect none_effect(const struct opt_values *opt)
{
	(void)opt;
	return (struct effect){.kind = EFFECT_NOTHING};
}

static int none_inject(struct lab *lab, struct fault_act *act, struct err *err)
{
	(void)lab;
	(void)err;
	act->before_ns = act->after_ns = clock_now_ns();
	return 0;
}

static int none_prove(struct lab *lab, struct fault_act *act, int64_t deadline_ns, struct err *err)
{
	int ret = proof_alive(&lab->observer, err);

	(void)act;
	if (!ret)
		ret = proof_alive(&lab->peer, err);
	if (!ret)
		ret = proof_directions(lab, false, false, deadline_ns, err);
	return ret;
}

static int none_undo(struct lab *lab, struct fault_act *act, struct err *err)
{
	(void)lab;
	(void)act;
	(void)err;
	return 0;
}

const struct fault fault_none = {
	.name = "none",
	.about = "nothing happens; a control: no method may report anything",
	.options = none_options,
	.effect = none_effect,
	.inject = none_inject,
	.prove = none_prove,
	.undo = none_undo,
};
