/* SPDX-License-Identifier: MIT */
#ifndef NETNS_NFT_H
#define NETNS_NFT_H

#include <stdint.h>

#include "netns/err.h"
#include "netns/ns.h"

/*
 * A firewall of one rule: TCP of one family at one hook of a namespace is counted, and dropped or
 * rejected, that is, answered with a reset or an ICMP error. nftables, spoken to in raw messages
 * (nft(8), linux/netfilter/nf_tables.h), because libnl knows nothing of it.
 */
enum nft_hook { NFT_INPUT, NFT_FORWARD, NFT_OUTPUT };

/* What answers a packet. In IPv6 the ICMP errors are those nearest in meaning (RFC 4443 3.1), and
 * there is none for a protocol. */
enum nft_with {
	NFT_TCP_RESET,
	NFT_NET_UNREACH,
	NFT_HOST_UNREACH,
	NFT_PORT_UNREACH,
	NFT_PROT_UNREACH,
	NFT_ADMIN_PROHIBITED,
	NFT_SILENCE, /* none: a drop */
};

struct nft_rule {
	int family; /* AF_INET or AF_INET6 */
	enum nft_hook hook;
	enum nft_with with;
	const char *out_dev; /* only what leaves through it; NULL: everything. Not at NFT_INPUT */
};

/* In force when it returns. Replaces the rule that is there. -EOPNOTSUPP: this kernel cannot, or
 * the family has no such answer. */
int nft_set(struct netns *ns, const struct nft_rule *rule, struct err *err);

/* Nothing is rejected any more; fine where there is no rule. */
int nft_clear(struct netns *ns, int family, struct err *err);

/* Packets that met the rule so far. -ENOENT: there is no rule. */
int nft_count(struct netns *ns, int family, uint64_t *packets, struct err *err);

#endif
