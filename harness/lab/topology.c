/* SPDX-License-Identifier: MIT */
/*
 * The namespaces and links of a lab; lab.c says in which order and why.
 *
 * Idle means idle: no router solicitations, no duplicate address detection, no multicast snooping. In
 * an IPv4 lab IPv6 is off altogether.
 */
#include "lab/topology.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>

#include "base/clock.h"
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

static bool switched(const struct lab *lab)
{
	return lab->config.wire == WIRE_SWITCH;
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
		/* 1000 ms by default: groups are reported while the lab is built, not into a trial; 20
		 * is a whole number of ticks at every HZ, and so reads back as written */
		{"net.ipv6.conf.default.mldv2_unsolicited_report_interval", "20"},
	};
	int ret;

	if (lab->config.family != AF_INET6 || (place == PLACE_WIRE && switched(lab))) {
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

void topology_take(struct lab *lab, struct lab *from)
{
	for (enum place place = PLACE_OBSERVER; place < PLACE_COUNT; place++) {
		lab->ns[place] = from->ns[place];
		from->ns[place] = NULL;
		undo_push(&lab->undo, undo_ns, &lab->ns[place]);
	}
}

int topology_namespaces(struct lab *lab, struct err *err)
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
	int ret;

	ret = link_veth(lab->ns[end], lab_device(end), ifindex, wire, lab_port(end), port_index,
			err);
	if (!ret && switched(lab))
		ret = link_set_master(wire, lab_port(end), LAB_BRIDGE, err);
	if (!ret)
		ret = link_set_up(wire, lab_port(end), true, err);
	if (!ret)
		ret = link_set_up(lab->ns[end], lab_device(end), true, err);
	if (!ret && !switched(lab))
		ret = topology_port_addresses(lab, end, err);
	if (!ret)
		ret = topology_end_addresses(lab, end, err);
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

int topology_links(struct lab *lab, struct err *err)
{
	struct netns *wire = lab->ns[PLACE_WIRE];
	int ret;

	if (switched(lab))
		ret = link_bridge(wire, LAB_BRIDGE, IF_BRIDGE, err);
	else
		ret = topology_forwarding(lab, err);
	if (!ret && switched(lab))
		ret = link_set_up(wire, LAB_BRIDGE, true, err);
	if (!ret)
		ret = make_cable(lab, PLACE_OBSERVER, IF_OBS, IF_PORT_OBS, err);
	if (!ret)
		ret = make_cable(lab, PLACE_PEER, IF_PEER, IF_PORT_PEER, err);
	if (!ret)
		ret = topology_translation(lab, err);
	if (!ret)
		ret = wait_carrier(lab, PLACE_OBSERVER, err);
	if (!ret)
		ret = wait_carrier(lab, PLACE_PEER, err);
	return ret;
}

static enum place other_end(enum place end)
{
	return end == PLACE_PEER ? PLACE_OBSERVER : PLACE_PEER;
}

/* From an address that nobody has: a router limits how many errors it sends to one that asks. */
static struct probe_route route_of(struct lab *lab, enum place from)
{
	enum place to = other_end(from);

	return (struct probe_route){
		.from = lab->ns[from],
		.router = lab->ns[PLACE_WIRE],
		.to = lab->ns[to],
		.from_dev = lab_device(from),
		.port = lab_port(from),
		.family = lab->config.family,
		.src = lab_nobody(&lab->config, from),
		.dst = lab_address(&lab->config, to),
	};
}

int lab_stray_segment(struct lab *lab, enum place from, struct err *err)
{
	struct probe_route way = route_of(lab, from);

	return probe_segment(&way, err);
}

int lab_probe(struct lab *lab, enum place from, int64_t deadline_ns, bool *arrived,
	      struct err *err)
{
	struct probe_route way = route_of(lab, from);
	enum place to = other_end(from);
	int ret;

	do {
		int64_t left = deadline_ns - clock_now_ns();

		left = left < 0 ? 0 : left > PROBE_ROUND_NS ? PROBE_ROUND_NS : left;
		if (switched(lab))
			ret = probe_path(lab->ns[from], lab_device(from), lab->ns[to],
					 lab_device(to), left, arrived, err);
		else
			ret = probe_route(&way, left, arrived, err);
	} while (!ret && !*arrived && clock_now_ns() < deadline_ns);
	return ret;
}

int topology_prove(struct lab *lab, enum place from, struct err *err)
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

int topology_steady_link(struct lab *lab, struct err *err)
{
	int ret = 0;

	if (lab->config.has_link)
		ret = lab_set_link(lab, PLACE_PEER, err);
	if (lab->config.has_link && !ret)
		ret = lab_set_link(lab, PLACE_OBSERVER, err);
	return ret;
}
