/* SPDX-License-Identifier: MIT */
/*
 * One table with one base chain and one rule, made in one batch: all of it or nothing (nfnetlink
 * batches, net/netfilter/nfnetlink.c). The rule is
 *
 *   [meta oif == DEV]  meta l4proto == tcp  counter  reject | drop
 */
#include "netns/nft.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <netinet/in.h>
#include <stdbool.h>

#include "netns/nfnl.h"
#include "netns/rtnl.h"

#define TABLE "deadpeer"
#define CHAIN "fault"

static int proto_of(int family)
{
	return family == AF_INET6 ? NFPROTO_IPV6 : NFPROTO_IPV4;
}

/* One expression: its name, then what @put says of it. */
struct expr {
	struct nlattr *element, *data;
};

static bool expr_begin(struct nl_msg *msg, const char *name, struct expr *e)
{
	e->element = nla_nest_start(msg, NFTA_LIST_ELEM | NLA_F_NESTED);
	if (!e->element || nla_put_string(msg, NFTA_EXPR_NAME, name))
		return false;
	e->data = nla_nest_start(msg, NFTA_EXPR_DATA | NLA_F_NESTED);
	return e->data;
}

static void expr_end(struct nl_msg *msg, const struct expr *e)
{
	nla_nest_end(msg, e->data);
	nla_nest_end(msg, e->element);
}

/* meta KEY == @value, both in the host's byte order, as the kernel loads them. */
static bool put_match(struct nl_msg *msg, uint32_t key, const void *value, int size)
{
	struct nlattr *data;
	struct expr e;

	if (!expr_begin(msg, "meta", &e) || nla_put_u32(msg, NFTA_META_KEY, htonl(key)) ||
	    nla_put_u32(msg, NFTA_META_DREG, htonl(NFT_REG_1)))
		return false;
	expr_end(msg, &e);
	if (!expr_begin(msg, "cmp", &e) || nla_put_u32(msg, NFTA_CMP_SREG, htonl(NFT_REG_1)) ||
	    nla_put_u32(msg, NFTA_CMP_OP, htonl(NFT_CMP_EQ)))
		return false;
	data = nla_nest_start(msg, NFTA_CMP_DATA | NLA_F_NESTED);
	if (!data || nla_put(msg, NFTA_DATA_VALUE, size, value))
		return false;
	nla_nest_end(msg, data);
	expr_end(msg, &e);
	return true;
}

static bool put_counter(struct nl_msg *msg)
{
	struct expr e;

	if (!expr_begin(msg, "counter", &e))
		return false;
	expr_end(msg, &e);
	return true;
}

static bool put_drop(struct nl_msg *msg)
{
	struct nlattr *data, *verdict;
	struct expr e;

	if (!expr_begin(msg, "immediate", &e) ||
	    nla_put_u32(msg, NFTA_IMMEDIATE_DREG, htonl(NFT_REG_VERDICT)))
		return false;
	data = nla_nest_start(msg, NFTA_IMMEDIATE_DATA | NLA_F_NESTED);
	verdict = data ? nla_nest_start(msg, NFTA_DATA_VERDICT | NLA_F_NESTED) : NULL;
	if (!verdict || nla_put_u32(msg, NFTA_VERDICT_CODE, htonl(NF_DROP)))
		return false;
	nla_nest_end(msg, verdict);
	nla_nest_end(msg, data);
	expr_end(msg, &e);
	return true;
}

