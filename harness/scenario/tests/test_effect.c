/* SPDX-License-Identifier: MIT */
/* A timeline reduced to its principal effect. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "scenario/scenario.h"

static int effect_of(const char *timeline, struct effect *effect, int *principal)
{
	struct scenario *s = malloc(sizeof(*s));
	struct err err = {""};
	char text[2000];
	int ret;

	cr_assert_not_null(s);
	snprintf(text, sizeof(text), "name: x\nhorizon: 9s\ntimeline: [%s]\n", timeline);
	cr_assert_eq(scenario_parse("x.yaml", text, strlen(text), s, &err), 0, "%s", err.text);
	ret = scenario_effect(s, effect, principal, &err);
	cr_expect_eq(ret < 0, err.text[0] != '\0');
	free(s);
	return ret;
}

Test(effect, nothing_and_signals_do_not_count_beside_a_fault)
{
	struct effect e;
	int p;

	cr_assert_eq(effect_of("{at: 1s, fault: none}", &e, &p), 0);
	cr_expect_eq(e.kind, EFFECT_NOTHING);
	cr_assert_eq(effect_of("{at: 1s, fault: none}, {at: 2s, fault: signal, signal: USR1, "
			       "target: observer, every: 50ms, count: 9}",
			       &e, &p),
		     0);
	cr_expect_eq(e.kind, EFFECT_SIGNALS);
	cr_expect_eq(p, 1);
	cr_assert_eq(effect_of("{at: 1s, fault: signal, signal: USR1, target: observer}, "
			       "{at: 2s, fault: kill}, {at: 3s, fault: none}",
			       &e, &p),
		     0);
	cr_expect_eq(e.kind, EFFECT_GONE);
	cr_expect_eq(p, 1);
}

Test(effect, what_is_undone_ends)
{
	struct effect e;
	int p;

	cr_assert_eq(effect_of("{at: 1s, fault: link-down, for: 3s}", &e, &p), 0);
	cr_expect_eq(e.kind, EFFECT_SILENCE);
	cr_expect_eq(e.for_ns, 3 * NS_PER_S);
	cr_assert_eq(effect_of("{at: 1s, fault: signal, signal: STOP}, "
			       "{at: 2.5s, fault: signal, signal: CONT}",
			       &e, &p),
		     0);
	cr_expect_eq(e.kind, EFFECT_FROZEN);
	cr_expect_eq(e.for_ns, 1500 * NS_PER_MS);
	cr_expect_eq(p, 0);
	cr_assert_eq(effect_of("{at: 1s, fault: signal, signal: STOP, target: observer}, "
			       "{at: 2s, fault: signal, signal: CONT, target: peer}",
			       &e, &p),
		     0);
	cr_expect_eq(e.kind, EFFECT_OBSERVER_FROZEN);
	cr_expect_eq(e.for_ns, 0);
}

Test(effect, an_impairment_is_principal_only_without_a_deadly_fault)
{
	struct effect e;
	int p;

	cr_assert_eq(effect_of("{at: 1s, fault: netem, delay: 50ms}", &e, &p), 0);
	cr_expect_eq(e.kind, EFFECT_IMPAIRED);
	cr_assert_eq(
		effect_of("{at: 1s, fault: netem, delay: 50ms}, {at: 2s, fault: reset}", &e, &p),
		0);
	cr_expect_eq(e.kind, EFFECT_RST);
	cr_expect_eq(e.impair.delay_ns, 50 * NS_PER_MS);
	cr_expect_eq(p, 1);
	cr_assert_eq(effect_of("{at: 1s, fault: netem, delay: 50ms, for: 500ms}, "
			       "{at: 2s, fault: reset}",
			       &e, &p),
		     0);
	cr_expect_eq(e.impair.delay_ns, 0);
}

Test(effect, two_directions_are_one_fault)
{
	struct effect e;
	int p;

	cr_assert_eq(effect_of("{at: 1s, fault: drop, direction: to-peer}, "
			       "{at: 1s, fault: drop, direction: to-observer}",
			       &e, &p),
		     0);
	cr_expect_eq(e.kind, EFFECT_SILENCE);
	cr_expect(e.lose_out && e.lose_in);
}

Test(effect, two_ends_have_no_theory)
{
	struct effect e;
	int p = -1;

	cr_expect_eq(effect_of("{at: 1s, fault: link-down}, {at: 2s, fault: kill}", &e, &p),
		     -EINVAL);
	cr_expect_eq(p, 0);
	cr_expect_eq(effect_of("{at: 1s, fault: drop, direction: to-peer}, "
			       "{at: 2s, fault: drop, direction: to-observer}",
			       &e, &p),
		     -EINVAL);
	cr_expect_eq(
		effect_of("{at: 1s, fault: netem, delay: 5ms}, {at: 2s, fault: netem, delay: 9ms}",
			  &e, &p),
		-EINVAL);
}
