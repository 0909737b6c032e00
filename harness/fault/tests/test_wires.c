/* SPDX-License-Identifier: MIT */
/* What a wire that is not a switch makes of the faults: in theory, and in real labs. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "fault/fault.h"
#include "lab/tests/stub.h"

static struct effect over(const char *name, const char *options, enum wire wire)
{
	const struct fault *fault = fault_find(name);
	struct opt_values opt;
	struct effect effect;
	struct err err = {""};

	opt_defaults(fault->options, &opt);
	cr_assert_eq(opt_set_list(fault->options, &opt, options, &err), 0, "%s", err.text);
	effect = fault->effect(&opt);
	if (fault->over)
		cr_assert_eq(fault->over(&opt, wire, SIDE_SERVER, &effect, &err), 0, "%s", err.text);
	return effect;
}

Test(wires, a_router_says_that_its_route_is_gone)
{
	struct effect far = over("link-down", "", WIRE_ROUTER);
	struct effect own = over("link-down", "place=observer", WIRE_ROUTER);

	cr_assert(far.beyond && far.no_route && far.icmp && far.reverts);
	cr_assert(!own.beyond && !own.no_route && !own.icmp);
	cr_assert_not(over("link-down", "", WIRE_SWITCH).beyond);
	cr_assert(over("flap", "", WIRE_ROUTER).no_route);
}

Test(wires, what_happens_behind_a_router_leaves_the_observers_neighbour_alone)
{
	static const struct {
		const char *fault, *options;
		bool beyond;
	} rows[] = {
		{"crash", "", true},
		{"reboot", "", true},
		{"addr-del", "", true},
		{"addr-del", "place=observer", false},
		{"drop", "", false},
		{"drop", "direction=to-peer", true},
		{"drop", "direction=to-observer", false},
		{"drop", "place=peer", true},
		{"drop", "place=observer", false},
		{"netem", "loss=100%", false},
		{"netem", "loss=100%,direction=to-peer", true},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cr_assert_eq(over(rows[i].fault, rows[i].options, WIRE_ROUTER).beyond,
			     rows[i].beyond, "%s %s", rows[i].fault, rows[i].options);
		cr_assert_not(over(rows[i].fault, rows[i].options, WIRE_SWITCH).beyond);
	}
}

Test(wires, what_a_nat_forgets_is_silence_or_a_reset)
{
	struct effect silent = over("nat-expiry", "", WIRE_NAT);
	struct effect reset = over("nat-expiry", "answer=reset", WIRE_NAT);

	cr_assert(silent.kind == EFFECT_SILENCE && silent.lose_out && silent.lose_in);
	cr_assert(silent.beyond && silent.tcp_only && !silent.icmp);
	cr_assert(reset.kind == EFFECT_FORGOTTEN && reset.lose_in && !reset.silent_ns);
	cr_assert_eq(silent.forget_ns, 0);
	cr_assert_eq(over("nat-expiry", "idle=10m", WIRE_NAT).forget_ns, 600000000000);
}

Test(wires, conntrack_counts_in_seconds)
{
	const struct fault *fault = fault_find("nat-expiry");
	struct opt_values opt;
	struct err err = {""};

	opt_defaults(fault->options, &opt);
	cr_assert_eq(opt_set_list(fault->options, &opt, "idle=1500ms", &err), 0);
	cr_assert_eq(fault->check(&opt, SIDE_CLIENT, TRAFFIC_IDLE, &err), -EINVAL);
	cr_assert(strstr(err.text, "whole seconds"), "%s", err.text);
}

Test(wires, what_a_wire_cannot_do_is_refused_with_a_remedy)
{
	static const struct {
		const char *fault, *options, *remedy;
		enum wire wire;
	} rows[] = {
		{"nat-expiry", "", "use wire: nat", WIRE_SWITCH},
		{"nat-expiry", "", "use wire: nat", WIRE_ROUTER},
		{"reject", "place=wire", "use wire: router", WIRE_SWITCH},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct fault *fault = fault_find(rows[i].fault);
		struct opt_values opt;
		struct effect effect;
		struct err err = {""};

		opt_defaults(fault->options, &opt);
		cr_assert_eq(opt_set_list(fault->options, &opt, rows[i].options, &err), 0);
		effect = fault->effect(&opt);
		cr_assert_eq(fault->over(&opt, rows[i].wire, SIDE_SERVER, &effect, &err), -EINVAL);
		cr_assert(strstr(err.text, rows[i].remedy), "%s", err.text);
	}
	cr_assert(over("reject", "place=wire", WIRE_ROUTER).beyond);
}

struct real {
	char fault[16], options[64];
	enum wire wire;
	int family;
};

static struct real reals[] = {
	{"none", "", WIRE_ROUTER, AF_INET},
	{"none", "", WIRE_ROUTER, AF_INET6},
	{"link-down", "", WIRE_ROUTER, AF_INET},
	{"link-down", "", WIRE_ROUTER, AF_INET6},
	{"link-down", "place=observer", WIRE_ROUTER, AF_INET},
	{"link-down", "place=observer", WIRE_ROUTER, AF_INET6},
	{"drop", "", WIRE_ROUTER, AF_INET},
	{"drop", "place=peer,direction=to-peer", WIRE_ROUTER, AF_INET6},
	{"addr-del", "", WIRE_ROUTER, AF_INET},
	{"addr-del", "", WIRE_ROUTER, AF_INET6},
	{"addr-del", "place=observer", WIRE_ROUTER, AF_INET},
	{"addr-del", "place=observer", WIRE_ROUTER, AF_INET6},
	{"reject", "", WIRE_ROUTER, AF_INET},
	{"reject", "place=wire", WIRE_ROUTER, AF_INET},
	{"reject", "place=wire,direction=to-observer", WIRE_ROUTER, AF_INET6},
	{"reject", "place=wire,with=net-unreachable", WIRE_NAT, AF_INET},
	{"none", "", WIRE_NAT, AF_INET},
	{"none", "", WIRE_NAT, AF_INET6},
	{"link-down", "", WIRE_NAT, AF_INET},
	{"drop", "", WIRE_NAT, AF_INET6},
	{"nat-expiry", "", WIRE_NAT, AF_INET},
	{"nat-expiry", "", WIRE_NAT, AF_INET6},
	{"nat-expiry", "answer=reset", WIRE_NAT, AF_INET},
	{"nat-expiry", "idle=10s", WIRE_NAT, AF_INET},
	{"nat-expiry", "idle=10s,answer=reset", WIRE_NAT, AF_INET6},
	{"nat-expiry", "answer=reset", WIRE_NAT, AF_INET6},
};

ParameterizedTestParameters(wires, proves)
{
	return cr_make_param_array(struct real, reals, sizeof(reals) / sizeof(reals[0]));
}

/* Proven when it happened, undone where it can be, and refused when it did not happen. */
ParameterizedTest(struct real *real, wires, proves)
{
	struct fault_act act = {.fault = fault_find(real->fault), .seed = 1};
	struct fault_act nothing = {.fault = &fault_none};
	struct lab_config config = stub_config("good");
	struct err err = {""};
	unsigned int needs = act.fault->needs;
	struct facts facts;
	struct lab lab;

	if (real->wire == WIRE_NAT)
		needs |= FACT_BIT(FACT_NAT);
	opt_defaults(act.fault->options, &act.opt);
	cr_assert_eq(opt_set_list(act.fault->options, &act.opt, real->options, &err), 0);
	cr_assert_eq(facts_find(&facts, needs, &err), 0, "%s", err.text);
	if (!facts_meet(&facts, needs, &err))
		cr_skip_test("%s", err.text);
	config.wire = real->wire;
	config.family = real->family;
	cr_assert_eq(lab_up(&lab, &config, &err), 0, "%s", err.text);
	if (act.fault != &fault_none)
		cr_assert_lt(act.fault->prove(&lab, &act, stub_deadline(150), &err), 0,
			     "%s %s is proven without having happened", real->fault, real->options);
	cr_assert_eq(act.fault->inject(&lab, &act, &err), 0, "%s", err.text);
	cr_assert_eq(act.fault->prove(&lab, &act, stub_deadline(STUB_PATIENCE), &err), 0, "%s %s: %s",
		     real->fault, real->options, err.text);
	if (act.fault->undo)
		cr_assert_eq(act.fault->undo(&lab, &act, &err), 0, "%s", err.text);
	cr_assert_eq(nothing.fault->prove(&lab, &nothing, stub_deadline(STUB_PATIENCE), &err), 0,
		     "%s %s is not undone: %s", real->fault, real->options, err.text);
	lab_down(&lab);
}
