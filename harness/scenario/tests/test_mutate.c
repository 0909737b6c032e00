/* SPDX-License-Identifier: MIT */
/*
 * A valid file, damaged at random thousands of times: the parser either takes it or refuses it with
 * a place and one line, and never crashes. The seed is fixed. Run it under AddressSanitizer.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/scenario.h"

static const char whole[] =
	"# essay\nname: x\nabout: text\nobserver: client\ntraffic: request\nip: 6\n"
	"link: {delay: 10ms, loss: 0.5%}\nsysctl: {net.ipv4.tcp_retries2: 8}\n"
	"methods:\n  - recv\n  - keepalive: {idle: 60s, intvl: '5s', cnt: 3}\n"
	"  - heartbeat:\n      period: 20s\n      mode: \"beacon\"\n"
	"timeline:\n  - {at: 2s, fault: link-down, place: peer, for: 1s}\n"
	"  - at: 3s\n    fault: signal\n    signal: STOP\n"
	"horizon: 3h\nexpect: {recv: never, keepalive: {from: 1s, to: 2s}}\n";

static uint64_t state = 0x9e3779b97f4a7c15u;

static size_t below(size_t n)
{
	state ^= state << 13, state ^= state >> 7, state ^= state << 17; /* xorshift64 */
	return (size_t)(state % n);
}

static size_t damage(char *text, size_t len, size_t room)
{
	static const char spice[] = "\n\t -:,{}[]&*!|>'\"%@`#?~\\\0\x80\xff"
				    "0123456789abcxyz";
	size_t at = below(len), n = 1 + below(6);

	switch (below(4)) {
	case 0:
		text[at] = spice[below(sizeof(spice) - 1)];
		return len;
	case 1:
		if (n > len - at || n >= len)
			return len;
		memmove(text + at, text + at + n, len - at - n);
		return len - n;
	case 2:
		if (len + n > room)
			return len;
		memmove(text + at + n, text + at, len - at);
		for (size_t i = 0; i < n; i++)
			text[at + i] = spice[below(sizeof(spice) - 1)];
		return len + n;
	default:
		n = below(60);
		if (n > len - at || len + n > room)
			return len;
		memmove(text + at + n, text + at, len - at);
		return len + n;
	}
}

static int try_one(struct scenario *s, const char *text, size_t len)
{
	/* An exact copy on the heap, so that one byte too far is noticed. */
	char *bytes = malloc(len ? len : 1);
	struct err err = {""};
	int ret, line, column, n = 0;

	cr_assert_not_null(bytes);
	memcpy(bytes, text, len);
	ret = scenario_parse("x.yaml", bytes, len, s, &err);
	free(bytes);
	if (!ret)
		return 1;
	cr_expect_eq(ret, -EINVAL);
	sscanf(err.text, "x.yaml:%d:%d: %n", &line, &column, &n);
	cr_expect_gt(n, 0, "%s", err.text);
	cr_expect(n == 0 || (line > 0 && column > 0), "%s", err.text);
	cr_expect_null(strpbrk(err.text, "\n\r\033"), "%s", err.text);
	cr_expect_not_null(strpbrk(err.text, ";?"), "no remedy: %s", err.text);
	return 0;
}

Test(mutate, no_damage_crashes_the_parser, .timeout = 120)
{
	struct scenario *s = malloc(sizeof(*s));
	char text[4 * sizeof(whole)];
	int taken = 0;

	cr_assert_not_null(s);
	cr_expect(try_one(s, whole, sizeof(whole) - 1));
	for (int i = 0; i < 6000; i++) {
		size_t len = sizeof(whole) - 1;

		memcpy(text, whole, len);
		for (size_t k = 1 + below(4); k; k--)
			len = damage(text, len, sizeof(text));
		taken += try_one(s, text, len);
	}
	cr_expect_gt(taken, 0, "some damage is harmless, as in a comment");
	free(s);
}

Test(mutate, no_cut_crashes_the_parser, .timeout = 60)
{
	struct scenario *s = malloc(sizeof(*s));

	cr_assert_not_null(s);
	for (size_t len = 0; len < sizeof(whole); len++)
		try_one(s, whole, len);
	free(s);
}
