/* SPDX-License-Identifier: MIT */
/*
 * Each fault in a real lab: proven when it happened, refused when it did not, undone where it can
 * be. A proof that cannot fail proves nothing, so every one is first asked without an injection.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "fault/fault.h"
#include "lab/tests/stub.h"
#include "netns/drop.h"
#include "netns/link.h"

static struct fault_act act_of(const char *name, const char *options)
{
	struct fault_act act = {.fault = fault_find(name), .seed = 1};
	struct err err = {""};

	opt_defaults(act.fault->options, &act.opt);
	cr_assert_eq(opt_set_list(act.fault->options, &act.opt, options, &err), 0, "%s", err.text);
	return act;
}

static bool path_is(struct lab *lab, enum place from, bool open)
{
	bool arrived = false;
	struct err err;

	cr_assert_eq(lab_probe(lab, from, stub_deadline(open ? STUB_PATIENCE : 60), &arrived, &err), 0);
	return arrived == open;
}

static void skip_what_cannot_run(const struct fault_act *act)
{
	struct facts facts;
	struct err why = {""};

	cr_assert_eq(facts_find(&facts, act->fault->needs, &why), 0, "%s", why.text);
	if (!facts_meet(&facts, act->fault->needs, &why))
		cr_skip_test("%s", why.text);
}

struct real {
	char fault[24], options[80];
	bool undone; /* the path is open again, and the programs run */
};

static struct real reals[] = {
	{"link-down", "", true},
	{"link-down", "place=observer", true},
	{"drop", "", true},
	{"drop", "direction=to-peer", true},
	{"drop", "direction=to-observer", true},
	{"drop", "place=observer", true},
	{"drop", "place=observer,direction=to-peer", true},
	{"drop", "place=observer,direction=to-observer", true},
	{"drop", "place=peer", true},
	{"drop", "place=peer,direction=to-peer", true},
	{"drop", "place=peer,direction=to-observer", true},
	{"netem", "delay=1ms,loss=50%", true},
	{"netem", "loss=100%", true},
	{"netem", "loss=100%,place=observer,direction=to-peer", true},
	{"netem", "delay=3ms,jitter=1ms,reorder=10%,rate=1mbit,limit=50", true},
	{"kill", "", false},
	{"crash", "", false},
	{"signal", "signal=STOP", true},
	{"signal", "signal=TSTP", true},
	{"signal", "signal=STOP,target=observer", true},
	{"signal", "signal=TERM", false},
	{"signal", "signal=SEGV", false},
	{"signal", "signal=USR1", true},
	{"signal", "signal=USR1,target=observer,every=1ms,count=5", true},
	{"pause", "", true},
	{"pause", "target=observer", true},
	{"addr-del", "", true},
	{"addr-del", "place=observer", true},
	{"delay-spike", "delay=2ms", true},
	{"loss-burst", "enter=1%,leave=50%,good=1%", true},
	{"reject", "", true},
	{"reject", "with=net-unreachable", true},
	{"reject", "with=host-unreachable,direction=to-observer", true},
	{"reject", "with=port-unreachable", true},
	{"reject", "with=prot-unreachable", true},
	{"reject", "with=admin-prohibited", true},
	{"close", "", false},
	{"shutdown", "", false},
	{"reset", "", false},
	{"stall", "", true},
	{"local-congestion", "", true},
	{"local-congestion", "limit=1518B", true},
	{"mtu-blackhole", "", true},
	{"mtu-blackhole", "over=500B,direction=to-observer", true},
};

ParameterizedTestParameters(fault_real, proves)
{
	return cr_make_param_array(struct real, reals, sizeof(reals) / sizeof(reals[0]));
}

