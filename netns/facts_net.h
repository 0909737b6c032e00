/* SPDX-License-Identifier: MIT */
#ifndef NETNS_FACTS_NET_H
#define NETNS_FACTS_NET_H

#include "netns/err.h"
#include "netns/ns.h"

/*
 * The tries behind facts_find(), each in scratch namespaces that are joined by a veth pair,
 * "fact-a" in @a and "fact-b" in @b. 0 when it works, else a negative errno and what came back.
 */
int facts_net_veth(struct netns *a, struct netns *b, struct err *err);
int facts_net_bridge(struct netns *a, struct netns *b, struct err *err);
int facts_net_drop(struct netns *a, struct netns *b, struct err *err);
int facts_net_netem(struct netns *a, struct netns *b, struct err *err);
int facts_net_netem_seed(struct netns *a, struct netns *b, struct err *err);
int facts_net_queue(struct netns *a, struct netns *b, struct err *err);
int facts_net_ipv6(struct netns *a, struct netns *b, struct err *err);
int facts_net_nftables(struct netns *a, struct netns *b, struct err *err);
int facts_net_nft_reject(struct netns *a, struct netns *b, struct err *err);
int facts_net_nat(struct netns *a, struct netns *b, struct err *err);
int facts_net_conntrack(struct netns *a, struct netns *b, struct err *err);
int facts_net_sock_diag(struct netns *a, struct netns *b, struct err *err);

#endif
