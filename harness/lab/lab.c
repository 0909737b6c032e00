/* SPDX-License-Identifier: MIT */
/*
 * One lab: what is built, in which order, and why nothing stays behind.
 *
 *   1. three namespaces; what IPv6 says by itself is switched off before any link exists
 *   2. the switch and the two cables, with interface indexes that differ, up, with carrier
 *   3. addresses; the scenario's sysctls in the observer's namespace
 *   4. proof that frames pass both ways, before any impairment could swallow it
 *   5. the steady netem on the wire's ports
 *   6. the server, until it listens; then the client
 *
 * Neighbour entries are not made by hand: they resolve when the client connects, and age as they
 * do anywhere, which decides between ETIMEDOUT and EHOSTUNREACH later on.
 *
 * Idle means idle: no router solicitations, no duplicate address detection, no link-local address,
 * no multicast snooping. In an IPv4 lab IPv6 is off altogether.
 *
 * Each step pushes its undo. The kernel does the rest: namespaces go with their last descriptor
 * and process. One thing could outlive them: a socket without an owner that still retries its FIN
 * holds its namespace (net_sock keeps a reference), for up to tcp_orphan_retries, 8 by default,
 * some 100 s. The observer's sockets without an owner interest nobody and get 1 from the start;
 * the peer's may be part of a fault (its FIN through a lossy path) and get 1 when the lab ends.
 */
#include "lab/lab.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "lab/program.h"
#include "netns/link.h"
#include "netns/probe.h"
#include "netns/sysctl.h"

const char *const place_names[PLACE_COUNT + 1] = {
	[PLACE_OBSERVER] = "observer",
	[PLACE_WIRE] = "wire",
	[PLACE_PEER] = "peer",
};

#define LAB_BRIDGE     "br0"
#define PROBE_ROUND_NS (200 * NS_PER_MS) /* probe_path() spreads a few frames over it */

/* All different, as link_veth() asks for. */
enum { IF_OBS = 11, IF_PORT_OBS = 12, IF_PORT_PEER = 13, IF_PEER = 14, IF_BRIDGE = 15 };

const char *lab_device(enum place end)
{
	return end == PLACE_PEER ? LAB_PEER_DEV : LAB_OBS_DEV;
}

const char *lab_port(enum place end)
{
	return end == PLACE_PEER ? LAB_PORT_PEER : LAB_PORT_OBS;
}

const char *lab_address(const struct lab_config *config, enum place place)
{
	if (config->family == AF_INET6)
		return place == PLACE_PEER ? "fd77::2" : "fd77::1";
	return place == PLACE_PEER ? "10.77.0.2" : "10.77.0.1";
}

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

/* Set before the links exist: a new device takes over `default`. */
static int quiet(struct lab *lab, enum place place, struct err *err)
{
	static const char *const ipv6[][2] = {
		{"net.ipv6.conf.default.accept_ra", "0"},
		{"net.ipv6.conf.default.autoconf", "0"},
		{"net.ipv6.conf.default.router_solicitations", "0"},
		{"net.ipv6.conf.default.dad_transmits", "0"},
		{"net.ipv6.conf.default.accept_dad", "0"},
		{"net.ipv6.conf.default.addr_gen_mode", "1"}, /* IN6_ADDR_GEN_MODE_NONE */
	};
	int ret;

	if (lab->config.family != AF_INET6 || place == PLACE_WIRE) {
		ret = sysctl_set(lab->ns[place], "net.ipv6.conf.default.disable_ipv6", "1", err);
		return ret == -ENOENT ? 0 : ret;
	}
	for (size_t i = 0; i < sizeof(ipv6) / sizeof(ipv6[0]); i++) {
		ret = sysctl_set(lab->ns[place], ipv6[i][0], ipv6[i][1], err);
		if (ret < 0)
			return ret;
	}
	return 0;
}

static void undo_ns(void *arg)
{
	struct netns **ns = arg;

	netns_free(*ns);
	*ns = NULL;
}

static int make_namespaces(struct lab *lab, struct err *err)
{
	for (enum place place = PLACE_OBSERVER; place < PLACE_COUNT; place++) {
		int ret;

		lab->ns[place] = netns_new(err);
		if (!lab->ns[place])
			return -EPERM;
		undo_push(&lab->undo, undo_ns, &lab->ns[place]);
		ret = quiet(lab, place, err);
		if (ret < 0)
			return ret;
	}
	return 0;
}

