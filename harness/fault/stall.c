/* SPDX-License-Identifier: MIT */
/*
 * The peer's application goes on, but reads nothing any more: a consumer that is stuck behind
 * something else, a queue that is full. Its kernel acknowledges until the receive buffer is full,
 * and from then on answers every probe of the closed window (theory/closed.c). What the application
 * sends by itself, messages and beacons, still comes.
 *
 * The peer says for each connection that it has stopped. Where the traffic makes the observer write,
 * that is shown too: bytes that nobody reads wait in the peer's kernel, as /proc/net/tcp tells. On
 * an idle connection there is nothing that could wait.
 */
#include <errno.h>
#include <stddef.h>

#include "base/clock.h"
#include "fault/fault.h"
#include "fault/proof.h"

/* The traffic's next message and the way to the peer. */
#define UNREAD_WAIT_NS (TRAFFIC_PERIOD_NS + 500 * NS_PER_MS)
#define LOOK_NS	       NS_PER_MS

static const struct opt stall_options[] = {{.name = NULL}};

static int stall_check(const struct opt_values *opt, enum side observer, enum traffic traffic,
		       struct err *err)
{
	(void)opt;
	(void)observer;
	if (traffic != TRAFFIC_STALLED)
		return 0;
	return err_set(err, EINVAL,
		       "stall with traffic: stalled changes nothing, for that peer never reads; use "
		       "traffic: sending");
}

static struct effect stall_effect(const struct opt_values *opt)
{
	(void)opt;
	return (struct effect){.kind = EFFECT_STALLED};
}

static int stall_inject(struct lab *lab, struct fault_act *act, struct err *err)
{
	return peer_told(lab, act, COMMAND_STALL, err);
}

static bool observer_writes(const struct lab *lab)
{
	const struct situation s = {.observer = lab->config.observer, .traffic = lab->config.traffic};

	return situation_observer_writes_ns(&s);
}

static int stall_prove(struct lab *lab, struct fault_act *act, int64_t deadline_ns, struct err *err)
{
	int64_t until = clock_now_ns() + UNREAD_WAIT_NS, unread = 0;
	int ret = proof_told(lab, act, deadline_ns, err);

	if (lab->config.has_link)
		until += 2 * (lab->config.link.delay_ns + lab->config.link.jitter_ns);
	while (!ret && observer_writes(lab) && !unread) {
		ret = proof_unread(lab, PLACE_PEER, &unread, err);
		if (!ret && !unread && clock_now_ns() >= (until < deadline_ns ? until : deadline_ns))
			return err_set(err, ENODATA,
				       "expected what the observer writes to wait unread at the peer, and "
				       "nothing does");
		if (!ret && !unread)
			clock_sleep_until(clock_now_ns() + LOOK_NS);
	}
	return ret;
}

static int stall_undo(struct lab *lab, struct fault_act *act, struct err *err)
{
	(void)act;
	return lab_command(&lab->peer, COMMAND_RESUME, clock_now_ns(), err);
}

const struct fault fault_stall = {
	.name = "stall",
	.about = "the peer's application reads no more, its kernel lives: the window closes",
	.options = stall_options,
	.check = stall_check,
	.effect = stall_effect,
	.inject = stall_inject,
	.prove = stall_prove,
	.undo = stall_undo,
};
