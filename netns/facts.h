/* SPDX-License-Identifier: MIT */
#ifndef NETNS_FACTS_H
#define NETNS_FACTS_H

#include <stdbool.h>

#include "netns/err.h"

/*
 * What this kernel can do for us here and now, found by doing it in scratch namespaces: never by
 * version, name or user id.
 */
enum fact {
	FACT_NETNS,
	FACT_VETH,
	FACT_BRIDGE,
	FACT_DROP,
	FACT_NETEM,
	FACT_NETEM_SEED,
	FACT_QUEUE,
	FACT_IPV6,
	FACT_TCP_USER_TIMEOUT,
	FACT_TCP_RTO_MAX_MS,
	FACT_NFTABLES,
	FACT_NFT_REJECT,
	FACT_CONNTRACK,
	FACT_NAT,
	FACT_IO_URING,
	FACT_SOCK_DIAG,
	FACT_COUNT
};

struct facts {
	struct {
		bool ok;
		char why[192];  /* not ok: what was tried and what came back */
		char cure[192]; /* not ok: what would make it work */
	} fact[FACT_COUNT];
	bool root;        /* root of the machine, not of a user namespace */
	char release[65]; /* uname(2) */
};

const char *fact_name(enum fact f);  /* one word: "netem_seed" */
const char *fact_about(enum fact f); /* one line for a person */

#define FACT_BIT(f) (1u << (f))
#define FACTS_ALL   (FACT_BIT(FACT_COUNT) - 1)

/*
 * Tries those of @wanted (FACT_BIT), and what they build on; a few milliseconds for all. What is
 * not tried is not ok, and says so. Call it in a process that has netns_privilege(); without
 * that, what needs namespaces is reported as not ok. The caller's namespaces stay as they are.
 * 0 even if nothing works; a negative errno only when the trying itself failed.
 */
int facts_find(struct facts *facts, unsigned int wanted, struct err *err);

/* True when every fact of @needs is ok; else "why; cure" of the first that is not. */
bool facts_meet(const struct facts *facts, unsigned int needs, struct err *why);

#endif