/* The ICMP code; -1: there is none in this family. */
static int code_of(int family, enum nft_with with)
{
	static const signed char v4[] = {
		[NFT_NET_UNREACH] = ICMP_NET_UNREACH,	[NFT_HOST_UNREACH] = ICMP_HOST_UNREACH,
		[NFT_PORT_UNREACH] = ICMP_PORT_UNREACH, [NFT_PROT_UNREACH] = ICMP_PROT_UNREACH,
		[NFT_ADMIN_PROHIBITED] = ICMP_PKT_FILTERED,
	};
	static const signed char v6[] = {
		[NFT_NET_UNREACH] = ICMPV6_NOROUTE,	   [NFT_HOST_UNREACH] = ICMPV6_ADDR_UNREACH,
		[NFT_PORT_UNREACH] = ICMPV6_PORT_UNREACH, [NFT_PROT_UNREACH] = -1,
		[NFT_ADMIN_PROHIBITED] = ICMPV6_ADM_PROHIBITED,
	};

	return family == AF_INET6 ? v6[with] : v4[with];
}

static bool put_reject(struct nl_msg *msg, const struct nft_rule *rule)
{
	bool reset = rule->with == NFT_TCP_RESET;
	struct expr e;

	if (!expr_begin(msg, "reject", &e) ||
	    nla_put_u32(msg, NFTA_REJECT_TYPE,
			htonl(reset ? NFT_REJECT_TCP_RST : NFT_REJECT_ICMP_UNREACH)) ||
	    (!reset && nla_put_u8(msg, NFTA_REJECT_ICMP_CODE,
				  (uint8_t)code_of(rule->family, rule->with))))
		return false;
	expr_end(msg, &e);
	return true;
}

static bool put_table(struct nfnl *nl, int family)
{
	struct nl_msg *msg = nfnl_add(nl, NFNL_SUBSYS_NFTABLES, NFT_MSG_NEWTABLE, NLM_F_CREATE,
				      proto_of(family));

	return msg && !nla_put_string(msg, NFTA_TABLE_NAME, TABLE);
}

static bool put_chain(struct nfnl *nl, const struct nft_rule *rule)
{
	static const uint32_t hooks[] = { [NFT_INPUT] = NF_INET_LOCAL_IN,
					  [NFT_FORWARD] = NF_INET_FORWARD,
					  [NFT_OUTPUT] = NF_INET_LOCAL_OUT };
	struct nl_msg *msg = nfnl_add(nl, NFNL_SUBSYS_NFTABLES, NFT_MSG_NEWCHAIN, NLM_F_CREATE,
				      proto_of(rule->family));
	struct nlattr *hook;

	if (!msg || nla_put_string(msg, NFTA_CHAIN_TABLE, TABLE) ||
	    nla_put_string(msg, NFTA_CHAIN_NAME, CHAIN))
		return false;
	hook = nla_nest_start(msg, NFTA_CHAIN_HOOK | NLA_F_NESTED);
	if (!hook || nla_put_u32(msg, NFTA_HOOK_HOOKNUM, htonl(hooks[rule->hook])) ||
	    nla_put_u32(msg, NFTA_HOOK_PRIORITY, 0))
		return false;
	nla_nest_end(msg, hook);
	return !nla_put_string(msg, NFTA_CHAIN_TYPE, "filter");
}

static bool put_rule(struct nfnl *nl, const struct nft_rule *rule, uint32_t ifindex)
{
	const uint8_t tcp = IPPROTO_TCP;
	struct nl_msg *msg = nfnl_add(nl, NFNL_SUBSYS_NFTABLES, NFT_MSG_NEWRULE,
				      NLM_F_CREATE | NLM_F_APPEND, proto_of(rule->family));
	struct nlattr *list;

	if (!msg || nla_put_string(msg, NFTA_RULE_TABLE, TABLE) ||
	    nla_put_string(msg, NFTA_RULE_CHAIN, CHAIN))
		return false;
	list = nla_nest_start(msg, NFTA_RULE_EXPRESSIONS | NLA_F_NESTED);
	if (!list || (ifindex && !put_match(msg, NFT_META_OIF, &ifindex, sizeof(ifindex))) ||
	    !put_match(msg, NFT_META_L4PROTO, &tcp, sizeof(tcp)) || !put_counter(msg) ||
	    !(rule->with == NFT_SILENCE ? put_drop(msg) : put_reject(msg, rule)))
		return false;
	nla_nest_end(msg, list);
	return true;
}

