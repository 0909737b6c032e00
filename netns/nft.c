/* SPDX-License-Identifier: MIT */
/*
 * One table with one base chain and one rule, made in one batch: all of it or nothing (nfnetlink
 * batches, net/netfilter/nfnetlink.c). The rule is
 *
 *   [meta oif == DEV]  meta l4proto == tcp  counter  reject | drop
 */
#include "netns/nft.h"

#include <netinet/in.h> /* before what takes linux/in.h */

#include <errno.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <stdbool.h>

#include "netns/nft_expr.h"
#include "netns/rtnl.h"

#define TABLE "deadpeer"
#define CHAIN "fault"

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

static bool put_rule(struct nfnl *nl, const struct nft_chain *chain, const struct nft_rule *rule,
		     uint32_t ifindex)
{
	bool reset = rule->with == NFT_TCP_RESET, put;
	struct nlattr *list;
	struct nl_msg *msg = nft_rule_begin(nl, chain, &list);

	if (!msg || (ifindex && !nft_match(msg, NFT_META_OIF, &ifindex, sizeof(ifindex))) ||
	    !nft_match_tcp(msg) || !nft_counter(msg))
		return false;
	if (rule->with == NFT_SILENCE)
		put = nft_drop(msg);
	else
		put = nft_reject(msg, reset ? NFT_REJECT_TCP_RST : NFT_REJECT_ICMP_UNREACH,
				 reset ? 0 : (uint8_t)code_of(rule->family, rule->with));
	nft_rule_end(msg, list);
	return put;
}

int nft_set(struct netns *ns, const struct nft_rule *rule, struct err *err)
{
	static const uint32_t hooks[] = { [NFT_INPUT] = NF_INET_LOCAL_IN,
					  [NFT_FORWARD] = NF_INET_FORWARD,
					  [NFT_OUTPUT] = NF_INET_LOCAL_OUT };
	const struct nft_chain chain = { rule->family, TABLE, CHAIN, "filter", hooks[rule->hook], 0 };
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
	if (!nft_table(&nl, rule->family, TABLE) || !nft_chain(&nl, &chain) ||
	    !put_rule(&nl, &chain, rule, (uint32_t)ifindex))
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
	return nft_table_delete(ns, family, TABLE, err);
}

int nft_count(struct netns *ns, int family, uint64_t *packets, struct err *err)
{
	return nft_chain_count(ns, family, TABLE, CHAIN, packets, err);
}
