/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "netns/tests/scratch.h"

/* Whether @to gets datagrams that @from sends to @text, within 5 s. More than one is sent: an IPv6
 * address answers only when addrconf_dad_work() has put its route in. */
static bool reaches(struct netns *from, struct netns *to, const char *text)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(9) };
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(9) };
	const bool v6 = strchr(text, ':');
	const struct sockaddr *addr = v6 ? (struct sockaddr *)&in6 : (struct sockaddr *)&in;
	const socklen_t size = v6 ? sizeof(in6) : sizeof(in);
	const struct timeval patience = { .tv_usec = 100000 };
	int tx, rx;
	char byte;
	bool got = false;

	cr_assert_eq(inet_pton(addr->sa_family, text,
			       v6 ? (void *)&in6.sin6_addr : (void *)&in.sin_addr), 1);
	rx = netns_socket(to, addr->sa_family, SOCK_DGRAM, 0, NULL);
	tx = netns_socket(from, addr->sa_family, SOCK_DGRAM, 0, NULL);
	setsockopt(rx, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	cr_assert_eq(bind(rx, addr, size), 0, "%s", strerror(errno));
	for (int i = 0; i < 50 && !got; i++)
		got = sendto(tx, "x", 1, 0, addr, size) == 1 && recv(rx, &byte, 1, 0) == 1;
	close(tx);
	close(rx);
	return got;
}

Test(netns_link_addr, ipv4_reaches)
{
	struct scratch_pair p = scratch_pair();

	scratch_ok(link_addr_add(p.a, "near", "10.77.0.1/24", e));
	scratch_ok(link_addr_add(p.b, "far", "10.77.0.2/24", e));
	cr_assert(reaches(p.a, p.b, "10.77.0.2"));
	scratch_pair_free(&p);
}

Test(netns_link_addr, ipv6_reaches_without_dad)
{
	struct scratch_pair p = scratch_pair();

	scratch_ok(link_addr_add(p.a, "near", "fd77::1/64", e));
	scratch_ok(link_addr_add(p.b, "far", "fd77::2/64", e));
	cr_assert(reaches(p.a, p.b, "fd77::2"));
	scratch_pair_free(&p);
}

Test(netns_link_addr, the_default_route_leads_beyond)
{
	struct scratch_pair p = scratch_pair();

	scratch_ok(link_addr_add(p.a, "near", "10.77.0.1/24", e));
	scratch_ok(link_addr_add(p.b, "far", "10.77.0.2/24", e));
	scratch_ok(link_addr_add(p.b, "lo", "10.99.0.1/32", e));
	scratch_ok(link_route_default(p.a, "10.77.0.2", e));
	cr_assert(reaches(p.a, p.b, "10.99.0.1"));
	scratch_ok(link_addr_add(p.a, "near", "fd77::1/64", e));
	scratch_ok(link_addr_add(p.b, "far", "fd77::2/64", e));
	scratch_ok(link_addr_add(p.b, "lo", "fd99::1/128", e));
	scratch_ok(link_route_default(p.a, "fd77::2", e));
	cr_assert(reaches(p.a, p.b, "fd99::1"));
	scratch_pair_free(&p);
}

Test(netns_link_addr, delete_takes_it_away)
{
	struct scratch_pair p = scratch_pair();

	scratch_ok(link_addr_add(p.a, "near", "10.77.0.1/24", e));
	scratch_ok(link_addr_del(p.a, "near", "10.77.0.1/24", e));
	cr_assert_eq(link_addr_del(p.a, "near", "10.77.0.1/24", NULL), -EADDRNOTAVAIL);
	scratch_ok(link_addr_add(p.a, "near", "fd77::1/64", e));
	cr_assert_eq(link_addr_add(p.a, "near", "fd77::1/64", NULL), -EEXIST);
	scratch_ok(link_addr_del(p.a, "near", "fd77::1/64", e));
	scratch_pair_free(&p);
}

Test(netns_link_addr, refuses_what_is_no_address)
{
	static const char *const bad[] = { "", "10.77.0.1", "10.77.0/x", "fd77::1", "fd77::1/200",
					   "10.0.0.1/33", "lo/8", "/24", "aa:bb:cc:dd:ee:ff/8" };
	struct netns *ns = scratch_ns();
	struct err err = { "" };
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_expect_eq(link_addr_add(ns, "lo", bad[i], &err), -EINVAL, "\"%s\"", bad[i]);
	cr_expect_eq(link_route_default(ns, "nonsense", &err), -EINVAL);
	cr_expect_eq(link_route_default(ns, "10.0.0.1/8", &err), -EINVAL);
	cr_expect_lt(link_route_default(ns, "10.0.0.1", &err), 0, "unreachable");
	netns_free(ns);
}
