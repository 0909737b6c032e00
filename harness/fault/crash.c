/* SPDX-License-Identifier: MIT */
/*
 * The peer's host vanishes: no FIN, no RST, no answer, and the switch sees its port go dark.
 *
 * Its only link goes down first, from inside, so that its routes are gone and nothing can leave;
 * then the process is killed, and what its kernel would like to say about that is lost. The host
 * falls silent with the link, hence the two stamps are around that call alone.
 */
#include <errno.h>
#include <signal.h>
#include <stddef.h>

#include "base/clock.h"
#include "fault/fault.h"
#include "fault/proof.h"
#include "netns/link.h"

static const struct opt crash_options[] = {{.name = NULL}};

static struct effect crash_effect(const struct opt_values *opt)
{
	(void)opt;
	return (struct effect){
		.kind = EFFECT_SILENCE,
		.where = WHERE_WIRE,
		.lose_out = true,
		.lose_in = true,
		.peer_link_down = true,
	};
}

static int crash_inject(struct lab *lab, struct fault_act *act, struct err *err)
{
	int ret;

	lab->peer.killed = true;
	act->before_ns = clock_now_ns();
	ret = link_set_up(lab->ns[PLACE_PEER], LAB_PEER_DEV, false, err);
	act->after_ns = clock_now_ns();
	return ret ? ret : target_signal(&lab->peer, SIGKILL, err);
}

static int crash_prove(struct lab *lab, struct fault_act *act, int64_t deadline_ns, struct err *err)
{
	struct link_state state;
	int ret = link_get(lab->ns[PLACE_PEER], LAB_PEER_DEV, &state, err);

	(void)act;
	if (!ret && state.up)
		ret = err_set(err, EISCONN, "expected %s to be down, and it is up", LAB_PEER_DEV);
	if (!ret)
		ret = proof_ended(&lab->peer, SIGKILL, deadline_ns, err);
	if (!ret)
		ret = proof_directions(lab, true, true, deadline_ns, err);
	return ret;
}

const struct fault fault_crash = {
	.name = "crash",
	.about = "the peer's host vanishes without a word: no FIN, no RST, no answer",
	.options = crash_options,
	.effect = crash_effect,
	.over = beyond_router,
	.inject = crash_inject,
	.prove = crash_prove,
};
