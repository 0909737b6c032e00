/* SPDX-License-Identifier: MIT */
#include "netns/nat.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "netns/sysctl.h"
#include "netns/tests/scratch.h"

/*   in [near 2] ---- [far 3] router [left 4] ---- [right 5] out                               */
struct scratch_router {
	struct scratch_pair pair; /* in, router */
	struct netns *out;
	int listener;
};

static struct scratch_router router(void)
{
	const struct nat nat = { AF_INET, "left", "10.79.2.254" };
	const struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(7777) };
	struct scratch_router r = { .pair = scratch_pair(), .out = scratch_ns() };
	struct netns *box = r.pair.b;
	struct err err = { "" };
	int ret;

	scratch_ok(link_veth(box, "left", 4, r.out, "right", 5, e));
	scratch_ok(link_set_up(box, "left", true, e));
	scratch_ok(link_set_up(r.out, "right", true, e));
	scratch_ok(link_addr_add(r.pair.a, "near", "10.79.1.1/24", e));
	scratch_ok(link_addr_add(box, "far", "10.79.1.254/24", e));
	scratch_ok(link_addr_add(box, "left", "10.79.2.254/24", e));
	scratch_ok(link_addr_add(r.out, "right", "10.79.2.1/24", e));
	scratch_ok(link_route_default(r.pair.a, "10.79.1.254", e));
	scratch_ok(sysctl_set(box, "net.ipv4.ip_forward", "1", e));
	ret = nat_set(box, &nat, &err);
	if (ret == -EOPNOTSUPP)
		cr_skip_test("%s", err.text);
	cr_assert_eq(ret, 0, "%s", err.text);
	r.listener = netns_socket(r.out, AF_INET, SOCK_STREAM, 0, &err);
	cr_assert_eq(bind(r.listener, (const struct sockaddr *)&at, sizeof(at)), 0);
	cr_assert_eq(listen(r.listener, 1), 0);
	return r;
}

/* A connection from inside; what the other end takes it for is in @seen. */
static void join(const struct scratch_router *r, int *inside, int *outside, char *seen)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(7777) }, from;
	socklen_t len = sizeof(from);
	struct err err = { "" };

	inet_pton(AF_INET, "10.79.2.1", &to.sin_addr);
	*inside = netns_socket(r->pair.a, AF_INET, SOCK_STREAM, 0, &err);
	cr_assert_eq(connect(*inside, (const struct sockaddr *)&to, sizeof(to)), 0);
	*outside = accept(r->listener, (struct sockaddr *)&from, &len);
	cr_assert_geq(*outside, 0);
	inet_ntop(AF_INET, &from.sin_addr, seen, INET_ADDRSTRLEN);
}

static void leave(struct scratch_router *r, int inside, int outside)
{
	close(inside);
	close(outside);
	close(r->listener);
	netns_free(r->out);
	scratch_pair_free(&r->pair);
}

Test(netns_nat, the_client_is_hidden_and_known)
{
	struct scratch_router r = router();
	char seen[INET_ADDRSTRLEN];
	int inside, outside, n = -1;
	uint64_t refused = 1;

	join(&r, &inside, &outside, seen);
	cr_assert_str_eq(seen, "10.79.2.254");
	scratch_ok(nat_connections(r.pair.b, AF_INET, 7777, &n, e));
	cr_assert_eq(n, 1);
	scratch_ok(nat_connections(r.pair.b, AF_INET, 7778, &n, e));
	cr_assert_eq(n, 0);
	scratch_ok(nat_refused(r.pair.b, AF_INET, &refused, e));
	cr_assert_eq(refused, 0);
	leave(&r, inside, outside);
}

