/* SPDX-License-Identifier: MIT */
#include "netns/nft_expr.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <netinet/in.h>

/* Of the bits of NFT_CT_STATE (linux/netfilter/nf_tables.h, nf_conntrack_common.h). */
enum { CT_INVALID = 1 };

int nft_proto(int family)
{
	return family == AF_INET6 ? NFPROTO_IPV6 : NFPROTO_IPV4;
}

/* One expression: its name, then what is said of it. */
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

static bool put_data(struct nl_msg *msg, int type, const void *value, int size)
{
	struct nlattr *data = nla_nest_start(msg, type | NLA_F_NESTED);

	if (!data || nla_put(msg, NFTA_DATA_VALUE, size, value))
		return false;
	nla_nest_end(msg, data);
	return true;
}

/* register 1 @op @value */
static bool compare(struct nl_msg *msg, uint32_t op, const void *value, int size)
{
	struct expr e;

	if (!expr_begin(msg, "cmp", &e) || nla_put_u32(msg, NFTA_CMP_SREG, htonl(NFT_REG_1)) ||
	    nla_put_u32(msg, NFTA_CMP_OP, htonl(op)) ||
	    !put_data(msg, NFTA_CMP_DATA, value, size))
		return false;
	expr_end(msg, &e);
	return true;
}

bool nft_match(struct nl_msg *msg, uint32_t key, const void *value, int size)
{
	struct expr e;

	if (!expr_begin(msg, "meta", &e) || nla_put_u32(msg, NFTA_META_KEY, htonl(key)) ||
	    nla_put_u32(msg, NFTA_META_DREG, htonl(NFT_REG_1)))
		return false;
	expr_end(msg, &e);
	return compare(msg, NFT_CMP_EQ, value, size);
}

bool nft_match_tcp(struct nl_msg *msg)
{
	const uint8_t tcp = IPPROTO_TCP;

	return nft_match(msg, NFT_META_L4PROTO, &tcp, sizeof(tcp));
}

bool nft_match_invalid(struct nl_msg *msg)
{
	const uint32_t invalid = CT_INVALID, none = 0;
	struct expr e;

	if (!expr_begin(msg, "ct", &e) || nla_put_u32(msg, NFTA_CT_KEY, htonl(NFT_CT_STATE)) ||
	    nla_put_u32(msg, NFTA_CT_DREG, htonl(NFT_REG_1)))
		return false;
	expr_end(msg, &e);
	if (!expr_begin(msg, "bitwise", &e) ||
	    nla_put_u32(msg, NFTA_BITWISE_SREG, htonl(NFT_REG_1)) ||
	    nla_put_u32(msg, NFTA_BITWISE_DREG, htonl(NFT_REG_1)) ||
	    nla_put_u32(msg, NFTA_BITWISE_LEN, htonl(sizeof(invalid))) ||
	    !put_data(msg, NFTA_BITWISE_MASK, &invalid, sizeof(invalid)) ||
	    !put_data(msg, NFTA_BITWISE_XOR, &none, sizeof(none)))
		return false;
	expr_end(msg, &e);
	return compare(msg, NFT_CMP_NEQ, &none, sizeof(none));
}

bool nft_counter(struct nl_msg *msg)
{
	struct expr e;

	if (!expr_begin(msg, "counter", &e))
		return false;
	expr_end(msg, &e);
	return true;
}

bool nft_drop(struct nl_msg *msg)
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

bool nft_reject(struct nl_msg *msg, uint32_t type, uint8_t code)
{
	struct expr e;

	if (!expr_begin(msg, "reject", &e) || nla_put_u32(msg, NFTA_REJECT_TYPE, htonl(type)) ||
	    (type != NFT_REJECT_TCP_RST && nla_put_u8(msg, NFTA_REJECT_ICMP_CODE, code)))
		return false;
	expr_end(msg, &e);
	return true;
}

