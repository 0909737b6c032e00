/* SPDX-License-Identifier: MIT */
/*
 * A firewall turns against connections that stand: their packets are thrown away, and answered.
 *
 *   direction: to-peer       what the observer sends is refused, and the observer is told: by a
 *                            reset, or by an ICMP error. What the peer sends still arrives
 *   direction: to-observer   what the peer sends is refused, acknowledgements too, and the peer is
 *                            told; the observer hears nothing any more
 *
 * place: peer is the firewall of the peer's own host, in its input or output hook; place: wire that
 * of a router in between, which forwards. Everything is TCP only: ARP and ICMP pass.
 *
 * An ICMP error is soft for a connection that stands: it ends nothing, is kept as the reason for a
 * later end, and only where it answers data in flight, for a keepalive probe lies outside the
 * window (RFC 1122 4.2.3.9, RFC 5927; tcp_v4_err(), net/ipv4/tcp_ipv4.c).
 *
 * Hosts limit how many such errors they send (icmp_ratelimit, icmp(7)), so that of many connections
 * in one lab some would hear nothing: the limit is lifted.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "fault/fault.h"
#include "fault/proof.h"
#include "netns/nft.h"
#include "netns/sysctl.h"

enum { REJECT_WITH, REJECT_PLACE, REJECT_DIRECTION };
enum { REJECT_TO_PEER, REJECT_TO_OBSERVER };

static const char *const with_words[] = {
	[NFT_TCP_RESET] = "tcp-reset",
	[NFT_NET_UNREACH] = "net-unreachable",
	[NFT_HOST_UNREACH] = "host-unreachable",
	[NFT_PORT_UNREACH] = "port-unreachable",
	[NFT_PROT_UNREACH] = "prot-unreachable",
	[NFT_ADMIN_PROHIBITED] = "admin-prohibited",
	NULL,
};

enum { REJECT_AT_PEER, REJECT_AT_WIRE };
static const char *const reject_places[] = {"peer", "wire", NULL};
static const char *const reject_directions[] = {"to-peer", "to-observer", NULL};

static const struct opt reject_options[] = {
	[REJECT_WITH] = {"with", OPT_WORD, "tcp-reset", 0, NFT_ADMIN_PROHIBITED, with_words,
			 "what answers a packet"},
	[REJECT_PLACE] = {"place", OPT_WORD, "peer", 0, REJECT_AT_WIRE, reject_places, "whose firewall"},
	[REJECT_DIRECTION] = {"direction", OPT_WORD, "to-peer", 0, REJECT_TO_OBSERVER,
			      reject_directions, "which packets"},
	{.name = NULL},
};

static struct effect reject_effect(const struct opt_values *opt)
{
	bool reset = opt->v[REJECT_WITH] == NFT_TCP_RESET;

	if (opt->v[REJECT_DIRECTION] == REJECT_TO_OBSERVER)
		return (struct effect){
			.kind = EFFECT_SILENCE, .where = WHERE_WIRE, .lose_in = true,
			.tcp_only = true};
	if (reset)
		return (struct effect){.kind = EFFECT_FORGOTTEN};
	return (struct effect){
		.kind = EFFECT_SILENCE,
		.where = WHERE_WIRE,
		.lose_out = true,
		.tcp_only = true,
		.icmp = true,
		.reverts = opt->v[REJECT_WITH] == NFT_NET_UNREACH ||
			   opt->v[REJECT_WITH] == NFT_HOST_UNREACH,
	};
}

static int reject_over(const struct opt_values *opt, enum wire wire, enum side observer,
		       struct effect *effect, struct err *err)
{
	(void)observer;
	if (wire == WIRE_SWITCH && opt->v[REJECT_PLACE] == REJECT_AT_WIRE)
		return err_set(err, EINVAL, "a switch has no firewall for packets; use wire: router, or "
			       "place: peer");
	effect->beyond = wire != WIRE_SWITCH;
	return 0;
}

static struct netns *place_of(const struct lab *lab, const struct opt_values *opt)
{
	return lab->ns[opt->v[REJECT_PLACE] == REJECT_AT_WIRE ? PLACE_WIRE : PLACE_PEER];
}

static struct nft_rule rule_of(const struct lab *lab, const struct opt_values *opt)
{
	bool to_peer = opt->v[REJECT_DIRECTION] == REJECT_TO_PEER;
	struct nft_rule rule = {
		.family = lab->config.family,
		.hook = to_peer ? NFT_INPUT : NFT_OUTPUT,
		.with = (enum nft_with)opt->v[REJECT_WITH],
	};

	if (opt->v[REJECT_PLACE] == REJECT_AT_WIRE) {
		rule.hook = NFT_FORWARD;
		rule.out_dev = lab_port(to_peer ? PLACE_PEER : PLACE_OBSERVER);
	}
	return rule;
}

static int lift_limit(struct netns *ns, int family, struct err *err)
{
	return sysctl_set(ns, family == AF_INET6 ? "net.ipv6.icmp.ratelimit" :
						   "net.ipv4.icmp_ratelimit", "0", err);
}

static int reject_inject(struct lab *lab, struct fault_act *act, struct err *err)
{
	struct nft_rule rule = rule_of(lab, &act->opt);
	int ret = lift_limit(place_of(lab, &act->opt), lab->config.family, err);

	if (ret)
		return ret;
	act->before_ns = clock_now_ns();
	ret = nft_set(place_of(lab, &act->opt), &rule, err);
	act->after_ns = clock_now_ns();
	return ret;
}

/* A segment of another connection than those under observation meets the rule. */
static int reject_prove(struct lab *lab, struct fault_act *act, int64_t deadline_ns,
			struct err *err)
{
	bool out = act->opt.v[REJECT_DIRECTION] == REJECT_TO_PEER;
	uint64_t before, after;
	int ret = nft_count(place_of(lab, &act->opt), lab->config.family, &before, err);

	after = before;
	if (!ret)
		ret = proof_knock(lab, out ? PLACE_OBSERVER : PLACE_PEER, deadline_ns, err);
	while (!ret && after == before && clock_now_ns() < deadline_ns)
		ret = nft_count(place_of(lab, &act->opt), lab->config.family, &after, err);
	if (!ret && after == before)
		ret = err_set(err, ENODATA,
			      "expected the firewall to refuse a connection, and its counter stayed "
			      "at %llu", (unsigned long long)before);
	return ret;
}

static int reject_undo(struct lab *lab, struct fault_act *act, struct err *err)
{
	return nft_clear(place_of(lab, &act->opt), lab->config.family, err);
}

const struct fault fault_reject = {
	.name = "reject",
	.about = "a firewall refuses the packets and says so: a reset, or an ICMP error",
	.options = reject_options,
	.needs = FACT_BIT(FACT_NFT_REJECT),
	.effect = reject_effect,
	.over = reject_over,
	.inject = reject_inject,
	.prove = reject_prove,
	.undo = reject_undo,
};