static int make_cable(struct lab *lab, enum place end, int ifindex, int port_index, struct err *err)
{
	struct netns *wire = lab->ns[PLACE_WIRE];
	char cidr[64];
	int ret;

	snprintf(cidr, sizeof(cidr), "%s/%d", lab_address(&lab->config, end),
		 lab->config.family == AF_INET6 ? 64 : 24);
	ret = link_veth(lab->ns[end], lab_device(end), ifindex, wire, lab_port(end), port_index,
			err);
	if (!ret)
		ret = link_set_master(wire, lab_port(end), LAB_BRIDGE, err);
	if (!ret)
		ret = link_set_up(wire, lab_port(end), true, err);
	if (!ret)
		ret = link_set_up(lab->ns[end], lab_device(end), true, err);
	if (!ret)
		ret = link_addr_add(lab->ns[end], lab_device(end), cidr, err);
	return ret;
}

static int wait_carrier(struct lab *lab, enum place end, struct err *err)
{
	int64_t left = lab->config.deadline_ns - clock_now_ns();
	int ret = link_wait_carrier(lab->ns[end], lab_device(end), true, left, err);

	if (!ret) {
		left = lab->config.deadline_ns - clock_now_ns();
		ret = link_wait_carrier(lab->ns[PLACE_WIRE], lab_port(end), true, left, err);
	}
	return ret;
}

static int make_links(struct lab *lab, struct err *err)
{
	struct netns *wire = lab->ns[PLACE_WIRE];
	int ret = link_bridge(wire, LAB_BRIDGE, IF_BRIDGE, err);

	if (!ret)
		ret = link_set_up(wire, LAB_BRIDGE, true, err);
	if (!ret)
		ret = make_cable(lab, PLACE_OBSERVER, IF_OBS, IF_PORT_OBS, err);
	if (!ret)
		ret = make_cable(lab, PLACE_PEER, IF_PEER, IF_PORT_PEER, err);
	if (!ret)
		ret = wait_carrier(lab, PLACE_OBSERVER, err);
	if (!ret)
		ret = wait_carrier(lab, PLACE_PEER, err);
	return ret;
}

static int set_sysctls(struct lab *lab, struct err *err)
{
	struct netns *ns = lab->ns[PLACE_OBSERVER];
	int ret = sysctl_set(ns, "net.ipv4.tcp_orphan_retries", "1", err);

	for (int i = 0; !ret && i < lab->config.n_sysctl; i++)
		ret = sysctl_set(ns, lab->config.sysctl[i].name, lab->config.sysctl[i].value, err);
	return ret;
}

int lab_probe(struct lab *lab, enum place from, int64_t deadline_ns, bool *arrived,
	      struct err *err)
{
	enum place to = from == PLACE_PEER ? PLACE_OBSERVER : PLACE_PEER;
	int ret;

	do {
		int64_t left = deadline_ns - clock_now_ns();

		left = left < 0 ? 0 : left > PROBE_ROUND_NS ? PROBE_ROUND_NS : left;
		ret = probe_path(lab->ns[from], lab_device(from), lab->ns[to], lab_device(to), left,
				 arrived, err);
	} while (!ret && !*arrived && clock_now_ns() < deadline_ns);
	return ret;
}

static int prove_path(struct lab *lab, enum place from, struct err *err)
{
	bool arrived = false;
	int ret = lab_probe(lab, from, lab->config.deadline_ns, &arrived, err);

	if (!ret && !arrived)
		ret = err_set(err, ETIMEDOUT, "no frame from the %s reaches the other end",
			      place_names[from]);
	return ret;
}

int lab_set_link(struct lab *lab, enum place end, struct err *err)
{
	struct netem netem = lab->config.link;

	if (!lab->config.has_link)
		return netem_del(lab->ns[PLACE_WIRE], lab_port(end), err);
	if (end == PLACE_OBSERVER)
		netem.seed++;
	return netem_set(lab->ns[PLACE_WIRE], lab_port(end), &netem, err);
}

static int set_steady_link(struct lab *lab, struct err *err)
{
	int ret = 0;

	if (lab->config.has_link)
		ret = lab_set_link(lab, PLACE_PEER, err);
	if (lab->config.has_link && !ret)
		ret = lab_set_link(lab, PLACE_OBSERVER, err);
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
	const struct program none = {.pidfd = -1, .events = -1, .commands = -1, .children = -1};
	int ret;

	memset(lab, 0, sizeof(*lab));
	lab->config = *config;
	lab->observer = lab->peer = none;
	lab->observer.name = "the observer";
	lab->peer.name = "the peer";
	ret = take_signals(lab, err);
	if (!ret)
		ret = make_namespaces(lab, err);
	if (!ret)
		ret = make_links(lab, err);
	if (!ret)
		ret = set_sysctls(lab, err);
	if (!ret)
		ret = prove_path(lab, PLACE_OBSERVER, err);
	if (!ret)
		ret = prove_path(lab, PLACE_PEER, err);
	if (!ret)
		ret = set_steady_link(lab, err);
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
