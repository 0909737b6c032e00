/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "fault/fault.h"

static struct opt_values given(const struct fault *fault, const char *list)
{
	struct opt_values opt;
	struct err err = {""};

	opt_defaults(fault->options, &opt);
	cr_assert_eq(opt_set_list(fault->options, &opt, list, &err), 0, "%s", err.text);
	return opt;
}

Test(fault, no_required_slot_is_empty)
{
	int n = 0;

	for (; fault_table[n]; n++) {
		const struct fault *fault = fault_table[n];

		cr_assert(fault->name && fault->about && fault->options);
		cr_assert(fault->effect && fault->inject && fault->prove, "%s", fault->name);
		cr_assert_eq(fault_find(fault->name), fault);
		for (int i = 0; fault->options[i].name; i++) {
			cr_assert_lt(i, OPT_MAX);
			cr_assert(fault->options[i].about, "%s", fault->options[i].name);
		}
	}
	cr_assert_eq(n, 21);
	cr_assert_null(fault_find("nonesuch"));
}

static const struct refusal {
	const char *fault, *options;
	enum traffic traffic;
	const char *remedy; /* NULL: accepted */
} refusals[] = {
	{"kill", "target=observer", TRAFFIC_IDLE, "use target: peer"},
	{"kill", "", TRAFFIC_IDLE, NULL},
	{"close", "", TRAFFIC_STALLED, "use reset"},
	{"close", "", TRAFFIC_REQUEST, NULL},
	{"stall", "", TRAFFIC_STALLED, "use traffic: sending"},
	{"stall", "", TRAFFIC_IDLE, NULL},
	{"shutdown", "", TRAFFIC_HALF_CLOSED, "use close"},
	{"shutdown", "", TRAFFIC_SENDING, NULL},
	{"netem", "", TRAFFIC_IDLE, "give it one"},
	{"netem", "loss=1%,place=observer", TRAFFIC_IDLE, "use direction: to-peer"},
	{"netem", "loss=1%,place=observer,direction=to-peer", TRAFFIC_IDLE, NULL},
	{"netem", "loss=1%,place=peer,direction=to-peer", TRAFFIC_IDLE, "to-observer"},
	{"netem", "loss=1%,place=peer,direction=to-observer", TRAFFIC_IDLE, NULL},
	{"netem", "jitter=1ms", TRAFFIC_IDLE, "add delay"},
	{"signal", "", TRAFFIC_IDLE, "write signal: STOP"},
	{"signal", "signal=TERM,target=observer", TRAFFIC_IDLE, "use target: peer"},
	{"signal", "signal=TERM", TRAFFIC_IDLE, NULL},
	{"signal", "signal=PIPE", TRAFFIC_IDLE, "use another"},
	{"signal", "signal=STOP,count=3,every=1s", TRAFFIC_IDLE, "remove count"},
	{"signal", "signal=USR1,count=3", TRAFFIC_IDLE, "every: 50ms"},
	{"signal", "signal=USR1,every=50ms", TRAFFIC_IDLE, "count: 20"},
	{"signal", "signal=USR1,every=50ms,count=3,target=observer", TRAFFIC_IDLE, NULL},
	{"signal", "signal=STOP,target=observer", TRAFFIC_IDLE, NULL},
};

Test(fault, impossible_pairs_are_refused_with_a_remedy)
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		const struct refusal *r = &refusals[i];
		const struct fault *fault = fault_find(r->fault);
		struct opt_values opt = given(fault, r->options);
		struct err err = {""};
		int ret = fault->check(&opt, SIDE_SERVER, r->traffic, &err);

		cr_assert_eq(ret, r->remedy ? -EINVAL : 0, "%s %s: %s", r->fault, r->options,
			     err.text);
		cr_assert(!r->remedy || strstr(err.text, r->remedy), "%s", err.text);
	}
}

static struct effect effect_of(const char *name, const char *options)
{
	const struct fault *fault = fault_find(name);
	static struct opt_values opt;

	opt = given(fault, options);
	return fault->effect(&opt);
}

Test(fault, effects_of_a_pulled_cable)
{
	struct effect far = effect_of("link-down", "");
	struct effect own = effect_of("link-down", "place=observer");

	cr_assert(far.kind == EFFECT_SILENCE && far.where == WHERE_WIRE);
	cr_assert(far.lose_out && far.lose_in && far.peer_link_down);
	cr_assert(own.kind == EFFECT_SILENCE && own.where == WHERE_OWN_CARRIER);
	cr_assert(own.lose_out && own.lose_in && !own.peer_link_down);
}

Test(fault, effects_of_loss)
{
	cr_assert_eq(effect_of("drop", "place=observer").where, WHERE_OWN_QDISC);
	cr_assert_eq(effect_of("drop", "place=observer,direction=to-observer").where, WHERE_WIRE);
	cr_assert_not(effect_of("drop", "direction=to-observer").lose_out);
	cr_assert_not(effect_of("drop", "direction=to-peer").lose_in);
	cr_assert_eq(effect_of("netem", "loss=100%").kind, EFFECT_SILENCE);
	cr_assert_eq(effect_of("netem", "loss=10%").kind, EFFECT_IMPAIRED);
	cr_assert_eq(effect_of("netem", "delay=1ms,direction=to-peer").in, false);
}

