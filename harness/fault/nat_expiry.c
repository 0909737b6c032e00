/* SPDX-License-Identifier: MIT */
/*
 * The router between the two loses its list of connections: a flow idle for longer than its timeout,
 * a reboot of the box, a table that was full. Both ends still hold the connection, and neither is
 * told.
 *
 * A connection enters the list by its SYN, so what either end sends from then on belongs to none:
 *
 *   answer: silent   it is thrown away, from inside and from outside alike. To each end it is as if
 *                    the path were cut beyond the router: ARP is answered, and there is no ICMP
 *   answer: reset    whoever sends is answered with RST, and only that end learns it. What the peer
 *                    sends is refused as well and never arrives; the RST ends its socket without a
 *                    word to the observer
 *
 * Proven: the connections are on the list before and not after it, and a segment of no connection,
 * from either end, is refused and counted.
 */
#include <errno.h>
#include <stddef.h>

#include "base/clock.h"
#include "fault/fault.h"
#include "fault/proof.h"
#include "netns/nat.h"

enum { NAT_EXPIRY_ANSWER };

static const char *const answers[] = {[NAT_SILENCE] = "silent", [NAT_RESET] = "reset", NULL};

static const struct opt nat_expiry_options[] = {
	[NAT_EXPIRY_ANSWER] = {"answer", OPT_WORD, "silent", 0, NAT_RESET, answers,
			       "what a packet of an unknown connection gets"},
	{.name = NULL},
};

static struct effect nat_expiry_effect(const struct opt_values *opt)
{
	bool reset = opt->v[NAT_EXPIRY_ANSWER] == NAT_RESET;

	return (struct effect){
		.kind = reset ? EFFECT_FORGOTTEN : EFFECT_SILENCE,
		.where = WHERE_WIRE,
		.lose_out = !reset,
		.lose_in = true,
		.tcp_only = true,
		.beyond = true,
	};
}

static int nat_expiry_over(const struct opt_values *opt, enum wire wire, enum side observer,
			   struct effect *effect, struct err *err)
{
	(void)opt;
	(void)observer;
	(void)effect;
	if (wire != WIRE_NAT)
		return err_set(err, EINVAL, "a %s keeps no list of connections; use wire: nat",
			       wire_names[wire]);
	return 0;
}

/* act->counter: the connections that were on the list. */
static int nat_expiry_inject(struct lab *lab, struct fault_act *act, struct err *err)
{
	struct netns *wire = lab->ns[PLACE_WIRE];
	int n = 0, ret;

	ret = nat_connections(wire, lab->config.family, LAB_PORT, &n, err);
	if (!ret)
		ret = nat_refuse(wire, lab->config.family,
				 (enum nat_answer)act->opt.v[NAT_EXPIRY_ANSWER], err);
	if (ret)
		return ret;
	act->counter = (uint64_t)n;
	act->before_ns = clock_now_ns();
	ret = nat_forget(wire, err);
	act->after_ns = clock_now_ns();
	act->count++;
	return ret;
}

static int prove_refused(struct lab *lab, enum place from, int64_t deadline_ns, struct err *err)
{
	struct netns *wire = lab->ns[PLACE_WIRE];
	uint64_t before = 0, after;
	int ret = nat_refused(wire, lab->config.family, &before, err);

	after = before;
	if (!ret)
		ret = lab_stray_segment(lab, from, err);
	while (!ret && after == before && clock_now_ns() < deadline_ns)
		ret = nat_refused(wire, lab->config.family, &after, err);
	if (!ret && after == before)
		ret = err_set(err, ENODATA,
			      "expected the router to refuse an unknown segment of the %s, and its "
			      "counter stayed at %llu", place_names[from],
			      (unsigned long long)before);
	return ret;
}

static int nat_expiry_prove(struct lab *lab, struct fault_act *act, int64_t deadline_ns,
			    struct err *err)
{
	int n = 0, ret;

	if (!act->count || act->counter < (uint64_t)lab->config.n_conns)
		return err_set(err, ENODATA,
			       "expected the router to have known %d connections, and it knew %llu",
			       lab->config.n_conns, (unsigned long long)act->counter);
	ret = nat_connections(lab->ns[PLACE_WIRE], lab->config.family, LAB_PORT, &n, err);
	if (!ret && n)
		ret = err_set(err, EISCONN,
			      "expected the router to have forgotten its connections, and it knows %d",
			      n);
	if (!ret)
		ret = prove_refused(lab, PLACE_OBSERVER, deadline_ns, err);
	if (!ret)
		ret = prove_refused(lab, PLACE_PEER, deadline_ns, err);
	return ret;
}

const struct fault fault_nat_expiry = {
	.name = "nat-expiry",
	.about = "the router that translates addresses forgets its connections",
	.options = nat_expiry_options,
	.effect = nat_expiry_effect,
	.over = nat_expiry_over,
	.inject = nat_expiry_inject,
	.prove = nat_expiry_prove,
};
