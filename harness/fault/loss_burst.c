/* SPDX-License-Identifier: MIT */
/*
 * Packets are lost in bursts: the model of Gilbert and Elliott, as netem has it (tc-netem(8), loss
 * gemodel). A path is good or bad; each packet may change that, `enter` and `leave` being the
 * chances, and is lost with the chance of the state, `good` or `bad`. A burst is 1 / leave packets
 * long on average, whatever time they take: retransmissions wear it out as well.
 *
 * Theory takes it for a loss of the worst chance there is, that of a packet after a lost one.
 */
#include <stddef.h>
#include <stdlib.h>

#include "base/clock.h"
#include "fault/path.h"

enum { BURST_ENTER, BURST_LEAVE, BURST_BAD, BURST_GOOD, BURST_DIRECTION };
enum { PPM = 1000000 };

static const struct opt burst_options[] = {
	[BURST_ENTER] = {"enter", OPT_PERCENT, "2%", 1, PPM, NULL,
			 "the chance that a packet makes a good path bad"},
	[BURST_LEAVE] = {"leave", OPT_PERCENT, "30%", 1, PPM, NULL,
			 "the chance that a packet makes a bad path good"},
	[BURST_BAD] = {"bad", OPT_PERCENT, "100%", 1, PPM, NULL, "packets lost while it is bad"},
	[BURST_GOOD] = {"good", OPT_PERCENT, "0%", 0, PPM, NULL, "packets lost while it is good"},
	[BURST_DIRECTION] = {"direction", OPT_WORD, "both", 0, DIRECTION_TO_OBSERVER,
			     direction_words, "which packets"},
	{.name = NULL},
};

static struct effect burst_effect(const struct opt_values *opt)
{
	int64_t stays = PPM - opt->v[BURST_LEAVE] + opt->v[BURST_ENTER];
	int64_t worst = stays > PPM ? PPM : stays;

	worst = worst * opt->v[BURST_BAD] / PPM;
	return (struct effect){
		.kind = EFFECT_IMPAIRED,
		.out = direction_has(opt->v[BURST_DIRECTION], true),
		.in = direction_has(opt->v[BURST_DIRECTION], false),
		.impair = {.loss_ppm = worst > opt->v[BURST_GOOD] ? worst : opt->v[BURST_GOOD]},
	};
}

static struct netem burst(const struct lab *lab, const struct fault_act *act, bool to_peer)
{
	struct netem netem = path_steady(lab, act, to_peer);

	netem.loss_ppm = netem.loss_corr_ppm = 0;
	netem.burst_enter_ppm = act->opt.v[BURST_ENTER];
	netem.burst_leave_ppm = act->opt.v[BURST_LEAVE];
	netem.burst_bad_ppm = act->opt.v[BURST_BAD];
	netem.burst_good_ppm = act->opt.v[BURST_GOOD];
	return netem;
}

/* One part per million for the kernel's 32-bit scale. */
static bool burst_same(const struct netem *want, const struct netem *have)
{
	return llabs(want->burst_enter_ppm - have->burst_enter_ppm) <= 1 &&
	       llabs(want->burst_leave_ppm - have->burst_leave_ppm) <= 1 &&
	       llabs(want->burst_bad_ppm - have->burst_bad_ppm) <= 1 &&
	       llabs(want->burst_good_ppm - have->burst_good_ppm) <= 1;
}

static int burst_inject(struct lab *lab, struct fault_act *act, struct err *err)
{
	return path_inject(lab, act, act->opt.v[BURST_DIRECTION], burst, err);
}

static int burst_prove(struct lab *lab, struct fault_act *act, int64_t deadline_ns, struct err *err)
{
	(void)deadline_ns;
	return path_prove(lab, act, act->opt.v[BURST_DIRECTION], burst, burst_same, err);
}

static int burst_undo(struct lab *lab, struct fault_act *act, struct err *err)
{
	return path_undo(lab, act, act->opt.v[BURST_DIRECTION], err);
}

const struct fault fault_loss_burst = {
	.name = "loss-burst",
	.about = "packets are lost in bursts: Gilbert and Elliott's model",
	.options = burst_options,
	.needs = FACT_BIT(FACT_NETEM),
	.effect = burst_effect,
	.inject = burst_inject,
	.prove = burst_prove,
	.undo = burst_undo,
};
