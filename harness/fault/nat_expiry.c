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
 *
 * With `idle` the list is not lost; the router begins to forget whom it does not hear: every connection
 * has `idle` left when the fault happens, and again with each of its packets, in either direction (RFC
 * 5382 REQ-5; nf_conntrack_core.c: __nf_ct_refresh_acct). So it depends on what the connection itself
 * says whether it is lost, and when, and each has an instant of its own: inject() is repeated, and
 * looks at those whose time it is, until all are forgotten (nat_idle.h). Those that talk never are.
 * Proven at first: all connections have their time, and no more; a segment of none is refused. That
 * each is forgotten when theory says, or not, is proven by the trial from those stamps.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/minmax.h"
#include "fault/fault.h"
#include "fault/nat_idle.h"
#include "fault/proof.h"
#include "netns/nat.h"

#define TOGETHER_NS (2 * NS_PER_MS) /* those that are due that soon are looked at in one go */

enum { NAT_EXPIRY_ANSWER, NAT_EXPIRY_IDLE };

static const char *const answers[] = {[NAT_SILENCE] = "silent", [NAT_RESET] = "reset", NULL};

static const struct opt nat_expiry_options[] = {
	[NAT_EXPIRY_ANSWER] = {"answer", OPT_WORD, "silent", 0, NAT_RESET, answers,
			       "what a packet of an unknown connection gets"},
	[NAT_EXPIRY_IDLE] = {"idle", OPT_DURATION, NULL, NS_PER_S, 432000 * NS_PER_S, NULL,
			     "forgotten is only who is silent for that long, in whole seconds; left "
			     "out: all of them, at once"},
	{.name = NULL},
};

static int64_t idle_ns(const struct opt_values *opt)
{
	return opt->v[NAT_EXPIRY_IDLE] == OPT_UNSET ? 0 : opt->v[NAT_EXPIRY_IDLE];
}

static int nat_expiry_check(const struct opt_values *opt, enum side observer, enum traffic traffic,
			    struct err *err)
{
	(void)observer;
	if (traffic == TRAFFIC_CONNECTING)
		return err_set(err, EINVAL,
			       "with traffic: connecting there is no connection yet that could be forgotten; "
			       "use another fault, or traffic: idle");
	if (idle_ns(opt) % NS_PER_S) {
		char text[32];

		return err_set(err, EINVAL, "nat-expiry's idle is %s, and conntrack takes whole seconds",
			       opt_format_duration(idle_ns(opt), text, sizeof(text)));
	}
	return 0;
}

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
		.forget_ns = idle_ns(opt),
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

static int count_idle(struct lab *lab, struct fault_act *act, struct nat_flow *flows, struct err *err)
{
	struct netns *wire = lab->ns[PLACE_WIRE];
	int64_t idle = idle_ns(&act->opt);
	int n = lab->config.n_conns, ret;

	ret = nat_list(wire, lab->config.family, LAB_PORT, LAB_CLIENT_PORT, flows, n, err);
	act->before_ns = clock_now_ns();
	if (!ret)
		ret = nat_set_idle(wire, lab->config.family, flows, n, (unsigned int)(idle / NS_PER_S),
				   err);
	act->after_ns = clock_now_ns();
	for (int i = 0; i < act->n_flows; i++) {
		act->flows[i] = (struct fault_flow){
			.before_ns = act->before_ns + idle - NAT_IDLE_TICK_NS,
			.after_ns = act->after_ns + idle,
			.seen_ns = act->before_ns,
			.nat = flows[i],
		};
	}
	return ret;
}

static int with_flows(struct lab *lab, struct fault_act *act,
		      int (*act_on)(struct lab *, struct fault_act *, struct nat_flow *, struct err *),
		      struct err *err)
{
	struct nat_flow *flows = calloc((size_t)lab->config.n_conns + 1, sizeof(*flows));
	int ret;

	if (!flows)
		return err_sys(err, ENOMEM, "the router's connections");
	ret = act_on(lab, act, flows, err);
	free(flows);
	return ret;
}

static int64_t soonest_ns(const struct fault_act *act)
{
	int64_t soonest = INT64_MAX;

	for (int i = 0; i < act->n_flows; i++) {
		if (!act->flows[i].hit)
			soonest = min64(soonest, nat_idle_next_ns(&act->flows[i]));
	}
	return soonest;
}

