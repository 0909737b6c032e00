/* SPDX-License-Identifier: MIT */
/*
 * The peer's process is ended by SIGKILL. Its kernel lives on and closes the sockets: FIN, or RST
 * where the process had left data unread (tcp_close(), RFC 2525 section 2.17).
 */
#include <errno.h>
#include <signal.h>
#include <stddef.h>

#include "base/clock.h"
#include "fault/fault.h"
#include "fault/proof.h"

enum { KILL_TARGET };

static const struct opt kill_options[] = {
	[KILL_TARGET] = {"target", OPT_WORD, "peer", 0, 1, target_words, "which program"},
	{.name = NULL},
};

static int kill_check(const struct opt_values *opt, enum side observer, enum traffic traffic,
		      struct err *err)
{
	(void)observer;
	(void)traffic;
	if (opt->v[KILL_TARGET] == TARGET_PEER)
		return 0;
	return err_set(err, EINVAL,
		       "an observer that is killed observes nothing; use target: peer, and observer: "
		       "client or server to choose which program that is");
}

static struct effect kill_effect(const struct opt_values *opt)
{
	(void)opt;
	return (struct effect){.kind = EFFECT_GONE};
}

static int kill_inject(struct lab *lab, struct fault_act *act, struct err *err)
{
	int ret;

	lab->peer.killed = true;
	act->before_ns = clock_now_ns();
	ret = target_signal(&lab->peer, SIGKILL, err);
	act->after_ns = clock_now_ns();
	return ret;
}

static int kill_prove(struct lab *lab, struct fault_act *act, int64_t deadline_ns, struct err *err)
{
	(void)act;
	return proof_ended(&lab->peer, SIGKILL, deadline_ns, err);
}

const struct fault fault_kill = {
	.name = "kill",
	.about = "the peer's process is killed by SIGKILL; its kernel closes the connections",
	.options = kill_options,
	.check = kill_check,
	.effect = kill_effect,
	.inject = kill_inject,
	.prove = kill_prove,
};
