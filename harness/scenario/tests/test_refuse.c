/* SPDX-License-Identifier: MIT */
/* Every refusal says path:line:column, what, and the remedy. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/scenario.h"

#define HEAD "name: x\n"
#define TAIL "timeline:\n  - {at: 2s, fault: none}\nhorizon: 3s\n"
#define LINK "timeline:\n  - {at: 2s, fault: link-down}\nhorizon: 3s\n"

static struct scenario *room(void)
{
	struct scenario *s = malloc(sizeof(*s));

	cr_assert_not_null(s);
	return s;
}

static void refused(const char *text, size_t size, const char *sentence)
{
	struct scenario *s = room();
	struct err err = {""};

	cr_expect_eq(scenario_parse("d/x.yaml", text, size, s, &err), -EINVAL, "%s", text);
	cr_expect_str_eq(err.text, sentence);
	free(s);
}

struct refusal {
	const char *text, *sentence;
};

static void all_refused(const struct refusal *r)
{
	for (; r->text; r++)
		refused(r->text, strlen(r->text), r->sentence);
}

Test(refuse, what_is_no_text)
{
	refused("", 0, "d/x.yaml:1:1: the file is empty; write a scenario that begins with name:");
	refused("name: x\nab\0c", 12,
		"d/x.yaml:2:3: a binary file; name a scenario, a text file in UTF-8");
	refused("\x7f"
		"ELF\2\1\1\0",
		8, "d/x.yaml:1:1: a binary file; name a scenario, a text file in UTF-8");
	refused("\x7f"
		"ELF\2\1\1",
		7, "d/x.yaml:1:1: the control character U+007F; delete it");
	refused("name: \xff", 7, "d/x.yaml:1:7: byte 0xff is not UTF-8; save the file as UTF-8");
	refused("a: \xc3\xa4\xc3", 6,
		"d/x.yaml:1:5: byte 0xc3 is not UTF-8; save the file as UTF-8");
	refused("a: \xed\xa0\x80", 6,
		"d/x.yaml:1:4: byte 0xed is not UTF-8; save the file as UTF-8");
	refused("a: \xc0\x80", 5, "d/x.yaml:1:4: byte 0xc0 is not UTF-8; save the file as UTF-8");
	refused("# only\n", 7,
		"d/x.yaml:1:1: nothing but comments; write a scenario that begins with name:");
}

Test(refuse, what_is_no_single_plain_document)
{
	static const struct refusal r[] = {
		{"a: [1\n", "d/x.yaml:2:1: not YAML: flow sequence without a closing bracket; "
			    "indent with spaces, "
			    "close quotes and brackets"},
		{"a: \"x\n", "d/x.yaml:1:5: not YAML: double-quoted scalar without closing quote; "
			     "indent with spaces, "
			     "close quotes and brackets"},
		{HEAD TAIL "---\nname: y\n", "d/x.yaml:5:1: a second document; a file holds one "
					     "scenario, move the other into a file "
					     "of its own"},
		{"name: &n x\n",
		 "d/x.yaml:1:7: anchors (&name) are not used here; write each value out"},
		{"name: *n\n",
		 "d/x.yaml:1:7: aliases (*name) are not used here; write the value out"},
		{"name: !!str x\n",
		 "d/x.yaml:1:7: tags (!type) are not used here; leave the tag out"},
		{"name: x\nname: x\n",
		 "d/x.yaml:2:1: name: stands twice, first in line 1; delete one of the two"},
		{"[[[[[[[[[[", "d/x.yaml:1:9: nested more than 8 deep; a scenario needs 4 levels"},
		{"name: \"a\\0b\"\n", "d/x.yaml:1:7: the text holds a NUL; delete the \\0"},
		{"? [a]\n: b\n", "d/x.yaml:1:3: a key must be one word; write key: value"},
		{"- name\n", "d/x.yaml:1:1: a scenario must be a mapping; write {key: value}"},
		{"x\n", "d/x.yaml:1:1: a scenario must be a mapping; write {key: value}"},
		{NULL, NULL},
	};

	all_refused(r);
}

Test(refuse, top_level_keys)
{
	static const struct refusal r[] = {
		{HEAD "horizn: 3s\n", "d/x.yaml:2:1: horizn: unknown key; did you mean horizon?"},
		{HEAD "colour: red\n", "d/x.yaml:2:1: colour: unknown key; write one of name, "
				       "about, observer, traffic, size, ip, wire, "
				       "link, sysctl, methods, timeline, horizon, spread, expect, claim"},
		{"horizon: 3s\n", "d/x.yaml:1:1: name is missing; write name: and the file's name "
				  "without its ending"},
		{HEAD "horizon: 3s\n", "d/x.yaml:1:1: timeline is missing; write timeline: and a "
				       "list of - {at: 2s, fault: …}"},
		{HEAD "timeline:\n  - {at: 2s, fault: none}\n",
		 "d/x.yaml:1:1: horizon is missing; write horizon: and how long after the fault to "
		 "wait, "
		 "such as 8s"},
		{"name: y\n" TAIL, "d/x.yaml:1:7: name: 'y' is not the file's name; write name: x, "
				   "or rename the file"},
		{"name: X_y\n" TAIL, "d/x.yaml:1:7: name: 'X_y' holds other signs than a-z, 0-9 "
				     "and -; write a name such as "
				     "cable-pull-far"},
		{"name: [x]\n" TAIL,
		 "d/x.yaml:1:7: name must be one value; write it after the colon"},
		{"name:\n" TAIL, "d/x.yaml:1:1: name has no value; write one after the colon"},
		{HEAD "observer: sever\n" TAIL, "d/x.yaml:2:11: observer: 'sever' is not one of "
						"server, client; did you mean server?"},
		{HEAD "traffic: none\n" TAIL, "d/x.yaml:2:10: traffic: 'none' is not one of idle, "
					      "request, sending, receiving, stalled, half-closed, "
					      "connecting; write one of them"},
		{HEAD "traffic: sending\nsize: 4\n" TAIL,
		 "d/x.yaml:3:7: size: 4 has no unit; write 4B or 4kB"},
		{HEAD "traffic: sending\nsize: 1MB\n" TAIL,
		 "d/x.yaml:3:7: size: 1MB is too much; write 64kB or less"},
		{HEAD "size: 4kB\n" TAIL, "d/x.yaml:2:7: size: traffic: idle has no messages of a "
					  "size; remove it, or write traffic: sending"},
		{HEAD "ip: 5\n" TAIL,
		 "d/x.yaml:2:5: ip: '5' is not one of 4, 6; write one of them"},
		{HEAD "sysctl: {kernel.panic: 1}\n" TAIL,
		 "d/x.yaml:2:10: sysctl: 'kernel.panic' is not a name below net.; write one such "
		 "as "
		 "net.ipv4.tcp_retries2"},
		{HEAD "sysctl: {net.../x: 1}\n" TAIL,
		 "d/x.yaml:2:10: sysctl: 'net.../x' is not a name below net.; write one such as "
		 "net.ipv4.tcp_retries2"},
		{HEAD "sysctl: {net.ipv4.ip_forward: [1]}\n" TAIL,
		 "d/x.yaml:2:31: sysctl's value must be one value; write it after the colon"},
		{HEAD "link: {delay: 10}\n" TAIL,
		 "d/x.yaml:2:15: link: delay: 10 has no unit; write 10s, 10ms, 10m or 10h"},
		{HEAD "link: {dely: 10ms}\n" TAIL,
		 "d/x.yaml:2:8: link: dely: unknown option; did you mean delay?"},
		{HEAD "link: {}\n" TAIL,
		 "d/x.yaml:2:7: link is empty; write {delay: 10ms}, or leave the key out"},
		{HEAD "link: {jitter: 1ms}\n" TAIL, "d/x.yaml:2:7: link: jitter does nothing "
						    "without delay; add delay or remove jitter"},
		{HEAD "timeline:\n  - {at: 2s, fault: none}\nhorizon: 0s\n",
		 "d/x.yaml:4:10: horizon: 0s is no time at all; write 1ms or more"},
		{HEAD "timeline:\n  - {at: 2s, fault: none}\nhorizon: -1s\n",
		 "d/x.yaml:4:10: horizon: -1s is negative; write 1s, without the minus sign"},
		{NULL, NULL},
	};

	all_refused(r);
}

#define CONNECTING HEAD "observer: client\ntraffic: connecting\n"

Test(refuse, what_needs_a_connection)
{
	static const struct refusal r[] = {
		{HEAD "traffic: connecting\n" TAIL,
		 "d/x.yaml:2:10: traffic: connecting is observed by who connects; write observer: client"},
		{CONNECTING "size: 4kB\n" TAIL,
		 "d/x.yaml:4:7: size: traffic: connecting has no messages of a size; remove it, or write "
		 "traffic: sending"},
		{CONNECTING "methods:\n  - recv\n  - heartbeat\n" TAIL,
		 "d/x.yaml:6:5: heartbeat needs a connection that stands, and with traffic: connecting none "
		 "does yet; write traffic: idle, or a method that waits for connect(2), such as recv or poll"},
		{CONNECTING "timeline:\n  - {at: 0s, fault: reset}\nhorizon: 3s\n",
		 "d/x.yaml:5:21: reset: it is done to a connection, and with traffic: connecting none stands "
		 "yet; write kill, drop or reject, or another traffic"},
		{CONNECTING "timeline:\n  - {at: 1s, fault: pause, target: observer, for: 1s}\nhorizon: 3s\n",
		 "d/x.yaml:5:21: pause: an observer that is stopped cannot connect; use target: peer, or "
		 "another traffic than connecting"},
		{CONNECTING "timeline:\n  - {at: 0s, fault: signal, signal: USR1, target: observer}\n"
			    "horizon: 3s\n",
		 "d/x.yaml:5:21: signal: at: 0s comes before the attempts of traffic: connecting, which no "
		 "signal can interrupt then; write at: 1ms or later"},
		{CONNECTING "wire: nat\ntimeline:\n  - {at: 0s, fault: nat-expiry}\nhorizon: 3s\n",
		 "d/x.yaml:6:21: nat-expiry: with traffic: connecting there is no connection yet that could be "
		 "forgotten; use another fault, or traffic: idle"},
		{NULL, NULL},
	};

	all_refused(r);
}

Test(refuse, methods)
{
	static const struct refusal r[] = {
		{HEAD "methods: recv\n" TAIL, "d/x.yaml:2:10: methods must be a list; write each "
					      "entry on a line that begins with -"},
		{HEAD "methods: []\n" TAIL, "d/x.yaml:2:10: methods is empty; name one, or leave "
					    "the key out for every method"},
		{HEAD "methods:\n  - revc\n" TAIL,
		 "d/x.yaml:3:5: revc: no such method; did you mean recv?"},
		{HEAD "methods:\n  - keepalive: {idle: 5}\n" TAIL,
		 "d/x.yaml:3:23: keepalive: idle: 5 has no unit; write 5s, 5ms, 5m or 5h"},
		{HEAD "methods:\n  - keepalive: {idel: 5s}\n" TAIL,
		 "d/x.yaml:3:17: keepalive: idel: unknown option; did you mean idle?"},
		{HEAD "methods:\n  - keepalive: {idle: }\n" TAIL,
		 "d/x.yaml:3:17: idle has no value; write one after the colon"},
		{HEAD "methods:\n  - keepalive: 5s\n" TAIL,
		 "d/x.yaml:3:16: keepalive must be a mapping; write {key: value}"},
		{HEAD "methods:\n  - recv: {poll: 1s}\n" TAIL,
		 "d/x.yaml:3:12: recv: poll: unknown option; none is taken here, leave it out"},
		{HEAD "methods:\n  - heartbeat: {mode: pong}\n" TAIL,
		 "d/x.yaml:3:23: heartbeat: mode: 'pong' is not one of ping, beacon; did you mean "
		 "ping?"},
		{HEAD "methods:\n  - {recv: , select: }\n" TAIL,
		 "d/x.yaml:3:5: an entry of methods names one method; write - name, or - name: "
		 "{option: "
		 "value}"},
		{HEAD "methods:\n  - tcp_info: {poll: 1000ms}\n  - recv\n  - tcp_info: {poll: "
		      "1s}\n" TAIL,
		 "d/x.yaml:5:5: tcp_info: stands twice with the same options; change one or delete "
		 "it"},
		{NULL, NULL},
	};

	all_refused(r);
}

Test(refuse, a_methods_own_check_has_a_place)
{
	static const char text[] = HEAD "methods:\n  - keepalive: {idle: 1500ms}\n" TAIL;
	struct scenario *s = room();
	struct err err = {""};

	cr_expect_eq(scenario_parse("x.yaml", text, strlen(text), s, &err), -EINVAL);
	cr_expect_eq(strncmp(err.text, "x.yaml:3:5: keepalive: ", 23), 0, "%s", err.text);
	free(s);
}

Test(refuse, timeline)
{
	static const struct refusal r[] = {
		{HEAD "timeline: []\nhorizon: 1s\n", "d/x.yaml:2:11: timeline is empty; write - "
						     "{at: 2s, fault: none} for a control run"},
		{HEAD "timeline:\n  - link-down\nhorizon: 1s\n",
		 "d/x.yaml:3:5: an entry of the timeline must be a mapping; write {key: value}"},
		{HEAD "timeline:\n  - {at: 2s}\nhorizon: 1s\n",
		 "d/x.yaml:3:5: an entry of the timeline has no fault; write fault: link-down"},
		{HEAD "timeline:\n  - {fault: none}\nhorizon: 1s\n",
		 "d/x.yaml:3:5: an entry of the timeline has no at; write at: 2s"},
		{HEAD "timeline:\n  - {at: 2, fault: none}\nhorizon: 1s\n",
		 "d/x.yaml:3:10: at: 2 has no unit; write 2s, 2ms, 2m or 2h"},
		{HEAD "timeline:\n  - {at: 2s, fault: linkdown}\nhorizon: 1s\n",
		 "d/x.yaml:3:21: linkdown: no such fault; did you mean link-down?"},
		{HEAD "timeline:\n  - {at: 2s, fault: link-down, place: moon}\nhorizon: 1s\n",
		 "d/x.yaml:3:39: link-down: place: 'moon' is not one of observer, peer; write one "
		 "of them"},
		{HEAD "timeline:\n  - {at: 2s, fault: link-down, plaec: peer}\nhorizon: 1s\n",
		 "d/x.yaml:3:32: link-down: plaec: unknown option; did you mean place?"},
		{HEAD "timeline:\n  - {at: 2s, fault: link-down, fro: 1s}\nhorizon: 1s\n",
		 "d/x.yaml:3:32: link-down: fro: unknown option; did you mean for?"},
		{HEAD "timeline:\n  - {at: 2s, fault: close, for: 1s}\nhorizon: 1s\n",
		 "d/x.yaml:3:28: for: the fault close cannot be undone; leave for out"},
		{HEAD "timeline:\n  - {at: 2s, fault: pause}\nhorizon: 1s\n",
		 "d/x.yaml:3:5: the fault pause ends by its nature, and for is missing; write for: "
		 "2s"},
		{HEAD "timeline:\n  - {at: 2s, fault: link-down, for: 0s}\nhorizon: 1s\n",
		 "d/x.yaml:3:37: for: 0s undoes the fault at once; write 1ms or more, or leave for "
		 "out"},
		{HEAD "timeline:\n  - {at: 2s, fault: signal, signal: STPO}\nhorizon: 1s\n",
		 "d/x.yaml:3:37: signal: signal: 'STPO' is not a signal; did you mean STOP?"},
		{NULL, NULL},
	};

	all_refused(r);
}

Test(refuse, a_faults_own_check_has_a_place)
{
	static const char text[] = HEAD "timeline:\n  - {at: 2s, fault: kill, target: observer}\n"
					"horizon: 1s\n";
	struct scenario *s = room();
	struct err err = {""};

	cr_expect_eq(scenario_parse("x.yaml", text, strlen(text), s, &err), -EINVAL);
	cr_expect_eq(strncmp(err.text, "x.yaml:3:21: kill: ", 19), 0, "%s", err.text);
	free(s);
}

Test(refuse, expect)
{
	static const struct refusal r[] = {
		{HEAD "methods: [recv]\n" LINK "expect: {rcv: never}\n",
		 "d/x.yaml:6:10: rcv: no such method; did you mean recv?"},
		{HEAD "methods: [recv]\n" LINK "expect: {select: never}\n",
		 "d/x.yaml:6:10: select: not one of this scenario's methods; add it to methods, or "
		 "delete "
		 "the line"},
		{HEAD LINK "expect: {recv: always}\n",
		 "d/x.yaml:5:16: what is expected of a method is never or {from: 2s, to: 4s}; "
		 "write one of "
		 "the two"},
		{HEAD LINK "expect: {recv: {from: 2s}}\n",
		 "d/x.yaml:5:16: to is missing; write {from: 2s, to: 4s}"},
		{HEAD LINK "expect: {recv: {from: 2s, too: 3s}}\n",
		 "d/x.yaml:5:27: too: unknown key; did you mean to?"},
		{HEAD LINK "expect: {recv: {from: 2s, to: 1s}}\n",
		 "d/x.yaml:5:31: to is earlier than from; exchange the two"},
		{HEAD LINK "expect: {recv: {from: 2s, to: 4}}\n",
		 "d/x.yaml:5:31: to: 4 has no unit; write 4s, 4ms, 4m or 4h"},
		{NULL, NULL},
	};

	all_refused(r);
}

Test(refuse, one_line_whatever_was_written)
{
	static const char text[] = "name: \"a\\nb\\u0007\\e[31m\"\n" TAIL;
	struct scenario *s = room();
	struct err err = {""};

	cr_expect_eq(scenario_parse("x.yaml", text, strlen(text), s, &err), -EINVAL);
	cr_expect_null(strpbrk(err.text, "\n\a\033"));
	free(s);
}

Test(refuse, works_without_an_err)
{
	struct scenario *s = room();

	cr_expect_eq(scenario_parse("x.yaml", "name: [", 7, s, NULL), -EINVAL);
	cr_expect_eq(scenario_parse("x.yaml", "nam: 1\n", 7, s, NULL), -EINVAL);
	free(s);
}

/* The list of faults grows: every one of the table is in it. */
Test(refuse, an_unknown_fault_is_told_all_there_are)
{
	static const char text[] =
		HEAD "timeline:\n  - {at: 2s, fault: meteorite}\nhorizon: 1s\n";
	struct scenario *s = malloc(sizeof(*s));
	struct err err = {""};

	cr_assert_not_null(s);
	cr_assert_eq(scenario_parse("d/x.yaml", text, sizeof(text) - 1, s, &err), -EINVAL);
	cr_assert(strstr(err.text, "d/x.yaml:3:21: meteorite: no such fault; write one of none, "),
		  "%s", err.text);
	for (int i = 0; fault_table[i]; i++)
		cr_assert(strstr(err.text, fault_table[i]->name), "%s lacks %s", err.text,
			  fault_table[i]->name);
	free(s);
}