ParameterizedTest(struct real *real, fault_real, proves)
{
	struct fault_act act = act_of(real->fault, real->options);
	struct err err = {""};
	struct lab lab;
	int64_t start;

	stub_config("good");
	skip_what_cannot_run(&act);
	stub_lab(&lab, "good");
	cr_assert_lt(act.fault->prove(&lab, &act, stub_deadline(150), &err), 0,
		     "%s %s is proven without having happened", real->fault, real->options);
	cr_assert(err.text[0]);

	start = clock_now_ns();
	do
		cr_assert_eq(act.fault->inject(&lab, &act, &err), 0, "%s", err.text);
	while (act.fault->again_ns && act.fault->again_ns(&act));
	cr_assert(start <= act.before_ns && act.before_ns <= act.after_ns);
	cr_assert_eq(act.fault->prove(&lab, &act, stub_deadline(STUB_PATIENCE), &err), 0, "%s %s: %s",
		     real->fault, real->options, err.text);
	if (real->undone) {
		struct fault_act nothing = act_of("none", "");

		cr_assert_eq(act.fault->undo(&lab, &act, &err), 0, "%s", err.text);
		cr_assert_eq(nothing.fault->prove(&lab, &nothing, stub_deadline(STUB_PATIENCE), &err), 0,
			     "%s %s is not undone: %s", real->fault, real->options, err.text);
	}
	lab_down(&lab);
	free(act.known);
}

/* The control's proof must fail when something did happen. */
Test(fault_real, none_is_refused_when_something_happened)
{
	struct fault_act none = act_of("none", ""), cut = act_of("link-down", "");
	struct err err = {""};
	struct lab lab;

	stub_lab(&lab, "good");
	cr_assert_eq(fault_none.inject(&lab, &none, &err), 0);
	cr_assert_eq(fault_none.prove(&lab, &none, stub_deadline(STUB_PATIENCE), &err), 0, "%s", err.text);
	cr_assert_eq(fault_link_down.inject(&lab, &cut, &err), 0);
	cr_assert_lt(fault_none.prove(&lab, &none, stub_deadline(100), &err), 0);
	cr_assert_eq(fault_link_down.undo(&lab, &cut, &err), 0);
	kill(lab.peer.pid, SIGSTOP);
	lab_wait_program(&lab.peer, WSTOPPED, stub_deadline(2000), &err);
	cr_assert_lt(fault_none.prove(&lab, &none, stub_deadline(1000), &err), 0);
	cr_assert(strstr(err.text, "the peer"), "%s", err.text);
	lab_down(&lab);
}

/* The stub takes its command and writes nothing that could wait unread. */
Test(fault_real, a_stall_is_refused_when_nothing_waits)
{
	struct fault_act act = act_of("stall", "");
	struct err err = {""};
	struct lab lab;

	stub_lab(&lab, "good");
	lab.config.traffic = TRAFFIC_SENDING;
	cr_assert_eq(fault_stall.inject(&lab, &act, &err), 0);
	cr_assert_lt(fault_stall.prove(&lab, &act, stub_deadline(100), &err), 0);
	cr_assert(strstr(err.text, "wait unread"), "%s", err.text);
	lab_down(&lab);
}

/* Own cable and far cable differ in who sees it. */
Test(fault_real, only_the_named_end_loses_carrier)
{
	static const char *const places[] = {"place=peer", "place=observer"};
	struct link_state observer, peer;
	struct err err = {""};

	for (int i = 0; i < 2; i++) {
		struct fault_act act = act_of("link-down", places[i]);
		struct lab lab;

		stub_lab(&lab, "good");
		cr_assert_eq(fault_link_down.inject(&lab, &act, &err), 0);
		cr_assert_eq(fault_link_down.prove(&lab, &act, stub_deadline(STUB_PATIENCE), &err), 0);
		link_get(lab.ns[PLACE_OBSERVER], LAB_OBS_DEV, &observer, &err);
		link_get(lab.ns[PLACE_PEER], LAB_PEER_DEV, &peer, &err);
		cr_assert_eq(observer.carrier, i == 0);
		cr_assert_eq(peer.carrier, i == 1);
		lab_down(&lab);
	}
}