bool nft_snat(struct nl_msg *msg, int family, const void *address, int size)
{
	struct expr e;

	if (!expr_begin(msg, "immediate", &e) ||
	    nla_put_u32(msg, NFTA_IMMEDIATE_DREG, htonl(NFT_REG_1)) ||
	    !put_data(msg, NFTA_IMMEDIATE_DATA, address, size))
		return false;
	expr_end(msg, &e);
	if (!expr_begin(msg, "nat", &e) || nla_put_u32(msg, NFTA_NAT_TYPE, htonl(NFT_NAT_SNAT)) ||
	    nla_put_u32(msg, NFTA_NAT_FAMILY, htonl((uint32_t)nft_proto(family))) ||
	    nla_put_u32(msg, NFTA_NAT_REG_ADDR_MIN, htonl(NFT_REG_1)))
		return false;
	expr_end(msg, &e);
	return true;
}

bool nft_table(struct nfnl *nl, int family, const char *table)
{
	struct nl_msg *msg = nfnl_add(nl, NFNL_SUBSYS_NFTABLES, NFT_MSG_NEWTABLE, NLM_F_CREATE,
				      nft_proto(family));

	return msg && !nla_put_string(msg, NFTA_TABLE_NAME, table);
}

bool nft_chain(struct nfnl *nl, const struct nft_chain *chain)
{
	struct nl_msg *msg = nfnl_add(nl, NFNL_SUBSYS_NFTABLES, NFT_MSG_NEWCHAIN, NLM_F_CREATE,
				      nft_proto(chain->family));
	struct nlattr *hook;

	if (!msg || nla_put_string(msg, NFTA_CHAIN_TABLE, chain->table) ||
	    nla_put_string(msg, NFTA_CHAIN_NAME, chain->name))
		return false;
	hook = nla_nest_start(msg, NFTA_CHAIN_HOOK | NLA_F_NESTED);
	if (!hook || nla_put_u32(msg, NFTA_HOOK_HOOKNUM, htonl(chain->hook)) ||
	    nla_put_u32(msg, NFTA_HOOK_PRIORITY, htonl((uint32_t)chain->priority)))
		return false;
	nla_nest_end(msg, hook);
	return !nla_put_string(msg, NFTA_CHAIN_TYPE, chain->type);
}

struct nl_msg *nft_rule_begin(struct nfnl *nl, const struct nft_chain *chain, struct nlattr **list)
{
	struct nl_msg *msg = nfnl_add(nl, NFNL_SUBSYS_NFTABLES, NFT_MSG_NEWRULE,
				      NLM_F_CREATE | NLM_F_APPEND, nft_proto(chain->family));

	if (!msg || nla_put_string(msg, NFTA_RULE_TABLE, chain->table) ||
	    nla_put_string(msg, NFTA_RULE_CHAIN, chain->name))
		return NULL;
	*list = nla_nest_start(msg, NFTA_RULE_EXPRESSIONS | NLA_F_NESTED);
	return *list ? msg : NULL;
}

void nft_rule_end(struct nl_msg *msg, struct nlattr *list)
{
	nla_nest_end(msg, list);
}

int nft_table_delete(struct netns *ns, int family, const char *table, struct err *err)
{
	struct nl_msg *msg;
	struct nfnl nl;
	int ret;

	nfnl_begin(&nl);
	msg = nfnl_add(&nl, NFNL_SUBSYS_NFTABLES, NFT_MSG_DELTABLE, 0, nft_proto(family));
	if (!msg || nla_put_string(msg, NFTA_TABLE_NAME, table))
		nl.failed = true;
	ret = nfnl_commit(&nl, ns, err, "cannot delete an nftables table");
	return ret == -ENOENT ? 0 : ret;
}

struct found {
	const char *table, *chain;
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
	    !tb[NFTA_RULE_TABLE] || nla_strcmp(tb[NFTA_RULE_TABLE], found->table) ||
	    !tb[NFTA_RULE_CHAIN] || nla_strcmp(tb[NFTA_RULE_CHAIN], found->chain) ||
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

int nft_chain_count(struct netns *ns, int family, const char *table, const char *chain,
		    uint64_t *packets, struct err *err)
{
	struct found found = { .table = table, .chain = chain };
	int ret = nfnl_dump(ns, NFNL_SUBSYS_NFTABLES, NFT_MSG_GETRULE, nft_proto(family), look_rule,
			    &found, err, "cannot list nftables rules");

	*packets = found.packets;
	if (!ret && !found.any)
		return err_set(err, ENOENT, "there is no nftables rule to count");
	return ret;
}