/* Those whose time it is. */
static int look(struct lab *lab, struct fault_act *act, struct err *err)
{
	int64_t from = clock_now_ns(), until = soonest_ns(act) + TOGETHER_NS, to;
	struct nat_flow **due = calloc((size_t)act->n_flows + 1, sizeof(struct nat_flow *));
	int n = 0, ret;

	if (!due)
		return err_sys(err, ENOMEM, "the router's connections");
	for (int i = 0; i < act->n_flows; i++) {
		if (!act->flows[i].hit && nat_idle_next_ns(&act->flows[i]) <= until)
			due[n++] = &act->flows[i].nat;
	}
	ret = nat_look(lab->ns[PLACE_WIRE], lab->config.family, due, n, err);
	to = clock_now_ns();
	for (int i = 0; !ret && i < act->n_flows; i++) {
		struct fault_flow *flow = &act->flows[i];

		if (flow->hit || nat_idle_next_ns(flow) > until)
			continue;
		if (flow->nat.listed)
			nat_idle_listed(flow, from, to, flow->nat.left_s);
		else
			nat_idle_missing(flow, to);
	}
	free(due);
	return ret;
}

static int forget_all(struct netns *wire, struct fault_act *act, struct err *err)
{
	int ret;

	act->before_ns = clock_now_ns();
	ret = nat_forget(wire, err);
	act->after_ns = clock_now_ns();
	return ret;
}

/* act->counter: the connections that were on the list. */
static int nat_expiry_inject(struct lab *lab, struct fault_act *act, struct err *err)
{
	struct netns *wire = lab->ns[PLACE_WIRE];
	int n = 0, ret;

	if (act->count++)
		return look(lab, act, err);
	ret = nat_connections(wire, lab->config.family, LAB_PORT, &n, err);
	if (!ret)
		ret = nat_refuse(wire, lab->config.family,
				 (enum nat_answer)act->opt.v[NAT_EXPIRY_ANSWER], err);
	if (ret)
		return ret;
	act->counter = (uint64_t)n;
	return idle_ns(&act->opt) ? with_flows(lab, act, count_idle, err) : forget_all(wire, act, err);
}

static int64_t nat_expiry_again_ns(const struct fault_act *act)
{
	int64_t soonest = soonest_ns(act);

	return idle_ns(&act->opt) && soonest < INT64_MAX ? soonest - act->planned_ns : 0;
}

/* None of the connections under observation is left out, and none has more than the timeout. */
static int prove_idle(struct lab *lab, struct fault_act *act, struct nat_flow *flows, struct err *err)
{
	int64_t idle = idle_ns(&act->opt);
	int ret = nat_list(lab->ns[PLACE_WIRE], lab->config.family, LAB_PORT, LAB_CLIENT_PORT, flows,
			   lab->config.n_conns, err);

	for (int i = 0; !ret && i < lab->config.n_conns; i++) {
		if (flows[i].listed && flows[i].left_s > idle / NS_PER_S)
			ret = err_set(err, ERANGE,
				      "expected the router to forget port %d after %d s of silence, and "
				      "it would after %u s", LAB_CLIENT_PORT + i, (int)(idle / NS_PER_S),
				      flows[i].left_s);
	}
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

static int prove_forgotten(struct lab *lab, struct err *err)
{
	int n = 0, ret = nat_connections(lab->ns[PLACE_WIRE], lab->config.family, LAB_PORT, &n, err);

	if (!ret && n)
		ret = err_set(err, EISCONN,
			      "expected the router to have forgotten its connections, and it knows %d",
			      n);
	return ret;
}

static int nat_expiry_prove(struct lab *lab, struct fault_act *act, int64_t deadline_ns,
			    struct err *err)
{
	int ret;

	if (!act->count || act->counter < (uint64_t)lab->config.n_conns)
		return err_set(err, ENODATA,
			       "expected the router to have known %d connections, and it knew %llu",
			       lab->config.n_conns, (unsigned long long)act->counter);
	ret = idle_ns(&act->opt) ? with_flows(lab, act, prove_idle, err) : prove_forgotten(lab, err);
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
	.check = nat_expiry_check,
	.effect = nat_expiry_effect,
	.over = nat_expiry_over,
	.inject = nat_expiry_inject,
	.prove = nat_expiry_prove,
	.again_ns = nat_expiry_again_ns,
};