/* Nobody is there when the host is back, and its kernel knows no connection. */
Test(fault_real, a_reboot_comes_back_empty)
{
	struct fault_act act = act_of("reboot", "down=100ms");
	struct err err = {""};
	struct lab lab;

	stub_lab(&lab, "good");
	cr_assert_lt(fault_reboot.prove(&lab, &act, stub_deadline(100), &err), 0);
	cr_assert_eq(fault_reboot.inject(&lab, &act, &err), 0, "%s", err.text);
	cr_assert_eq(fault_reboot.prove(&lab, &act, stub_deadline(STUB_PATIENCE), &err), 0, "%s", err.text);
	cr_assert_eq(fault_reboot.again_ns(&act), 100 * NS_PER_MS);
	cr_assert_eq(fault_reboot.inject(&lab, &act, &err), 0, "%s", err.text);
	cr_assert_eq(fault_reboot.again_ns(&act), 0);
	cr_assert(path_is(&lab, PLACE_OBSERVER, true));
	lab_down(&lab);
}

/* Down, up, down, up: what again_ns() says is what the options say. */
Test(fault_real, a_flap_comes_and_goes)
{
	static const int64_t due_ms[] = {20, 50, 70, 0};
	struct fault_act act = act_of("flap", "times=2,down=20ms,up=30ms");
	struct err err = {""};
	struct lab lab;

	stub_lab(&lab, "good");
	cr_assert_lt(fault_flap.prove(&lab, &act, stub_deadline(100), &err), 0);
	for (int i = 0; i < 4; i++) {
		cr_assert_eq(fault_flap.inject(&lab, &act, &err), 0, "%s", err.text);
		cr_assert_eq(fault_flap.again_ns(&act), due_ms[i] * NS_PER_MS);
		if (i == 0)
			cr_assert_eq(fault_flap.prove(&lab, &act, stub_deadline(STUB_PATIENCE), &err), 0, "%s",
				     err.text);
		else
			cr_assert_lt(fault_flap.prove(&lab, &act, stub_deadline(100), &err), 0);
		cr_assert(path_is(&lab, PLACE_OBSERVER, i % 2 == 1));
	}
	lab_down(&lab);
}

/* A cut at another place than the fault's own must not count as its proof. */
Test(fault_real, a_drop_is_not_proven_by_another_cut)
{
	struct fault_act drop = act_of("drop", "direction=to-peer"), cut = act_of("link-down", "");
	struct err err = {""};
	struct lab lab;

	skip_what_cannot_run(&drop);
	stub_lab(&lab, "good");
	cr_assert_eq(drop_prepare(lab.ns[PLACE_WIRE], LAB_PORT_PEER, &err), 0, "%s", err.text);
	cr_assert_eq(fault_link_down.inject(&lab, &cut, &err), 0);
	cr_assert_lt(fault_drop.prove(&lab, &drop, stub_deadline(500), &err), 0);
	cr_assert(strstr(err.text, "counter"), "%s", err.text);
	lab_down(&lab);
}

Test(fault_real, a_drop_of_one_direction_leaves_the_other_open)
{
	struct fault_act act = act_of("drop", "direction=to-observer");
	struct err err = {""};
	struct lab lab;

	skip_what_cannot_run(&act);
	stub_lab(&lab, "good");
	cr_assert_eq(fault_drop.inject(&lab, &act, &err), 0, "%s", err.text);
	cr_assert(path_is(&lab, PLACE_OBSERVER, true));
	cr_assert(path_is(&lab, PLACE_PEER, false));
	lab_down(&lab);
}