/* Whether a rule or a queue without room refuses is the same to TCP. */
Test(fault, local_congestion_is_a_drop_on_the_own_egress)
{
	struct effect full = effect_of("local-congestion", "");
	struct effect drop = effect_of("drop", "place=observer,direction=to-peer");

	cr_assert_eq(memcmp(&full, &drop, sizeof(full)), 0);
}

Test(fault, effects_of_a_changed_path)
{
	struct effect spike = effect_of("delay-spike", "delay=2s,direction=to-peer");
	struct effect burst = effect_of("loss-burst", "enter=1%,leave=40%");

	cr_assert(spike.kind == EFFECT_IMPAIRED && spike.out && !spike.in);
	cr_assert_eq(spike.impair.delay_ns, 2 * NS_PER_S);
	cr_assert(burst.kind == EFFECT_IMPAIRED && burst.out && burst.in);
	cr_assert_eq(burst.impair.loss_ppm, 610000);
	cr_assert_eq(effect_of("addr-del", "").where, WHERE_WIRE);
	cr_assert_eq(effect_of("addr-del", "place=observer").where, WHERE_OWN_ADDRESS);
}

Test(fault, effects_of_forgetting)
{
	struct effect reboot = effect_of("reboot", "down=3s");
	struct effect reset = effect_of("reject", "");
	struct effect icmp = effect_of("reject", "with=host-unreachable");
	struct effect deaf = effect_of("reject", "direction=to-observer");

	cr_assert(reboot.kind == EFFECT_FORGOTTEN && reboot.lose_in);
	cr_assert_eq(reboot.silent_ns, 3 * NS_PER_S);
	cr_assert(reset.kind == EFFECT_FORGOTTEN && !reset.lose_in && !reset.silent_ns);
	cr_assert(icmp.kind == EFFECT_SILENCE && icmp.lose_out && !icmp.lose_in && icmp.reverts);
	cr_assert(icmp.icmp && !reset.icmp && !deaf.icmp);
	cr_assert_not(effect_of("reject", "with=port-unreachable").reverts);
	cr_assert(deaf.kind == EFFECT_SILENCE && deaf.lose_in && !deaf.lose_out);
}

Test(fault, effects_on_processes)
{
	cr_assert_eq(effect_of("none", "").kind, EFFECT_NOTHING);
	cr_assert_eq(effect_of("kill", "").kind, EFFECT_GONE);
	cr_assert_eq(effect_of("crash", "").kind, EFFECT_SILENCE);
	cr_assert_eq(effect_of("close", "").kind, EFFECT_FIN);
	cr_assert_eq(effect_of("shutdown", "").kind, EFFECT_HALF_CLOSE);
	cr_assert_eq(effect_of("reset", "").kind, EFFECT_RST);
	cr_assert_eq(effect_of("signal", "signal=STOP").kind, EFFECT_FROZEN);
	cr_assert_eq(effect_of("signal", "signal=CONT").kind, EFFECT_NOTHING);
	cr_assert_eq(effect_of("signal", "signal=SEGV").kind, EFFECT_GONE);
	cr_assert_eq(effect_of("signal", "signal=USR1").kind, EFFECT_NOTHING);
	cr_assert_eq(effect_of("signal", "signal=STOP,target=observer").kind,
		     EFFECT_OBSERVER_FROZEN);
	cr_assert_eq(effect_of("signal", "signal=USR1,target=observer").kind, EFFECT_SIGNALS);
	cr_assert_eq(effect_of("stall", "").kind, EFFECT_STALLED);
	cr_assert_eq(effect_of("mtu-blackhole", "").larger, 1400);
	cr_assert_not(effect_of("mtu-blackhole", "direction=to-observer").lose_out);
	cr_assert_eq(effect_of("pause", "").kind, EFFECT_FROZEN);
	cr_assert_eq(effect_of("pause", "target=observer").kind, EFFECT_OBSERVER_FROZEN);
}

Test(fault, what_this_kernel_lacks_is_said_with_the_cure)
{
	struct facts facts = {0};
	struct err why = {""};

	strcpy(facts.fact[FACT_NETEM].why, "no sch_netem");
	strcpy(facts.fact[FACT_NETEM].cure, "use -e virtual");
	cr_assert_not(facts_meet(&facts, fault_netem.needs, &why));
	cr_assert_str_eq(why.text, "no sch_netem; use -e virtual");
	cr_assert_not(facts_meet(&facts, fault_drop.needs, &why));
	facts.fact[FACT_NETEM].ok = true;
	cr_assert(facts_meet(&facts, fault_netem.needs, &why));
}
