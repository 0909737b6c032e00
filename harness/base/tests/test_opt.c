/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/opt.h"

static const char *const modes[] = {"ping", "beacon", NULL};

enum { IDLE, CNT, LOSS, RATE, SIG, MODE, BARE };
static const struct opt rows[] = {
	[IDLE] = {.name = "idle", .type = OPT_DURATION, .def = "60s", .min = NS_PER_S},
	[CNT] = {.name = "cnt", .type = OPT_COUNT, .def = "3", .min = 1, .max = 127},
	[LOSS] = {.name = "loss", .type = OPT_PERCENT},
	[RATE] = {.name = "rate", .type = OPT_RATE},
	[SIG] = {.name = "signal", .type = OPT_SIGNAL, .def = "STOP"},
	[MODE] = {.name = "mode", .type = OPT_WORD, .def = "ping", .words = modes},
	[BARE] = {.name = "bare", .type = OPT_DURATION},
	{.name = NULL},
};

Test(opt, durations_are_exact)
{
	static const struct {
		const char *text;
		int64_t ns;
		const char *canonical;
	} cases[] = {
		{"250ms", 250 * NS_PER_MS, "250ms"},
		{"1500ms", 1500 * NS_PER_MS, "1.5s"},
		{"1.5s", 1500 * NS_PER_MS, "1.5s"},
		{"0.25s", 250 * NS_PER_MS, "250ms"},
		{"90s", 90 * NS_PER_S, "90s"},
		{"1.5m", 90 * NS_PER_S, "90s"},
		{"7200s", 7200 * NS_PER_S, "2h"},
		{"48h", 172800 * NS_PER_S, "2d"},
		{"100d", 8640000 * NS_PER_S, "100d"},
		{"0s", 0, "0s"},
		{"0h", 0, "0s"},
		{"1ns", 1, "1ns"},
		{"0.000000001s", 1, "1ns"},
		{"1.234567s", 1234567 * NS_PER_US, "1.234567s"},
		{"000000000000000000000000001s", NS_PER_S, "1s"},
		{"1.50000000000000000000s", 1500 * NS_PER_MS, "1.5s"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct err err = {""};
		int64_t ns = -1, again = -1;
		char buf[40];

		cr_assert_eq(opt_parse_duration(cases[i].text, &ns, &err), 0, "%s: %s",
			     cases[i].text, err.text);
		cr_expect_eq(ns, cases[i].ns, "%s gives %" PRId64, cases[i].text, ns);
		cr_expect_str_eq(opt_format_duration(ns, buf, sizeof(buf)), cases[i].canonical);
		cr_assert_eq(opt_parse_duration(buf, &again, &err), 0);
		cr_expect_eq(again, ns);
	}
}

Test(opt, any_duration_survives_a_round_trip)
{
	uint64_t x = 88172645463325252u; /* xorshift64: Marsaglia 2003 */

	for (int i = 0; i < 20000; i++) {
		int64_t ns, back;
		struct err err;
		char buf[40];

		x ^= x << 13, x ^= x >> 7, x ^= x << 17;
		ns = (int64_t)(x % (uint64_t)(8640000 * NS_PER_S));
		ns -= i % 3 ? ns % (i % 5 ? NS_PER_MS : NS_PER_S) : 0;
		opt_format_duration(ns, buf, sizeof(buf));
		cr_assert_eq(opt_parse_duration(buf, &back, &err), 0, "%s: %s", buf, err.text);
		cr_assert_eq(back, ns, "%s", buf);
	}
}

Test(opt, a_refusal_says_what_to_write)
{
	static const struct {
		const char *name, *text, *sentence;
	} cases[] = {
		{"idle", "5", "idle: 5 has no unit; write 5s, 5ms, 5m or 5h"},
		{"idle", "0", "idle: 0 has no unit; write 0s, 0ms, 0m or 0h"},
		{"idle", "-1s", "idle: -1s is negative; write 1s, without the minus sign"},
		{"idle", "1ms", "idle: 1ms is too little; write 1s or more"},
		{"idle", "101d", "idle: 101d is too much; write 100d or less"},
		{"idle", "99999999999999999999d",
		 "idle: 99999999999999999999d is too much; write 100d or less"},
		{"idle", "0.1ns", "idle: 0.1ns is finer than 1ns; write fewer decimals"},
		{"idle", "",
		 "idle: '' is not a duration; write a number and one unit (ns us ms s m h d), such "
		 "as "
		 "250ms, 1.5s or 2h"},
		{"cnt", "0", "cnt: 0 is too little; write 1 or more"},
		{"cnt", "128", "cnt: 128 is too much; write 127 or less"},
		{"cnt", "-3", "cnt: -3 is negative; write a whole number from 0 on"},
		{"cnt", "3s", "cnt: '3s' is not a count; write a whole number without a unit"},
		{"cnt", "99999999999999999999",
		 "cnt: 99999999999999999999 is too large for a count; write fewer digits"},
		{"loss", "1", "loss: 1 has no unit; write 1%"},
		{"loss", "101%", "loss: 101% is too much; write 100% or less"},
		{"loss", "0.00001%", "loss: 0.00001% is finer than 0.0001%; write fewer decimals"},
		{"rate", "10", "rate: 10 has no unit; write 10kbit, 10mbit or 10gbit"},
		{"mode", "pong", "mode: 'pong' is not one of ping, beacon; did you mean ping?"},
		{"mode", "x", "mode: 'x' is not one of ping, beacon; write one of them"},
		{"signal", "STPO", "signal: 'STPO' is not a signal; did you mean STOP?"},
		{"signal", "19",
		 "signal: '19' is not a signal; write its name, such as STOP, CONT or USR1"},
		{"idel", "1s", "idel: unknown option; did you mean idle?"},
		{"whatever", "1s",
		 "whatever: unknown option; write one of idle, cnt, loss, rate, signal, mode, "
		 "bare"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct opt_values values, before;
		struct err err = {""};

		opt_defaults(rows, &values);
		before = values;
		cr_expect_lt(opt_set(rows, &values, cases[i].name, cases[i].text, &err), 0);
		cr_expect_str_eq(err.text, cases[i].sentence);
		cr_expect_eq(memcmp(&values, &before, sizeof(values)), 0);
	}
}

Test(opt, refuses_what_only_looks_like_a_number)
{
	static const char *const texts[] = {
		"abc",
		"1",
		"s",
		".5s",
		"5.s",
		"1.5.5s",
		"1e3s",
		"+5s",
		"- 5s",
		" 5s",
		"5s ",
		"5 s",
		"1m30s",
		"0x10s",
		"5S",
		"5sec",
		"1,5s",
		"\xff",
		"5\n",
		"nan",
		"inf",
		"111111111111111111111111111111111111111111111111111111111111111111111111111111s",
		"0.000000000000000000000000000000000000000000001s",
		NULL,
	};

	for (int i = 0; texts[i]; i++) {
		struct err err = {""};
		int64_t ns = 7;

		cr_expect_eq(opt_parse_duration(texts[i], &ns, &err), -EINVAL, "%s", texts[i]);
		cr_expect_eq(ns, 7);
		cr_expect_null(strchr(err.text, '\n'));
		cr_expect_not_null(strstr(err.text, "; write"), "%s", err.text);
	}
}

Test(opt, other_quantities)
{
	struct opt_values values;
	struct err err;
	char buf[40];

	opt_defaults(rows, &values);
	cr_assert_eq(opt_set(rows, &values, "loss", "0.05%", &err), 0);
	cr_expect_eq(values.v[LOSS], 500);
	cr_expect_str_eq(opt_format_value(&rows[LOSS], 500, buf, sizeof(buf)), "0.05%");
	cr_expect_str_eq(opt_format_value(&rows[LOSS], 1000000, buf, sizeof(buf)), "100%");
	cr_assert_eq(opt_set(rows, &values, "rate", "1500Kbit", &err), 0);
	cr_expect_eq(values.v[RATE], 1500000);
	cr_expect_str_eq(opt_format_value(&rows[RATE], 1500000, buf, sizeof(buf)), "1.5mbit");
	cr_assert_eq(opt_set(rows, &values, "rate", "1mbps", &err), 0);
	cr_expect_eq(values.v[RATE], 8000000);
	cr_assert_eq(opt_set(rows, &values, "signal", "SIGUSR1", &err), 0);
	cr_expect_eq(values.v[SIG], SIGUSR1);
	cr_assert_eq(opt_set(rows, &values, "signal", "RTMIN+3", &err), 0);
	cr_expect_eq(values.v[SIG], SIGRTMIN + 3);
	cr_expect_str_eq(opt_format_value(&rows[SIG], SIGRTMIN + 3, buf, sizeof(buf)), "RTMIN+3");
	cr_expect_str_eq(opt_format_value(&rows[SIG], SIGSTOP, buf, sizeof(buf)), "STOP");
}

Test(opt, lists_round_trip)
{
	struct opt_values values, again;
	struct err err = {""};
	char buf[256], twice[256];

	opt_defaults(rows, &values);
	cr_expect_eq(values.v[LOSS], OPT_UNSET);
	cr_expect_eq(values.v[OPT_MAX - 1], OPT_UNSET);
	cr_assert_eq(opt_set_list(rows, &values, "", &err), 0);
	cr_assert_eq(opt_set_list(rows, &values, "idle=7200s,mode=beacon,loss=1.5%", &err), 0);
	cr_expect_str_eq(opt_format(rows, &values, buf, sizeof(buf)),
			 "idle=2h,cnt=3,loss=1.5%,signal=STOP,mode=beacon");
	opt_defaults(rows, &again);
	cr_assert_eq(opt_set_list(rows, &again, buf, &err), 0);
	cr_expect_eq(memcmp(&values, &again, sizeof(values)), 0);
	cr_expect_str_eq(opt_format(rows, &again, twice, sizeof(twice)), buf);
	cr_expect_str_eq(opt_format(rows, &values, buf, 12), "idle=2h");
}

Test(opt, lists_are_refused_in_words)
{
	static const char *const lists[][2] = {
		{"idle", "'idle' has no '='; write NAME=VALUE"},
		{"idle=1s,", "the list ends in a comma; leave it out"},
		{"idle=1s,idle=2s", "idle: given twice; leave one out"},
		{"idle=1s,,cnt=1", "'' has no '='; write NAME=VALUE"},
	};

	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		struct opt_values values;
		struct err err = {""};

		opt_defaults(rows, &values);
		cr_expect_eq(opt_set_list(rows, &values, lists[i][0], &err), -EINVAL);
		cr_expect_str_eq(err.text, lists[i][1]);
	}
}

Test(opt, nearest_word)
{
	static const char *const words[] = {"recv",	 "select", "tcp_info", "keepalive",
					    "heartbeat", "null",   NULL};
	char long_text[500];

	cr_expect_str_eq(opt_nearest("keepalvie", words), "keepalive");
	cr_expect_str_eq(opt_nearest("Keep-Alive", words), "keepalive");
	cr_expect_str_eq(opt_nearest("tcpinfo", words), "tcp_info");
	cr_expect_str_eq(opt_nearest("revc", words), "recv");
	cr_expect_null(opt_nearest("poll", (const char *const[]){"select", NULL}));
	cr_expect_null(opt_nearest("", words));
	cr_expect_null(opt_nearest("zebra crossing", words));
	memset(long_text, 'a', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	cr_expect_null(opt_nearest(long_text, words));
}
