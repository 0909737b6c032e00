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
#include "base/minmax.h"
#include "fault/cable.h"
#include "fault/proof.h"

enum { FLAP_TIMES = CABLE_PLACE + 1, FLAP_DOWN, FLAP_UP };

static const struct opt flap_options[] = {
	[CABLE_PLACE] = CABLE_PLACE_ROW,
	[FLAP_TIMES] = {"times", OPT_COUNT, "3", 1, 10000, NULL, "how often it goes down"},
	[FLAP_DOWN] = {"down", OPT_DURATION, "500ms", 10 * NS_PER_MS, 0, NULL,
		       "how long it stays down each time"},
	[FLAP_UP] = {"up", OPT_DURATION, "500ms", 10 * NS_PER_MS, 0, NULL,
		     "how long it stays up in between"},
	{.name = NULL},
};

static struct effect flap_effect(const struct opt_values *opt)
{
	struct effect effect = cable_effect(opt, EFFECT_FLAPPING);

	effect.times = (int)opt->v[FLAP_TIMES];
	effect.down_ns = opt->v[FLAP_DOWN];
	effect.up_ns = opt->v[FLAP_UP];
	return effect;
}

/* act->count: changes made so far; the odd ones took the link down. */
static int flap_inject(struct lab *lab, struct fault_act *act, struct err *err)
{
	bool in = act->count % 2 != 0;
	int ret = cable_set(lab, act, in, err);

	act->count++;
	return ret ? ret : cable_wait(lab, act, in, err);
}

static int flap_prove(struct lab *lab, struct fault_act *act, int64_t deadline_ns, struct err *err)
{
	int64_t until_ns = min64(act->after_ns + act->opt.v[FLAP_DOWN] / 2, deadline_ns);
	int ret = proof_no_carrier(lab, cable_end(&act->opt), until_ns, err);

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
	.over = cable_over,
	.inject = flap_inject,
	.prove = flap_prove,
	.again_ns = flap_again_ns,
};
