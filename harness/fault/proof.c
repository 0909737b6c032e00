/* SPDX-License-Identifier: MIT */
/*
 * How faults prove themselves. A proof looks at the world, never at what the fault remembers of
 * its own call: at frames that arrive or not, at carrier as netlink tells it, at what waitid(2)
 * says of a process. Probing is done with raw frames, so that it leaves no trace in IP or TCP.
 *
 * That something does not arrive can only be shown by waiting. CUT_WAIT_NS is thousands of times
 * what an open path takes; what the steady link adds comes on top.
 */
#include "fault/proof.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "netns/link.h"

#define CUT_WAIT_NS (20 * NS_PER_MS)

const char *const direction_words[] = {
	[DIRECTION_BOTH] = "both",
	[DIRECTION_TO_PEER] = "to-peer",
	[DIRECTION_TO_OBSERVER] = "to-observer",
	NULL,
};

const char *const target_words[] = {
	[TARGET_PEER] = "peer",
	[TARGET_OBSERVER] = "observer",
	NULL,
};

const char *const end_words[] = { "observer", "peer", NULL };

enum place end_named(int64_t word)
{
	return word == 0 ? PLACE_OBSERVER : PLACE_PEER;
}

bool direction_has(int64_t direction, bool to_peer)
{
	return direction == DIRECTION_BOTH ||
	       direction == (to_peer ? DIRECTION_TO_PEER : DIRECTION_TO_OBSERVER);
}

int beyond_router(const struct opt_values *opt, enum wire wire, enum side observer,
		  struct effect *effect, struct err *err)
{
	(void)opt;
	(void)observer;
	(void)err;
	effect->beyond = wire != WIRE_SWITCH;
	return 0;
}

static const char *direction_name(bool to_peer)
{
	return direction_words[to_peer ? DIRECTION_TO_PEER : DIRECTION_TO_OBSERVER];
}

int proof_open(struct lab *lab, bool to_peer, int64_t deadline_ns, struct err *err)
{
	bool arrived = false;
	int ret = lab_probe(lab, to_peer ? PLACE_OBSERVER : PLACE_PEER, deadline_ns, &arrived, err);

	if (!ret && !arrived)
		ret = err_set(err, ENOLINK, "expected frames to pass %s, and none arrived",
			      direction_name(to_peer));
	return ret;
}

int proof_cut(struct lab *lab, bool to_peer, int64_t deadline_ns, struct err *err)
{
	int64_t until = clock_now_ns() + CUT_WAIT_NS;
	bool arrived = false;
	int ret;

	if (lab->config.has_link)
		until += lab->config.link.delay_ns + lab->config.link.jitter_ns;
	if (until > deadline_ns)
		return err_set(err, ETIMEDOUT, "no time left to show that nothing passes %s",
			       direction_name(to_peer));
	ret = lab_probe(lab, to_peer ? PLACE_OBSERVER : PLACE_PEER, until, &arrived, err);
	if (!ret && arrived)
		ret = err_set(err, ENODATA, "expected nothing to pass %s, and a frame arrived",
			      direction_name(to_peer));
	return ret;
}

int proof_directions(struct lab *lab, bool lost_to_peer, bool lost_to_observer,
		     int64_t deadline_ns, struct err *err)
{
	int ret = lost_to_peer ? proof_cut(lab, true, deadline_ns, err) :
				 proof_open(lab, true, deadline_ns, err);

	if (ret)
		return ret;
	return lost_to_observer ? proof_cut(lab, false, deadline_ns, err) :
				  proof_open(lab, false, deadline_ns, err);
}

int proof_no_carrier(struct lab *lab, enum place end, int64_t deadline_ns, struct err *err)
{
	int64_t left = deadline_ns - clock_now_ns();
	int ret = link_wait_carrier(lab->ns[end], lab_device(end), false, left > 0 ? left : 0, err);

	if (ret == -ETIMEDOUT)
		return err_set(err, ETIMEDOUT, "expected no carrier at %s, and it is still there",
			       lab_device(end));
	return ret;
}

int proof_ended(struct program *program, int sig, int64_t deadline_ns, struct err *err)
{
	int ret = program->pid > 0 ? lab_wait_program(program, WEXITED, deadline_ns, err) : 0;

	if (ret == -ETIMEDOUT)
		return err_set(err, ETIMEDOUT, "expected %s to be ended by SIG%s, and it runs",
			       program->name, sigabbrev_np(sig));
	if (ret)
		return ret;
	if ((program->code != CLD_KILLED && program->code != CLD_DUMPED) ||
	    program->status != sig) {
		char how[64];

		return err_set(err, ECHILD, "expected %s to be ended by SIG%s, and it %s",
			       program->name, sigabbrev_np(sig),
			       lab_program_end(program, how, sizeof(how)));
	}
	return 0;
}

int proof_alive(struct program *program, struct err *err)
{
	siginfo_t si = {0};
	char how[64];

	if (program->pid > 0 && !program->stopped &&
	    !waitid(P_PIDFD, (id_t)program->pidfd, &si, WEXITED | WSTOPPED | WNOHANG | WNOWAIT) &&
	    !si.si_pid)
		return 0;
	return err_set(err, ESRCH, "expected %s to run, and it %s", program->name,
		       si.si_pid ? "has ended or stopped" :
				   lab_program_end(program, how, sizeof(how)));
}

int peer_told(struct lab *lab, struct fault_act *act, enum command_kind kind, struct err *err)
{
	int ret;

	act->per_connection = true;
	act->before_ns = clock_now_ns();
	ret = lab_command(&lab->peer, kind, act->before_ns, err);
	act->after_ns = clock_now_ns();
	if (!ret)
		act->count++;
	return ret;
}

int proof_told(struct lab *lab, struct fault_act *act, int64_t deadline_ns, struct err *err)
{
	(void)deadline_ns;
	if (!act->count)
		return err_set(err, ENODATA, "expected %s to have its command, and none was given",
			       lab->peer.name);
	return proof_alive(&lab->peer, err);
}

int target_signal(struct program *program, int sig, struct err *err)
{
	if (program->pid <= 0)
		return err_set(err, ESRCH, "%s does not run any more", program->name);
	if (pidfd_send_signal(program->pidfd, sig, NULL, 0) < 0)
		return err_sys(err, errno, "cannot send SIG%s to %s", sigabbrev_np(sig),
			       program->name);
	return 0;
}
