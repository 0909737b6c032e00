/* SPDX-License-Identifier: MIT */
#include "netns/tests/scratch.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <netlink/route/neighbour.h>

#include "netns/probe.h"

int64_t scratch_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

struct netns *scratch_ns(void)
{
	struct err err = { "" };
	struct netns *ns;

	if (netns_privilege(&err))
		cr_skip_test("%s", err.text);
	ns = netns_new(&err);
	cr_assert(ns, "%s", err.text);
	return ns;
}

struct netns *scratch_enter(void)
{
	struct netns *ns = scratch_ns();

	scratch_ok(netns_enter(ns, e));
	return ns;
}

struct scratch_pair scratch_pair(void)
{
	struct scratch_pair p = { scratch_ns(), scratch_ns() };

	scratch_ok(link_veth(p.a, "near", 2, p.b, "far", 3, e));
	scratch_ok(link_set_up(p.a, "near", true, e));
	scratch_ok(link_set_up(p.b, "far", true, e));
	scratch_ok(link_wait_carrier(p.a, "near", true, 5000 * MS, e));
	scratch_ok(link_wait_carrier(p.b, "far", true, 5000 * MS, e));
	return p;
}

void scratch_pair_free(struct scratch_pair *pair)
{
	netns_free(pair->a);
	netns_free(pair->b);
}

static void add_port(struct netns *wire, const char *port, int index, struct netns *end,
		     const char *dev)
{
	scratch_ok(link_veth(wire, port, index, end, dev, 2, e));
	scratch_ok(link_set_master(wire, port, "br0", e));
	scratch_ok(link_set_up(wire, port, true, e));
	scratch_ok(link_set_up(end, dev, true, e));
	scratch_ok(link_wait_carrier(wire, port, true, 5000 * MS, e));
	scratch_ok(link_wait_carrier(end, dev, true, 5000 * MS, e));
}

struct scratch_wire scratch_wire(void)
{
	struct scratch_wire w = { scratch_ns(), scratch_ns(), scratch_ns() };

	scratch_ok(link_bridge(w.wire, "br0", 10, e));
	scratch_ok(link_set_up(w.wire, "br0", true, e));
	add_port(w.wire, "w-obs", 3, w.obs, "obs0");
	add_port(w.wire, "w-peer", 4, w.peer, "peer0");
	return w;
}

void scratch_wire_free(struct scratch_wire *wire)
{
	netns_free(wire->obs);
	netns_free(wire->wire);
	netns_free(wire->peer);
}

/* A cut path costs the whole timeout, an open one microseconds. */
bool scratch_open(struct netns *from, const char *from_dev, struct netns *to, const char *to_dev)
{
	bool arrived;

	scratch_ok(probe_path(from, from_dev, to, to_dev, 100 * MS, &arrived, e));
	return arrived;
}

int scratch_listen(struct netns *ns)
{
	const struct sockaddr_nl groups = { .nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK };
	int fd;

	fd = netns_socket(ns, AF_NETLINK, SOCK_RAW, NETLINK_ROUTE, NULL);
	cr_assert_geq(fd, 0);
	cr_assert_eq(bind(fd, (const struct sockaddr *)&groups, sizeof(groups)), 0);
	return fd;
}

int64_t scratch_heard_ns(int fd, int ifindex, bool carrier, bool gone, int64_t timeout_ns)
{
	const int64_t start_ns = scratch_now_ns();
	struct {
		struct nlmsghdr hdr;
		struct ifinfomsg info;
		char rest[8192];
	} told;
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	int64_t left;

	for (;;) {
		left = start_ns + timeout_ns - scratch_now_ns();
		if (left <= 0 || poll(&pfd, 1, (int)(left / MS) + 1) <= 0)
			return -1;
		cr_assert_gt(recv(fd, &told, sizeof(told), 0), 0);
		if (told.info.ifi_index != ifindex)
			continue;
		if (gone ? told.hdr.nlmsg_type == RTM_DELLINK :
			   !!(told.info.ifi_flags & IFF_LOWER_UP) == carrier)
			return scratch_now_ns() - start_ns;
	}
}

void scratch_neighbour(struct netns *ns, int ifindex, const char *address, int state)
{
	struct rtnl_neigh *neigh = rtnl_neigh_alloc();
	struct nl_addr *own, *hardware;

	cr_assert_eq(nl_addr_parse(address, AF_UNSPEC, &own), 0);
	cr_assert_eq(nl_addr_parse("02:00:00:00:00:02", AF_LLC, &hardware), 0);
	rtnl_neigh_set_ifindex(neigh, ifindex);
	rtnl_neigh_set_dst(neigh, own);
	rtnl_neigh_set_lladdr(neigh, hardware);
	rtnl_neigh_set_state(neigh, state);
	cr_assert_eq(rtnl_neigh_add(netns_route(ns), neigh, NLM_F_CREATE | NLM_F_REPLACE), 0);
	nl_addr_put(own);
	nl_addr_put(hardware);
	rtnl_neigh_put(neigh);
}