/* Whichever end speaks first after the list was emptied is told, and the other is not. */
static void speaks_first(bool from_inside)
{
	struct scratch_router r = router();
	char seen[INET_ADDRSTRLEN], byte = 'x';
	int inside, outside, n = -1;
	struct pollfd end = { .events = POLLIN };
	uint64_t refused = 0;

	join(&r, &inside, &outside, seen);
	scratch_ok(nat_refuse(r.pair.b, AF_INET, NAT_RESET, e));
	scratch_ok(nat_forget(r.pair.b, e));
	scratch_ok(nat_connections(r.pair.b, AF_INET, 7777, &n, e));
	cr_assert_eq(n, 0);
	end.fd = from_inside ? inside : outside;
	cr_assert_eq(send(end.fd, &byte, 1, MSG_NOSIGNAL), 1);
	cr_assert_eq(poll(&end, 1, 5000), 1, "no reset came");
	cr_assert_eq(recv(end.fd, &byte, 1, MSG_DONTWAIT), -1);
	cr_assert_eq(errno, ECONNRESET);
	scratch_ok(nat_refused(r.pair.b, AF_INET, &refused, e));
	cr_assert_geq(refused, 1);
	end.fd = from_inside ? outside : inside;
	cr_assert_eq(poll(&end, 1, 20), 0, "the other end was told as well");
	leave(&r, inside, outside);
}

Test(netns_nat, after_forgetting_the_inside_is_refused)
{
	speaks_first(true);
}

Test(netns_nat, and_so_is_the_outside)
{
	speaks_first(false);
}

#define SECOND INT64_C(1000000000)

static bool listed(const struct scratch_router *r, int inside, struct nat_flow *flow)
{
	struct sockaddr_in own = { 0 };
	socklen_t len = sizeof(own);

	getsockname(inside, (struct sockaddr *)&own, &len);
	scratch_ok(nat_list(r->pair.b, AF_INET, 7777, ntohs(own.sin_port), flow, 1, e));
	return flow->listed;
}

/* By name it is what it is on the list: with another tuple's flow beside it, and when it is gone. */
Test(netns_nat, a_flow_is_asked_for_by_name)
{
	struct scratch_router r = router();
	char seen[INET_ADDRSTRLEN];
	struct nat_flow flow[2], *flows[] = { &flow[0], &flow[1] };
	int inside[2], outside[2];

	for (int i = 0; i < 2; i++) {
		join(&r, &inside[i], &outside[i], seen);
		cr_assert(listed(&r, inside[i], &flow[i]));
		scratch_ok(nat_set_idle(r.pair.b, AF_INET, &flow[i], 1, i ? 5000 : 300, e));
	}
	scratch_ok(nat_look(r.pair.b, AF_INET, flows, 2, e));
	for (int i = 0; i < 2; i++) {
		struct nat_flow same;

		cr_assert(flow[i].listed && listed(&r, inside[i], &same));
		cr_assert(flow[i].left_s - same.left_s <= 1, "%u, not %u", flow[i].left_s, same.left_s);
		cr_assert_eq(flow[i].left_s / 400, i ? 12 : 0);
	}
	scratch_ok(nat_forget(r.pair.b, e));
	scratch_ok(nat_look(r.pair.b, AF_INET, flows, 2, e));
	cr_assert(!flow[0].listed && !flow[1].listed);
	close(inside[1]);
	close(outside[1]);
	leave(&r, inside[0], outside[0]);
}

/* A second is counted from the call, and anew from each packet; by the kernel's clock. */
Test(netns_nat, who_is_silent_for_too_long_is_forgotten)
{
	const struct timespec nap = { .tv_nsec = 5000000 };
	struct scratch_router r = router();
	char seen[INET_ADDRSTRLEN], byte = 'x';
	int64_t set, talked;
	struct nat_flow flow;
	int inside, outside;

	join(&r, &inside, &outside, seen);
	cr_assert(listed(&r, inside, &flow));
	cr_assert_gt(flow.left_s, 400000, "Linux's five days");
	set = scratch_now_ns();
	scratch_ok(nat_set_idle(r.pair.b, AF_INET, &flow, 1, 1, e));
	cr_assert(listed(&r, inside, &flow));
	cr_assert_leq(flow.left_s, 1);
	while (scratch_now_ns() < set + SECOND * 6 / 10)
		nanosleep(&nap, NULL);
	talked = scratch_now_ns();
	cr_assert_eq(send(inside, &byte, 1, MSG_NOSIGNAL), 1);
	while (listed(&r, inside, &flow) && scratch_now_ns() < talked + 10 * SECOND)
		nanosleep(&nap, NULL);
	cr_assert_not(flow.listed, "never forgotten");
	cr_assert_gt(scratch_now_ns(), talked + SECOND - SECOND / 100);
	leave(&r, inside, outside);
}
