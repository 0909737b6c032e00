/* SPDX-License-Identifier: MIT */
/*
 * One lab: what is built, in which order, and why nothing stays behind.
 *
 *   1. three namespaces; what IPv6 says by itself is switched off before any link exists
 *   2. the switch or router and the two cables, with interface indexes that differ, up, with carrier
 *   3. addresses, routes; proof that frames pass both ways, before any impairment could swallow it
 *   4. the scenario's sysctls in the observer's namespace
 *   5. the steady netem on the wire's ports
 *   6. the server, until it listens; then the client
 *
 * Neighbour entries are not made by hand: they resolve when the client connects, and age as they
 * do anywhere, which decides between ETIMEDOUT and EHOSTUNREACH later on.
 *
 * Each step pushes its undo. The kernel does the rest: namespaces go with their last descriptor
 * and process. One thing could outlive them: a socket without an owner that still retries its FIN
 * holds its namespace (net_sock keeps a reference), for up to tcp_orphan_retries, 8 by default,
 * some 100 s. The observer's sockets without an owner interest nobody and get 1 from the start. So
 * do the peer's, unless their FIN may have to be repeated through a lossy path (peer_retries_fin):
 * then they get 1 when the lab ends.
 */
#include "lab/lab.h"

#include <errno.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "lab/program.h"
#include "lab/topology.h"
#include "netns/sysctl.h"

static void undo_signals(void *arg)
{
	struct lab *lab = arg;

	close(lab->children);
	sigaction(SIGPIPE, &lab->old_pipe, NULL);
	sigaction(SIGCHLD, &lab->old_chld, NULL);
	sigprocmask(SIG_SETMASK, &lab->old_mask, NULL);
}

/* A blocked SIGCHLD is queued even where its action is to ignore it (signal(7)); SA_NOCLDSTOP and
 * SIG_IGN, which would keep it from coming, may be inherited. */
static int take_signals(struct lab *lab, struct err *err)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN}, normal = {.sa_handler = SIG_DFL};
	sigset_t chld;

	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	lab->children = signalfd(-1, &chld, SFD_CLOEXEC | SFD_NONBLOCK);
	if (lab->children < 0)
		return err_sys(err, errno, "signalfd");
	sigaction(SIGPIPE, &ignore, &lab->old_pipe);
	sigaction(SIGCHLD, &normal, &lab->old_chld);
	sigprocmask(SIG_BLOCK, &chld, &lab->old_mask);
	undo_push(&lab->undo, undo_signals, lab);
	return 0;
}

static int set_sysctls(struct lab *lab, struct err *err)
{
	struct netns *ns = lab->ns[PLACE_OBSERVER];
	int ret = sysctl_set(ns, "net.ipv4.tcp_orphan_retries", "1", err);

	if (!ret && !lab->config.peer_retries_fin)
		ret = sysctl_set(lab->ns[PLACE_PEER], "net.ipv4.tcp_orphan_retries", "1", err);
	for (int i = 0; !ret && i < lab->config.n_sysctl; i++)
		ret = sysctl_set(ns, lab->config.sysctl[i].name, lab->config.sysctl[i].value, err);
	return ret;
}

static void undo_program(void *arg)
{
	program_end(arg);
}

static void undo_orphans(void *arg)
{
	struct lab *lab = arg;

	sysctl_set(lab->ns[PLACE_PEER], "net.ipv4.tcp_orphan_retries", "1", NULL);
}

static int start(struct lab *lab, enum side side, struct err *err)
{
	bool observes = side == lab->config.observer;
	struct program *program = observes ? &lab->observer : &lab->peer;
	char **argv = program_argv(&lab->config, side, err);
	struct event ev = {.kind = EVENT_DONE};
	bool from_peer;
	int ret;

	if (!argv)
		return -ENOMEM;
	ret = program_spawn(lab, observes ? PLACE_OBSERVER : PLACE_PEER, argv, program, err);
	program_argv_free(argv);
	if (ret < 0)
		return ret;
	undo_push(&lab->undo, undo_program, program);
	ret = lab_next_event(lab, lab->config.deadline_ns, &ev, &from_peer, err);
	if (ret == 0)
		return err_set(err, ETIMEDOUT, "%s is not ready in time", program->name);
	if (ret > 0 && (ev.kind != EVENT_READY || from_peer == observes))
		return err_set(err, EPROTO, "event %d before %s is ready", (int)ev.kind,
			       program->name);
	return ret < 0 ? ret : 0;
}

static int start_programs(struct lab *lab, struct err *err)
{
	int ret = start(lab, SIDE_SERVER, err);

	if (!ret)
		ret = start(lab, SIDE_CLIENT, err);
	if (!ret)
		undo_push(&lab->undo, undo_orphans, lab);
	return ret;
}

int lab_up(struct lab *lab, const struct lab_config *config, struct err *err)
{
	const struct program none = PROGRAM_NONE;
	int ret;

	memset(lab, 0, sizeof(*lab));
	lab->config = *config;
	lab->observer = lab->peer = none;
	lab->observer.name = "the observer";
	lab->peer.name = "the peer";
	ret = take_signals(lab, err);
	if (!ret)
		ret = topology_ground(lab, err);
	if (!ret)
		ret = set_sysctls(lab, err);
	if (!ret)
		ret = topology_steady_link(lab, err);
	if (!ret)
		ret = start_programs(lab, err);
	if (ret < 0)
		lab_down(lab);
	return ret;
}

void lab_down(struct lab *lab)
{
	undo_unwind(&lab->undo, 0);
}
