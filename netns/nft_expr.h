/* SPDX-License-Identifier: MIT */
#ifndef NETNS_NFT_EXPR_H
#define NETNS_NFT_EXPR_H

#include <stdbool.h>
#include <stdint.h>

#include "netns/nfnl.h"

/*
 * The parts of an nftables batch, as messages (linux/netfilter/nf_tables.h). Each appends to a
 * message and is false where there is no memory. Used inside this room only.
 */

int nft_proto(int family); /* NFPROTO_… of AF_… */

struct nft_chain {
	int family; /* AF_INET or AF_INET6 */
	const char *table, *name;
	const char *type; /* "filter", "nat" */
	uint32_t hook;    /* NF_INET_… */
	int32_t priority;
};

bool nft_table(struct nfnl *nl, int family, const char *table);
bool nft_chain(struct nfnl *nl, const struct nft_chain *chain);

/* A rule of @chain: expressions are appended to what it returns, NULL: no memory; then it ends. */
struct nl_msg *nft_rule_begin(struct nfnl *nl, const struct nft_chain *chain, struct nlattr **list);
void nft_rule_end(struct nl_msg *msg, struct nlattr *list);

/* meta @key == @value, in the host's byte order. */
bool nft_match(struct nl_msg *msg, uint32_t key, const void *value, int size);
bool nft_match_tcp(struct nl_msg *msg);

/* The packet belongs to no connection that conntrack knows or would take up (ct state invalid). */
bool nft_match_invalid(struct nl_msg *msg);

bool nft_counter(struct nl_msg *msg);
bool nft_drop(struct nl_msg *msg);

/* NFT_REJECT_…; @code: of an ICMP error. */
bool nft_reject(struct nl_msg *msg, uint32_t type, uint8_t code);

/* Source address translation to @address, of @size bytes; the port is kept where it is free. */
bool nft_snat(struct nl_msg *msg, int family, const void *address, int size);

/* Deletes a table; fine where there is none. */
int nft_table_delete(struct netns *ns, int family, const char *table, struct err *err);

/* Packets that all counters of a table's chain saw. -ENOENT: it has no counter. */
int nft_chain_count(struct netns *ns, int family, const char *table, const char *chain,
		    uint64_t *packets, struct err *err);

#endif
