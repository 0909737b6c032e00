/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "netns/facts_net.h"
#include "netns/nat.h"
#include "netns/nft.h"
#include "netns/sysctl.h"

/* libnl's netfilter half has no nftables, so these two messages are written out. */

#define NF_HEADER(type, flags, size) \
	{ .nlmsg_len = (size), .nlmsg_type = (type), .nlmsg_flags = NLM_F_REQUEST | (flags) }

enum { HEAD = NLMSG_LENGTH(sizeof(struct nfgenmsg)) };

struct table_batch {
	struct nlmsghdr begin;
	struct nfgenmsg begin_family;
	struct nlmsghdr table;
	struct nfgenmsg table_family;
	struct nlattr name;
	char text[8];
	struct nlmsghdr end;
	struct nfgenmsg end_family;
};

struct ct_request {
	struct nlmsghdr hdr;
	struct nfgenmsg family;
};

struct answer {
	struct nlmsghdr hdr;
	struct nlmsgerr error;
	char rest[256];
};

/* The error of the first answer, 0 for success, as a negative errno. */
static int ask(int fd, const void *request, size_t size)
{
	const struct timeval patience = { .tv_sec = 1 };
	struct answer answer;
	ssize_t n;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (send(fd, request, size, 0) < 0)
		return -errno;
	n = recv(fd, &answer, sizeof(answer), 0);
	if (n < 0)
		return -errno;
	if ((size_t)n >= sizeof(answer.hdr) + sizeof(answer.error.error) &&
	    answer.hdr.nlmsg_type == NLMSG_ERROR)
		return answer.error.error;
	return 0;
}

static int ask_netfilter(struct netns *ns, const void *request, size_t size, const char *what,
			 struct err *err)
{
	int fd, ret;

	fd = netns_socket(ns, AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER, err);
	if (fd < 0)
		return fd;
	ret = ask(fd, request, size);
	close(fd);
	return ret ? err_sys(err, -ret, "%s", what) : 0;
}

int facts_net_nftables(struct netns *a, struct netns *b, struct err *err)
{
	const struct table_batch batch = {
		.begin = NF_HEADER(NFNL_MSG_BATCH_BEGIN, 0, HEAD),
		.begin_family.res_id = htons(NFNL_SUBSYS_NFTABLES),
		.table = NF_HEADER(NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWTABLE,
				   NLM_F_CREATE | NLM_F_ACK,
				   HEAD + sizeof(batch.name) + sizeof(batch.text)),
		.table_family.nfgen_family = NFPROTO_INET,
		.name = { .nla_len = sizeof(batch.name) + sizeof("fact"),
			  .nla_type = NFTA_TABLE_NAME },
		.text = "fact",
		.end = NF_HEADER(NFNL_MSG_BATCH_END, 0, HEAD),
		.end_family.res_id = htons(NFNL_SUBSYS_NFTABLES),
	};

	(void)b;
	return ask_netfilter(a, &batch, sizeof(batch), "cannot create an nftables table", err);
}

int facts_net_nft_reject(struct netns *a, struct netns *b, struct err *err)
{
	const struct nft_rule rule = {
		.family = AF_INET, .hook = NFT_INPUT, .with = NFT_TCP_RESET };
	int ret = nft_set(a, &rule, err);

	(void)b;
	return ret ? ret : nft_clear(a, AF_INET, err);
}

/* A question to ctnetlink makes the kernel load conntrack where that is a module; whether it is
 * there shows in the namespace's sysctls. */
int facts_net_conntrack(struct netns *a, struct netns *b, struct err *err)
{
	static const char name[] = "net.netfilter.nf_conntrack_tcp_timeout_established";
	const struct ct_request request = {
		.hdr = NF_HEADER(NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET_STATS, NLM_F_ACK,
				 HEAD),
	};
	char value[32];

	(void)b;
	if (!sysctl_get(a, name, value, sizeof(value), err))
		return 0;
	ask_netfilter(a, &request, sizeof(request), "ctnetlink", NULL);
	return sysctl_get(a, name, value, sizeof(value), err);
}

/* Through the loopback, which every namespace has. The list is empty, and can be asked for. */
int facts_net_nat(struct netns *a, struct netns *b, struct err *err)
{
	const struct nat nat = {
		.family = AF_INET, .out_dev = "lo", .address = "127.0.0.1" };
	int n, ret = nat_set(b, &nat, err);

	(void)a;
	if (!ret)
		ret = nat_refuse(b, AF_INET, NAT_RESET, err);
	if (!ret)
		ret = nat_connections(b, AF_INET, 1, &n, err);
	return ret ? ret : nat_forget(b, err);
}
