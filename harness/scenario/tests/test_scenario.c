/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "lab/netem_opt.h"
#include "scenario/scenario.h"

static const char good[] = "# an essay\n"
			   "name: good-one\n"
			   "about: >\n"
			   "  What happens,\n"
			   "  in a line or two.\n"
			   "observer: client\n"
			   "traffic: request\n"
			   "size: 1.4kB\n"
			   "ip: 6\n"
			   "wire: router\n"
			   "link: {delay: 10ms, loss: 0.5%}\n"
			   "sysctl:\n"
			   "  net.ipv4.tcp_retries2: 8\n"
			   "  net.ipv4.tcp_rmem: 4096 87380 6291456\n"
			   "methods:\n"
			   "  - recv\n"
			   "  - null\n"
			   "  - keepalive: {idle: 60s, intvl: \"5s\", cnt: 3}\n"
			   "  - keepalive: {idle: 60s}\n"
			   "  - heartbeat:\n"
			   "      period: 20s\n"
			   "      mode: beacon\n"
			   "timeline:\n"
			   "  - {at: 4s, fault: signal, signal: CONT}\n"
			   "  - {at: 2s, fault: signal, signal: SIGSTOP, target: peer}\n"
			   "horizon: 3h\n"
			   "spread: 5s\n"
			   "expect:\n"
			   "  recv: never\n"
			   "  keepalive: {from: 2s, to: 4.5s}\n";

static struct scenario *parsed(const char *path, const char *text)
{
	struct scenario *s = malloc(sizeof(*s));
	struct err err = {""};

	cr_assert_not_null(s);
	cr_assert_eq(scenario_parse(path, text, strlen(text), s, &err), 0, "%s", err.text);
	return s;
}

static const char *method_text(const struct scenario_method *m, char *buf, size_t size)
{
	int n = snprintf(buf, size, "%s:", m->method->name);

	opt_format(m->method->options, &m->opt, buf + n, size - (size_t)n);
	return buf;
}

Test(scenario, every_key_arrives)
{
	struct scenario *s = parsed("scenarios/cable/good-one.yaml", good);
	char buf[200];

	cr_expect_str_eq(s->path, "scenarios/cable/good-one.yaml");
	cr_expect_str_eq(s->name, "good-one");
	cr_expect_str_eq(s->family, "cable");
	cr_expect_str_eq(s->about, "What happens, in a line or two.");
	cr_expect_eq(s->observer, SIDE_CLIENT);
	cr_expect_eq(s->traffic, TRAFFIC_REQUEST);
	cr_expect_eq(s->message_size, 1400);
	cr_expect_eq(s->ip, AF_INET6);
	cr_expect_eq(s->wire, WIRE_ROUTER);
	cr_expect(s->has_link);
	cr_expect_eq(s->link.v[NETEM_DELAY], 10 * NS_PER_MS);
	cr_expect_eq(s->link.v[NETEM_LOSS], 5000);
	cr_expect_eq(s->n_sysctl, 2);
	cr_expect_str_eq(s->sysctl[0].name, "net.ipv4.tcp_retries2");
	cr_expect_str_eq(s->sysctl[0].value, "8");
	cr_expect_str_eq(s->sysctl[1].value, "4096 87380 6291456");
	cr_assert_eq(s->n_methods, 5);
	cr_expect_str_eq(s->methods[1].method->name, "null");
	cr_expect_str_eq(method_text(&s->methods[2], buf, sizeof(buf)),
			 "keepalive:idle=1m,intvl=5s,cnt=3");
	cr_expect_str_eq(method_text(&s->methods[3], buf, sizeof(buf)), "keepalive:idle=1m");
	cr_expect_not_null(strstr(method_text(&s->methods[4], buf, sizeof(buf)), "mode=beacon"));
	cr_expect_eq(s->horizon_ns, 3 * 3600 * NS_PER_S);
	cr_expect_eq(s->spread_ns, 5 * NS_PER_S);
	cr_assert_eq(s->n_expect, 2);
	cr_expect_eq(s->expect[0].window.kind, WINDOW_NEVER);
	cr_expect_eq(s->expect[1].window.kind, WINDOW_SOME);
	cr_expect_eq(s->expect[1].window.hi_ns, 4500 * NS_PER_MS);
	free(s);
}

Test(scenario, the_timeline_is_sorted)
{
	struct scenario *s = parsed("good-one.yaml", good);

	cr_assert_eq(s->n_faults, 2);
	cr_expect_eq(s->faults[0].at_ns, 2 * NS_PER_S);
	cr_expect_eq(s->faults[1].at_ns, 4 * NS_PER_S);
	cr_expect_eq(s->faults[1].for_ns, 0);
	cr_expect_str_eq(s->family, "");
	free(s);
}

Test(scenario, methods_left_out_are_all_with_their_defaults)
{
	struct scenario *s = parsed("x.yaml", "name: x\nhorizon: 1s\n"
					      "timeline: [{at: 0s, fault: none}]\n");
	int n = 0;

	for (; method_table[n]; n++) {
		struct opt_values opt;

		opt_defaults(method_table[n]->options, &opt);
		cr_expect_eq(s->methods[n].method, method_table[n]);
		cr_expect_eq(memcmp(&s->methods[n].opt, &opt, sizeof(opt)), 0);
	}
	cr_expect_eq(s->n_methods, n);
	cr_expect_eq(s->ip, AF_INET);
	cr_expect_eq(s->wire, WIRE_SWITCH);
	cr_expect_eq(s->observer, SIDE_SERVER);
	cr_expect_eq(s->traffic, TRAFFIC_IDLE);
	cr_expect_not(s->has_link);
	free(s);
}

Test(scenario, windows_files_and_byte_order_marks_are_read)
{
	free(parsed("x.yaml", "\xef\xbb\xbfname: x\r\nhorizon: 1s\r\n"
			      "timeline:\r\n  - {at: 0s, fault: none}\r\n"));
}
