/* SPDX-License-Identifier: MIT */
/*
 * The path becomes slow for a while: a queue that fills up, a radio that loses its bearer, a route
 * over a satellite. Netem's delay on the wire's ports, on top of the steady `link:`, until `for:`.
 *
 * Packets that are under way when it ends keep their delay, and later ones overtake them, as after
 * a change of route.
 */
#include <stddef.h>
#include <stdlib.h>

#include "base/clock.h"
#include "fault/path.h"

enum { SPIKE_DELAY, SPIKE_DIRECTION };

static const struct opt spike_options[] = {
	[SPIKE_DELAY] = {"delay", OPT_DURATION, "500ms", NS_PER_MS, 0, NULL,
			 "added to each packet, one way"},
	[SPIKE_DIRECTION] = {"direction", OPT_WORD, "both", 0, DIRECTION_TO_OBSERVER,
			     direction_words, "which packets"},
	{.name = NULL},
};

static struct effect spike_effect(const struct opt_values *opt)
{
	return (struct effect){
		.kind = EFFECT_IMPAIRED,
		.out = direction_has(opt->v[SPIKE_DIRECTION], true),
		.in = direction_has(opt->v[SPIKE_DIRECTION], false),
		.impair = {.delay_ns = opt->v[SPIKE_DELAY]},
	};
}

static struct netem spike(const struct lab *lab, const struct fault_act *act, bool to_peer)
{
	struct netem netem = path_steady(lab, act, to_peer);

	netem.delay_ns += act->opt.v[SPIKE_DELAY];
	return netem;
}

/* A kernel that counts time in its ticks rounds to 64 ns (PSCHED_SHIFT 6). */
static bool spike_same(const struct netem *want, const struct netem *have)
{
	return llabs(want->delay_ns - have->delay_ns) <= 64;
}

static int spike_inject(struct lab *lab, struct fault_act *act, struct err *err)
{
	return path_inject(lab, act, act->opt.v[SPIKE_DIRECTION], spike, err);
}

static int spike_prove(struct lab *lab, struct fault_act *act, int64_t deadline_ns, struct err *err)
{
	(void)deadline_ns;
	return path_prove(lab, act, act->opt.v[SPIKE_DIRECTION], spike, spike_same, err);
}

static int spike_undo(struct lab *lab, struct fault_act *act, struct err *err)
{
	return path_undo(lab, act, act->opt.v[SPIKE_DIRECTION], err);
}

const struct fault fault_delay_spike = {
	.name = "delay-spike",
	.about = "the path becomes slow for a while, and quick again",
	.options = spike_options,
	.needs = FACT_BIT(FACT_NETEM),
	.ends = true,
	.effect = spike_effect,
	.inject = spike_inject,
	.prove = spike_prove,
	.undo = spike_undo,
};