int nft_set(struct netns *ns, const struct nft_rule *rule, struct err *err)
{
	int ifindex = rule->out_dev ? rtnl_ifindex(ns, rule->out_dev, err) : 0, ret;
	struct nfnl nl;

	if (ifindex < 0)
		return ifindex;
	if (rule->with != NFT_SILENCE && rule->with != NFT_TCP_RESET &&
	    code_of(rule->family, rule->with) < 0)
		return err_set(err, EOPNOTSUPP,
			       "ICMPv6 has no error for an unknown protocol; use port-unreach, or ip: 4");
	ret = nft_clear(ns, rule->family, err);
	if (ret)
		return ret;
	nfnl_begin(&nl);
	if (!put_table(&nl, rule->family) || !put_chain(&nl, rule) ||
	    !put_rule(&nl, rule, (uint32_t)ifindex))
		nl.failed = true;
	ret = nfnl_commit(&nl, ns, err, "cannot set an nftables rule");
	if (ret == -ENOENT || ret == -EOPNOTSUPP)
		return err_set(err, EOPNOTSUPP,
			       "this kernel has no nftables reject; run modprobe nft_reject_ipv4 "
			       "nft_reject_ipv6, or use -e virtual");
	return ret;
}

int nft_clear(struct netns *ns, int family, struct err *err)
{
	struct nl_msg *msg;
	struct nfnl nl;
	int ret;

	nfnl_begin(&nl);
	msg = nfnl_add(&nl, NFNL_SUBSYS_NFTABLES, NFT_MSG_DELTABLE, 0, proto_of(family));
	if (!msg || nla_put_string(msg, NFTA_TABLE_NAME, TABLE))
		nl.failed = true;
	ret = nfnl_commit(&nl, ns, err, "cannot delete an nftables table");
	return ret == -ENOENT ? 0 : ret;
}

struct found {
	uint64_t packets;
	bool any;
};

static int look_rule(struct nlmsghdr *hdr, void *arg)
{
	struct nlattr *tb[NFTA_RULE_MAX + 1], *expr[NFTA_EXPR_MAX + 1], *one;
	struct nlattr *counter[NFTA_COUNTER_MAX + 1];
	struct found *found = arg;
	int rest;

	if (nlmsg_parse(hdr, sizeof(struct nfgenmsg), tb, NFTA_RULE_MAX, NULL) < 0 ||
	    !tb[NFTA_RULE_TABLE] || nla_strcmp(tb[NFTA_RULE_TABLE], TABLE) ||
	    !tb[NFTA_RULE_EXPRESSIONS])
		return 0;
	nla_for_each_nested(one, tb[NFTA_RULE_EXPRESSIONS], rest) {
		if (nla_parse_nested(expr, NFTA_EXPR_MAX, one, NULL) < 0 || !expr[NFTA_EXPR_DATA] ||
		    nla_strcmp(expr[NFTA_EXPR_NAME], "counter") ||
		    nla_parse_nested(counter, NFTA_COUNTER_MAX, expr[NFTA_EXPR_DATA], NULL) < 0 ||
		    !counter[NFTA_COUNTER_PACKETS])
			continue;
		found->packets += be64toh(nla_get_u64(counter[NFTA_COUNTER_PACKETS]));
		found->any = true;
	}
	return 0;
}

int nft_count(struct netns *ns, int family, uint64_t *packets, struct err *err)
{
	struct found found = { 0 };
	int ret = nfnl_dump(ns, NFNL_SUBSYS_NFTABLES, NFT_MSG_GETRULE, proto_of(family), look_rule,
			    &found, err, "cannot list nftables rules");

	*packets = found.packets;
	if (!ret && !found.any)
		return err_set(err, ENOENT, "there is no nftables rule to count");
	return ret;
}