static int sent_usr1(const char *stub, bool stopped, int threads, int wait_ms, struct err *err)
{
	struct fault_act act = act_of("signal", "signal=USR1");
	struct lab lab;
	int ret;

	stub_lab(&lab, stub);
	if (stopped) {
		kill(lab.peer.pid, SIGSTOP);
		cr_assert_eq(lab_wait_program(&lab.peer, WSTOPPED, stub_deadline(STUB_PATIENCE), err), 0);
	}
	cr_assert_eq(fault_signal.inject(&lab, &act, err), 0, "%s", err->text);
	cr_assert_eq(act.counter, threads);
	ret = fault_signal.prove(&lab, &act, stub_deadline(wait_ms), err);
	lab_down(&lab);
	free(act.known);
	return ret;
}

Test(fault_real, a_signal_is_proven_by_the_threads_that_take_it)
{
	struct err err = {""};

	cr_assert_eq(sent_usr1("good", false, 2, STUB_PATIENCE, &err), 0, "%s", err.text);
	cr_assert_eq(sent_usr1("blocked", false, 1, STUB_PATIENCE, &err), 0, "%s", err.text);
	cr_assert_lt(sent_usr1("shut", false, 0, 100, &err), 0);
	cr_assert(strstr(err.text, "none was"), "%s", err.text);
	cr_assert_lt(sent_usr1("deaf", false, 0, 100, &err), 0);
	cr_assert_lt(sent_usr1("good", true, 2, 100, &err), 0);
	cr_assert(strstr(err.text, "pending still"), "%s", err.text);
}

/* A storm's later volleys go to those that are known, and to nobody else. */
Test(fault_real, each_volley_of_a_storm_reaches_the_same_threads)
{
	struct fault_act act = act_of("signal", "signal=USR1,every=10ms,count=3");
	struct err err = {""};
	struct lab lab;

	stub_lab(&lab, "blocked");
	for (int volley = 1; volley <= 3; volley++) {
		act.counter = 0;
		cr_assert_eq(fault_signal.inject(&lab, &act, &err), 0, "%s", err.text);
		cr_assert_eq(act.counter, 1);
		cr_assert_eq(act.count, volley);
		cr_assert_eq(fault_signal.prove(&lab, &act, stub_deadline(STUB_PATIENCE), &err), 0, "%s",
			     err.text);
	}
	lab_down(&lab);
	free(act.known);
}

Test(fault_real, continue_is_proven_only_of_a_stopped_program)
{
	struct fault_act stop = act_of("signal", "signal=STOP");
	struct fault_act cont = act_of("signal", "signal=CONT"), again = cont;
	struct err err = {""};
	struct lab lab;

	stub_lab(&lab, "good");
	cr_assert_eq(fault_signal.inject(&lab, &stop, &err), 0);
	cr_assert_eq(fault_signal.prove(&lab, &stop, stub_deadline(STUB_PATIENCE), &err), 0, "%s", err.text);
	cr_assert_eq(fault_signal.inject(&lab, &cont, &err), 0);
	cr_assert_eq(fault_signal.prove(&lab, &cont, stub_deadline(STUB_PATIENCE), &err), 0, "%s", err.text);
	cr_assert_eq(fault_signal.inject(&lab, &again, &err), 0);
	cr_assert_lt(fault_signal.prove(&lab, &again, stub_deadline(2000), &err), 0);
	lab_down(&lab);
}

/* The peer's command is answered for each connection: what the trial takes as proof. */
Test(fault_real, a_told_peer_answers)
{
	struct fault_act act = act_of("reset", "");
	struct err err = {""};
	struct event ev;
	bool from_peer;
	struct lab lab;

	stub_lab(&lab, "good");
	cr_assert_eq(fault_reset.inject(&lab, &act, &err), 0);
	cr_assert(act.per_connection);
	cr_assert_eq(lab_next_event(&lab, stub_deadline(STUB_PATIENCE), &ev, &from_peer, &err), 1);
	cr_assert(from_peer && ev.kind == EVENT_FAULT);
	cr_assert_eq(lab_next_event(&lab, stub_deadline(STUB_PATIENCE), &ev, &from_peer, &err), 1);
	cr_assert_eq(ev.kind, EVENT_DONE);
	lab_down(&lab);
}
