/* SPDX-License-Identifier: MIT */
/*
 * A program stands still for a while and then goes on as if nothing had been: a long collection of
 * garbage, a swapping host, a container frozen for its snapshot. Its kernel answers all the time.
 *
 * SIGSTOP, and SIGCONT after `for:`, which is required: a pause that does not end is signal: STOP.
 * Both are proven by waitid(2).
 */
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "fault/fault.h"
#include "fault/proof.h"

enum { PAUSE_TARGET };
#define RESUME_WAIT_NS (5 * NS_PER_S)

static const struct opt pause_options[] = {
	[PAUSE_TARGET] = {"target", OPT_WORD, "peer", 0, 1, target_words, "which program"},
	{.name = NULL},
};

static struct effect pause_effect(const struct opt_values *opt)
{
	bool observer = opt->v[PAUSE_TARGET] == TARGET_OBSERVER;

	return (struct effect){.kind = observer ? EFFECT_OBSERVER_FROZEN : EFFECT_FROZEN};
}

static struct program *paused(struct lab *lab, const struct fault_act *act)
{
	return act->opt.v[PAUSE_TARGET] == TARGET_OBSERVER ? &lab->observer : &lab->peer;
}

static int pause_inject(struct lab *lab, struct fault_act *act, struct err *err)
{
	int ret;

	act->before_ns = clock_now_ns();
	ret = target_signal(paused(lab, act), SIGSTOP, err);
	act->after_ns = clock_now_ns();
	return ret;
}

static int pause_prove(struct lab *lab, struct fault_act *act, int64_t deadline_ns, struct err *err)
{
	return lab_wait_program(paused(lab, act), WSTOPPED, deadline_ns, err);
}

static int pause_undo(struct lab *lab, struct fault_act *act, struct err *err)
{
	int ret = target_signal(paused(lab, act), SIGCONT, err);

	if (ret)
		return ret;
	return lab_wait_program(paused(lab, act), WCONTINUED, clock_now_ns() + RESUME_WAIT_NS, err);
}

const struct fault fault_pause = {
	.name = "pause",
	.about = "a program stands still for a while, its kernel does not: STOP, then CONT",
	.options = pause_options,
	.ends = true,
	.effect = pause_effect,
	.inject = pause_inject,
	.prove = pause_prove,
	.undo = pause_undo,
};
