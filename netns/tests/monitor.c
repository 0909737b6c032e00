/* SPDX-License-Identifier: MIT */
/* Which neighbour events wake who listens, with the kernel's own: an entry that is told of, one that
 * answers, and one that does not. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "netns/monitor.h"
#include "netns/sysctl.h"
#include "netns/tests/scratch.h"

enum { NEAR = 2, PATIENCE_MS = 5000 };

struct ears {
	struct scratch_pair pair;
	struct monitor_path path;
	int all, ours; /* hears everything; only what is asked for */
};

static struct ears ears_of(int family, const char *hop)
{
	struct ears ears = { .pair = scratch_pair(),
			     .path = { .family = family,
				       .ifindex = NEAR,
				       .device = "near",
				       .hop_len = family == AF_INET6 ? 16 : 4 } };
	struct err err = { "" };

	cr_assert_eq(inet_pton(family, hop, ears.path.hop), 1);
	scratch_ok(netns_enter(ears.pair.a, e));
	ears.all = monitor_open(NETLINK_ROUTE, RTMGRP_NEIGH, &err);
	ears.ours = monitor_open(NETLINK_ROUTE, RTMGRP_NEIGH, &err);
	cr_assert(ears.all >= 0 && ears.ours >= 0, "%s", err.text);
	return ears;
}

static void free_ears(struct ears *ears)
{
	close(ears->all);
	close(ears->ours);
	monitor_done(&ears->path);
	scratch_pair_free(&ears->pair);
}

/* The state that the next message tells of the hop, -1: it is about another; -EAGAIN: no message. */
static int next_state(struct ears *ears, int fd, int timeout_ms)
{
	struct pollfd heard = { .fd = fd, .events = POLLIN };
	union {
		struct nlmsghdr hdr;
		char bytes[8192];
	} in;

	if (poll(&heard, 1, timeout_ms) == 0)
		return -EAGAIN;
	cr_assert_gt(recv(fd, &in, sizeof(in), 0), 0);
	return monitor_told_neighbour(&in.hdr, &ears->path);
}

/* Notifications are queued before the request that caused them is acknowledged. */
static int heard(struct ears *ears, int fd)
{
	int n = 0;

	while (next_state(ears, fd, 0) != -EAGAIN)
		n++;
	return n;
}

static void hears_its_own(int family, const char *hop, const char *other)
{
	struct ears ears = ears_of(family, hop);
	struct netns *a = ears.pair.a;

	scratch_ok(link_veth(a, "third", 4, ears.pair.b, "fourth", 5, e));
	scratch_ok(link_set_up(a, "third", true, e));
	scratch_ok(monitor_hear_neighbour(ears.ours, &ears.path, NUD_FAILED, e));
	scratch_neighbour(a, NEAR, hop, NUD_REACHABLE);
	scratch_neighbour(a, NEAR, hop, NUD_STALE);
	scratch_neighbour(a, NEAR, other, NUD_REACHABLE);
	scratch_neighbour(a, NEAR, other, NUD_FAILED);
	scratch_neighbour(a, 4, hop, NUD_REACHABLE);
	scratch_neighbour(a, 4, hop, NUD_FAILED);
	cr_assert_geq(heard(&ears, ears.all), 6);
	cr_assert_eq(heard(&ears, ears.ours), 0);
	scratch_neighbour(a, NEAR, hop, NUD_FAILED);
	cr_assert_eq(next_state(&ears, ears.ours, 0), NUD_FAILED);
	cr_assert_eq(heard(&ears, ears.ours), 0);

	scratch_ok(monitor_hear_neighbour(ears.ours, &ears.path, NUD_REACHABLE | NUD_STALE, e));
	scratch_neighbour(a, NEAR, hop, NUD_STALE);
	scratch_neighbour(a, NEAR, hop, NUD_REACHABLE);
	scratch_neighbour(a, NEAR, hop, NUD_FAILED);
	cr_assert_eq(next_state(&ears, ears.ours, 0), NUD_STALE);
	cr_assert_eq(next_state(&ears, ears.ours, 0), NUD_REACHABLE);
	cr_assert_eq(heard(&ears, ears.ours), 0);
	free_ears(&ears);
}

Test(netns_monitor, hears_of_its_own_neighbour_only, .timeout = 30)
{
	hears_its_own(AF_INET, "10.9.0.2", "10.9.0.3");
}

Test(netns_monitor, hears_of_its_own_ipv6_neighbour_only, .timeout = 30)
{
	hears_its_own(AF_INET6, "fd09::1:0:2", "fd09::2:0:2");
}

/* As the kernel asks by itself, but sooner: three requests, a tenth of a second apart. */
static void ask(struct ears *ears)
{
	scratch_ok(sysctl_set(ears->pair.a, "net.ipv4.neigh.near.retrans_time_ms", "100", e));
	scratch_ok(link_addr_add(ears->pair.a, "near", "10.9.0.1/24", e));
	scratch_ok(link_addr_add(ears->pair.b, "far", "10.9.0.2/24", e));
	scratch_ok(monitor_hear_neighbour(ears->ours, &ears->path, NUD_FAILED, e));
	scratch_ok(monitor_ask(&ears->path, e));
}

Test(netns_monitor, an_answer_is_not_heard, .timeout = 30)
{
	struct ears ears = ears_of(AF_INET, "10.9.0.2");
	int state = 0;

	ask(&ears);
	while (state != NUD_REACHABLE) {
		state = next_state(&ears, ears.all, PATIENCE_MS);
		cr_assert_neq(state, -EAGAIN);
	}
	scratch_ok(monitor_ask(&ears.path, e));
	cr_assert_eq(next_state(&ears, ears.all, PATIENCE_MS), NUD_PROBE);
	cr_assert_eq(next_state(&ears, ears.all, PATIENCE_MS), NUD_REACHABLE);
	cr_assert_eq(heard(&ears, ears.ours), 0);
	free_ears(&ears);
}

Test(netns_monitor, silence_is_heard, .timeout = 30)
{
	struct ears ears = ears_of(AF_INET, "10.9.0.3");

	ask(&ears);
	cr_assert_eq(next_state(&ears, ears.ours, PATIENCE_MS), NUD_FAILED);
	cr_assert_eq(heard(&ears, ears.ours), 0);
	free_ears(&ears);
}
