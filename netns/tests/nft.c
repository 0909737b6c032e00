/* SPDX-License-Identifier: MIT */
#include "netns/nft.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "netns/tests/scratch.h"

/* Two namespaces with addresses, and a listener in the second. */
static int listener(const struct scratch_pair *pair, int family, struct sockaddr_storage *at,
		    socklen_t *len)
{
	bool v4 = family == AF_INET;
	struct err err = { "" };
	int fd = netns_socket(pair->b, family, SOCK_STREAM, 0, &err);

	cr_assert_geq(fd, 0, "%s", err.text);
	scratch_ok(link_addr_add(pair->a, "near", v4 ? "10.78.0.1/24" : "fd78::1/64", e));
	scratch_ok(link_addr_add(pair->b, "far", v4 ? "10.78.0.2/24" : "fd78::2/64", e));
	*len = v4 ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
	memset(at, 0, sizeof(*at));
	at->ss_family = (sa_family_t)family;
	if (v4)
		inet_pton(family, "10.78.0.2", &((struct sockaddr_in *)at)->sin_addr);
	else
		inet_pton(family, "fd78::2", &((struct sockaddr_in6 *)at)->sin6_addr);
	cr_assert_eq(bind(fd, (struct sockaddr *)at, *len), 0);
	cr_assert_eq(listen(fd, 8), 0);
	cr_assert_eq(getsockname(fd, (struct sockaddr *)at, len), 0);
	return fd;
}

/* 0 or the errno of connect(2). */
static int connect_says(struct netns *ns, const struct sockaddr_storage *at, socklen_t len)
{
	struct err err = { "" };
	int fd = netns_socket(ns, at->ss_family, SOCK_STREAM, 0, &err), said;

	cr_assert_geq(fd, 0, "%s", err.text);
	said = connect(fd, (const struct sockaddr *)at, len) ? errno : 0;
	close(fd);
	return said;
}

static void resets(int family)
{
	const struct nft_rule rule = { .family = family, .hook = NFT_INPUT, .with = NFT_TCP_RESET };
	struct scratch_pair pair = scratch_pair();
	struct sockaddr_storage at;
	struct netns *ns = pair.b;
	uint64_t n = 0;
	struct err err = { "" };
	socklen_t len;
	int fd = listener(&pair, family, &at, &len), ret;

	cr_assert_eq(nft_count(ns, family, &n, &err), -ENOENT);
	ret = nft_set(ns, &rule, &err);
	if (ret == -EOPNOTSUPP)
		cr_skip_test("%s", err.text);
	cr_assert_eq(ret, 0, "%s", err.text);
	scratch_ok(nft_count(ns, family, &n, e));
	cr_assert_eq(n, 0);
	cr_assert_eq(connect_says(pair.a, &at, len), ECONNREFUSED);
	scratch_ok(nft_count(ns, family, &n, e));
	cr_assert_geq(n, 1);
	scratch_ok(nft_clear(ns, family, e));
	scratch_ok(nft_clear(ns, family, e));
	cr_assert_eq(connect_says(pair.a, &at, len), 0);
	close(fd);
	scratch_pair_free(&pair);
}

Test(netns_nft, a_reset_answers_and_is_counted)
{
	resets(AF_INET);
}

Test(netns_nft, and_in_ipv6)
{
	resets(AF_INET6);
}

Test(netns_nft, no_icmpv6_error_for_a_protocol)
{
	const struct nft_rule rule = {
		.family = AF_INET6, .hook = NFT_INPUT, .with = NFT_PROT_UNREACH };
	struct netns *ns = scratch_ns();
	struct err err = { "" };

	cr_assert_eq(nft_set(ns, &rule, &err), -EOPNOTSUPP);
	cr_assert(strstr(err.text, "ip: 4"), "%s", err.text);
	netns_free(ns);
}
