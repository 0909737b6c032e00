/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "scenario/scenario.h"

#define HEAD                                                                   \
	"name: x\nmethods: [recv, select, {heartbeat: {period: 20s}}, keepalive]\n" \
	"timeline:\n  - {at: 2s, fault: link-down}\nhorizon: 3s\n"

static int parse(const char *text, struct scenario *s, struct err *err)
{
	return scenario_parse("d/x.yaml", text, strlen(text), s, err);
}

Test(claim, says_when_and_what_it_predicts)
{
	struct scenario *s = calloc(1, sizeof(*s));
	const struct scenario_predict *p = s->claim.predict;
	struct err err = {""};

	cr_assert_eq(parse(HEAD "claim:\n  says: It works.\n  when: it rains\n  predicts:\n"
				"    recv: never\n    select: noticed\n"
				"    heartbeat: {to: 20s, saw: missed}\n"
				"    keepalive: {state: CLOSE, sends-from: 3, sends-to: 9}\n",
			   s, &err),
		     0, "%s", err.text);
	cr_expect_str_eq(s->claim.says, "It works.");
	cr_expect_str_eq(s->claim.when, "it rains");
	cr_assert_eq(s->claim.n_predict, 4);
	cr_expect(p[0].never);
	cr_expect(!p[1].never && p[1].hi_ns == INT64_MAX);
	cr_expect_eq(p[2].hi_ns, 20 * NS_PER_S);
	cr_expect_str_eq(p[2].saw, "missed");
	cr_expect_str_eq(p[3].state, "CLOSE");
	cr_expect(p[3].sends_lo == 3 && p[3].sends_hi == 9);
	free(s);
}

Test(claim, refuses_with_place_and_remedy)
{
	static const struct {
		const char *claim, *sentence;
	} bad[] = {
		{"claim: {when: a, predicts: {recv: never}}\n",
		 "claim has no says; write says, when and predicts"},
		{"claim: {says: a, predicts: {recv: never}}\n",
		 "claim has no when; write says, when and predicts"},
		{"claim: {says: a, when: b}\n", "claim has no predicts; write predicts: {recv: never}"},
		{"claim: {says: a, when: b, predicts: {}}\n",
		 "predicts is empty; name a method and what the claim says of it"},
		{"claim: {says: a, when: b, predicts: {peek: never}}\n", "not one of this scenario's"},
		{"claim: {says: a, when: b, predicts: {reckv: never}}\n", "recv"},
		{"claim: {says: a, when: b, predicts: {recv: sometimes}}\n", "write one of the three"},
		{"claim: {says: a, when: b, predicts: {recv: {from: 2s, to: 1s}}}\n",
		 "to is earlier than from"},
		{"claim: {says: a, when: b, predicts: {recv: {to: 20}}}\n", "unit"},
		{"claim: {says: a, when: b, predicts: {recv: {sends-to: -1}}}\n", "-1"},
	};
	struct scenario *s = calloc(1, sizeof(*s));

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err err = {""};
		char text[1024];

		snprintf(text, sizeof(text), HEAD "%s", bad[i].claim);
		cr_expect_eq(parse(text, s, &err), -EINVAL, "%s", bad[i].claim);
		cr_expect(strncmp(err.text, "d/x.yaml:6:", 11) == 0, "%s", err.text);
		cr_expect_not_null(strstr(err.text, bad[i].sentence), "%s", err.text);
	}
	free(s);
}
