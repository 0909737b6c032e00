/* SPDX-License-Identifier: MIT */
/*
 * The peer's host crashes and comes back, `down` later, with the same addresses and no memory of
 * its connections: whatever then arrives for one of them is answered with RST (RFC 9293 3.10.7.1).
 * Its program is not started again, so that new connections are refused as well.
 *
 * As in a crash its only link goes down first, so that nothing can leave. Then the program is told
 * to vanish: SO_LINGER 0 on every socket, and exit, which leaves none of them behind in its kernel;
 * killed, they would go on in FIN-WAIT-1 and be remembered after all. IPv6 addresses go with the
 * link (addrconf_ifdown()) and are given again.
 */
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "fault/fault.h"
#include "fault/proof.h"
#include "netns/link.h"

enum { REBOOT_DOWN };
#define CARRIER_WAIT_NS (5 * NS_PER_S)

static const struct opt reboot_options[] = {
	[REBOOT_DOWN] = {"down", OPT_DURATION, "2s", 100 * NS_PER_MS, 0, NULL,
			 "how long until the host is back"},
	{.name = NULL},
};

static struct effect reboot_effect(const struct opt_values *opt)
{
	return (struct effect){
		.kind = EFFECT_FORGOTTEN,
		.where = WHERE_WIRE,
		.lose_in = true,
		.peer_link_down = true,
		.silent_ns = opt->v[REBOOT_DOWN],
	};
}

static int go_down(struct lab *lab, struct fault_act *act, struct err *err)
{
	int ret;

	lab->peer.killed = true;
	act->before_ns = clock_now_ns();
	ret = link_set_up(lab->ns[PLACE_PEER], LAB_PEER_DEV, false, err);
	act->after_ns = clock_now_ns();
	return ret ? ret : lab_command(&lab->peer, COMMAND_VANISH, act->after_ns, err);
}

static int come_back(struct lab *lab, struct err *err)
{
	int ret = link_set_up(lab->ns[PLACE_PEER], LAB_PEER_DEV, true, err);

	if (!ret)
		ret = lab_link_was_down(lab, PLACE_PEER, err);
	if (!ret)
		ret = link_wait_carrier(lab->ns[PLACE_PEER], LAB_PEER_DEV, true, CARRIER_WAIT_NS, err);
	return ret;
}

static int reboot_inject(struct lab *lab, struct fault_act *act, struct err *err)
{
	int ret = act->count ? come_back(lab, err) : go_down(lab, act, err);

	act->count++;
	return ret;
}

static int reboot_prove(struct lab *lab, struct fault_act *act, int64_t deadline_ns,
			struct err *err)
{
	char how[64];
	int n = 0, ret;

	(void)act;
	ret = proof_directions(lab, true, true, deadline_ns, err);
	if (!ret && lab->peer.pid > 0)
		ret = lab_wait_program(&lab->peer, WEXITED, deadline_ns, err);
	if (!ret && (lab->peer.code != CLD_EXITED || lab->peer.status))
		ret = err_set(err, ECHILD, "expected the peer to vanish, and it %s",
			      lab_program_end(&lab->peer, how, sizeof(how)));
	if (!ret)
		ret = proof_sockets(lab, PLACE_PEER, &n, err);
	if (!ret && n)
		ret = err_set(err, EISCONN,
			      "expected the peer's host to have forgotten its connections, and it "
			      "has %d", n);
	return ret;
}

static int64_t reboot_again_ns(const struct fault_act *act)
{
	return act->count == 1 ? act->opt.v[REBOOT_DOWN] : 0;
}

const struct fault fault_reboot = {
	.name = "reboot",
	.about = "the peer's host crashes and comes back without a memory of its connections",
	.options = reboot_options,
	.effect = reboot_effect,
	.over = beyond_router,
	.inject = reboot_inject,
	.prove = reboot_prove,
	.again_ns = reboot_again_ns,
};
