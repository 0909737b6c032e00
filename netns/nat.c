/* SPDX-License-Identifier: MIT */
/*
 * Two tables with one chain each (nft(8)), for while a nat chain is replaced nothing is translated:
 *
 *   postrouting   meta oif DEV  meta l4proto tcp  snat to ADDRESS
 *   prerouting    meta l4proto tcp  ct state invalid  counter  drop | reject with tcp reset
 *
 * The second one, before the routing decision, meets both what is to be forwarded and what comes
 * from outside for the router's own address, which without the list is where it ends. Conntrack
 * itself comes before both (NF_IP_PRI_CONNTRACK, -200).
 */
#include "netns/nat.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "netns/nft_expr.h"
#include "netns/sysctl.h"

#define TRANSLATE "deadpeer-nat"
#define REFUSE	  "deadpeer-refuse"
#define CHAIN	  "all"
#define LOOSE	    "net.netfilter.nf_conntrack_tcp_loose"
#define ESTABLISHED "net.netfilter.nf_conntrack_tcp_timeout_established"

enum { PRIORITY_SNAT = 100 /* NF_IP_PRI_NAT_SRC */ };

static bool put_translation(struct nfnl *nl, const struct nat *nat, uint32_t ifindex,
			    const void *address)
{
	const struct nft_chain chain = { nat->family, TRANSLATE,	    CHAIN,
					 "nat",	      NF_INET_POST_ROUTING, PRIORITY_SNAT };
	int size = nat->family == AF_INET6 ? sizeof(struct in6_addr) : sizeof(struct in_addr);
	struct nlattr *list;
	struct nl_msg *msg;

	if (!nft_table(nl, nat->family, TRANSLATE) || !nft_chain(nl, &chain))
		return false;
	msg = nft_rule_begin(nl, &chain, &list);
	if (!msg || !nft_match(msg, NFT_META_OIF, &ifindex, sizeof(ifindex)) ||
	    !nft_match_tcp(msg) || !nft_snat(msg, nat->family, address, size))
		return false;
	nft_rule_end(msg, list);
	return true;
}

static bool put_refusal(struct nfnl *nl, int family, enum nat_answer answer)
{
	const struct nft_chain chain = { family, REFUSE, CHAIN, "filter", NF_INET_PRE_ROUTING, 0 };
	struct nlattr *list;
	struct nl_msg *msg;

	if (!nft_table(nl, family, REFUSE) || !nft_chain(nl, &chain))
		return false;
	msg = nft_rule_begin(nl, &chain, &list);
	if (!msg || !nft_match_tcp(msg) || !nft_match_invalid(msg) || !nft_counter(msg) ||
	    !(answer == NAT_RESET ? nft_reject(msg, NFT_REJECT_TCP_RST, 0) : nft_drop(msg)))
		return false;
	nft_rule_end(msg, list);
	return true;
}

static int commit(struct nfnl *nl, bool complete, struct netns *ns, struct err *err)
{
	int ret;

	if (!complete)
		nl->failed = true;
	ret = nfnl_commit(nl, ns, err, "cannot translate addresses");
	if (ret == -ENOENT || ret == -EOPNOTSUPP)
		return err_set(err, EOPNOTSUPP,
			       "this kernel cannot translate addresses; run modprobe nft_chain_nat "
			       "nft_nat nft_ct nft_reject_ipv4 nft_reject_ipv6, or use -e virtual");
	return ret;
}

int nat_refuse(struct netns *ns, int family, enum nat_answer answer, struct err *err)
{
	int ret = nft_table_delete(ns, family, REFUSE, err);
	struct nfnl nl;

	if (ret)
		return ret;
	nfnl_begin(&nl);
	return commit(&nl, put_refusal(&nl, family, answer), ns, err);
}

int nat_set(struct netns *ns, const struct nat *nat, struct err *err)
{
	int ifindex = rtnl_ifindex(ns, nat->out_dev, err), ret;
	struct in6_addr address;
	struct nfnl nl;

	if (ifindex < 0)
		return ifindex;
	if (inet_pton(nat->family, nat->address, &address) != 1)
		return err_set(err, EINVAL, "\"%s\" is not an address to translate to", nat->address);
	nfnl_begin(&nl);
	ret = commit(&nl, put_translation(&nl, nat, (uint32_t)ifindex, &address), ns, err);
	if (!ret)
		ret = nat_refuse(ns, nat->family, NAT_SILENCE, err);
	return ret ? ret : sysctl_set(ns, LOOSE, "0", err);
}

int nat_refused(struct netns *ns, int family, uint64_t *packets, struct err *err)
{
	return nft_chain_count(ns, family, REFUSE, CHAIN, packets, err);
}

struct wanted {
	uint16_t port, first;
	struct nat_flow *flows;
	int n_flows, n;
};

static void keep(struct wanted *wanted, struct nlattr **tb, uint16_t from)
{
	const struct nlattr *tuple = tb[CTA_TUPLE_ORIG];
	struct nat_flow *flow = &wanted->flows[from - wanted->first];

	*flow = (struct nat_flow){ .listed = true, .size = nla_len(tuple) };
	if (tb[CTA_TIMEOUT])
		flow->left_s = ntohl(nla_get_u32(tb[CTA_TIMEOUT]));
	if (flow->size <= NAT_TUPLE_MAX)
		memcpy(flow->tuple, nla_data(tuple), (size_t)flow->size);
}

static int look_entry(struct nlmsghdr *hdr, void *arg)
{
	struct nlattr *tb[CTA_MAX + 1], *tuple[CTA_TUPLE_MAX + 1], *proto[CTA_PROTO_MAX + 1];
	struct wanted *wanted = arg;
	uint16_t from;

	if (nlmsg_parse(hdr, sizeof(struct nfgenmsg), tb, CTA_MAX, NULL) < 0 ||
	    !tb[CTA_TUPLE_ORIG] ||
	    nla_parse_nested(tuple, CTA_TUPLE_MAX, tb[CTA_TUPLE_ORIG], NULL) < 0 ||
	    !tuple[CTA_TUPLE_PROTO] ||
	    nla_parse_nested(proto, CTA_PROTO_MAX, tuple[CTA_TUPLE_PROTO], NULL) < 0 ||
	    !proto[CTA_PROTO_NUM] || !proto[CTA_PROTO_SRC_PORT] || !proto[CTA_PROTO_DST_PORT])
		return 0;
	if (nla_get_u8(proto[CTA_PROTO_NUM]) != IPPROTO_TCP ||
	    ntohs(nla_get_u16(proto[CTA_PROTO_DST_PORT])) != wanted->port)
		return 0;
	from = ntohs(nla_get_u16(proto[CTA_PROTO_SRC_PORT]));
	if (from >= wanted->first && from < wanted->first + wanted->n_flows)
		keep(wanted, tb, from);
	wanted->n++;
	return 0;
}

static int find(struct netns *ns, int family, struct wanted *wanted, struct err *err)
{
	return nfnl_dump(ns, NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_GET, family, look_entry, wanted, err,
			 "cannot list conntrack's connections");
}

int nat_list(struct netns *ns, int family, uint16_t port, uint16_t first, struct nat_flow *flows,
	     int n, struct err *err)
{
	struct wanted wanted = { .port = port, .first = first, .flows = flows, .n_flows = n };

	for (int i = 0; i < n; i++)
		flows[i].listed = false;
	return find(ns, family, &wanted, err);
}

int nat_connections(struct netns *ns, int family, uint16_t port, int *n, struct err *err)
{
	struct wanted wanted = { .port = port };
	int ret = find(ns, family, &wanted, err);

	*n = wanted.n;
	return ret;
}

static struct nl_msg *flow_message(int type, int family, const struct nat_flow *flow)
{
	struct nl_msg *msg = nfnl_message(NFNL_SUBSYS_CTNETLINK, type, 0, family);

	if (msg && flow->size <= NAT_TUPLE_MAX &&
	    nla_put(msg, CTA_TUPLE_ORIG | NLA_F_NESTED, flow->size, flow->tuple) == 0)
		return msg;
	nlmsg_free(msg);
	return NULL;
}

static int look_left(struct nlmsghdr *hdr, void *arg)
{
	const struct nlattr *left = nlmsg_find_attr(hdr, sizeof(struct nfgenmsg), CTA_TIMEOUT);
	struct nat_flow *flow = arg;

	flow->listed = true;
	flow->left_s = left ? ntohl(nla_get_u32(left)) : 0;
	return 0;
}

int nat_look(struct netns *ns, int family, struct nat_flow *const *flows, int n, struct err *err)
{
	int fd = nfnl_open(ns, err), ret = fd < 0 ? fd : 0;

	for (int i = 0; i < n && !ret; i++) {
		struct nl_msg *msg;

		if (!flows[i]->listed)
			continue;
		flows[i]->listed = false;
		msg = flow_message(IPCTNL_MSG_CT_GET, family, flows[i]);
		ret = nfnl_ask(fd, msg, look_left, flows[i], err, "cannot look at a connection of conntrack's");
		ret = ret == -ENOENT ? 0 : ret;
	}
	if (fd >= 0)
		close(fd);
	return ret;
}

static struct nl_msg *idle_message(int family, const struct nat_flow *flow, unsigned int idle_s)
{
	struct nl_msg *msg = flow_message(IPCTNL_MSG_CT_NEW, family, flow);

	if (msg && nla_put_u32(msg, CTA_TIMEOUT, htonl(idle_s)) == 0)
		return msg;
	nlmsg_free(msg);
	return NULL;
}

int nat_set_idle(struct netns *ns, int family, const struct nat_flow *flows, int n,
		 unsigned int idle_s, struct err *err)
{
	struct nl_msg **msg = calloc((size_t)n + 1, sizeof(struct nl_msg *));
	char text[16];
	int ret, listed = 0;

	if (!msg)
		return err_sys(err, ENOMEM, "the timeouts of %d connections", n);
	snprintf(text, sizeof(text), "%u", idle_s);
	ret = sysctl_set(ns, ESTABLISHED, text, err);
	for (int i = 0; i < n && !ret; i++)
		if (flows[i].listed)
			msg[listed++] = idle_message(family, &flows[i], idle_s);
	if (!ret)
		ret = nfnl_each(ns, msg, listed, err, "cannot set conntrack's timeouts");
	free(msg);
	return ret;
}

int nat_forget(struct netns *ns, struct err *err)
{
	return nfnl_request(ns, NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_DELETE, 0, AF_UNSPEC, err,
			    "cannot empty conntrack's list");
}
