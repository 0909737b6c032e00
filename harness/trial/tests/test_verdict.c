/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include "base/clock.h"
#include "trial/verdict.h"

static struct record_trial noticed_after(int64_t detect_ns)
{
	return (struct record_trial){
		.fault_before_ns = 10 * NS_PER_S,
		.fault_after_ns = 10 * NS_PER_S + NS_PER_MS,
		.detect_ns = detect_ns,
		.horizon_ns = 8 * NS_PER_S,
		.expect = EXPECT_WINDOW,
		.expect_lo_ns = 2 * NS_PER_S,
		.expect_hi_ns = 3 * NS_PER_S,
	};
}

static enum verdict judge(struct record_trial *r, enum effect_kind effect)
{
	verdict_decide(r, effect, 250, 1);
	return r->verdict;
}

Test(verdict, inside_the_window_passes)
{
	struct record_trial r = noticed_after(2500 * NS_PER_MS);

	cr_assert_eq(judge(&r, EFFECT_SILENCE), VERDICT_PASS);
	cr_assert_eq(r.outcome, OUTCOME_DETECTED);
}

Test(verdict, outside_the_window_fails)
{
	struct record_trial early = noticed_after(1900 * NS_PER_MS);
	struct record_trial late = noticed_after(3100 * NS_PER_MS);

	cr_assert_eq(judge(&early, EFFECT_SILENCE), VERDICT_EARLY);
	cr_assert_eq(judge(&late, EFFECT_SILENCE), VERDICT_LATE);
}

Test(verdict, a_measured_stall_excuses_lateness_and_no_more)
{
	struct record_trial r = noticed_after(3100 * NS_PER_MS);

	r.stall_ns = 100 * NS_PER_MS;
	cr_assert_eq(judge(&r, EFFECT_SILENCE), VERDICT_PASS);
	r.detect_ns = 3200 * NS_PER_MS;
	cr_assert_eq(judge(&r, EFFECT_SILENCE), VERDICT_LATE);
}

Test(verdict, not_noticing_is_missed_only_when_it_was_due)
{
	struct record_trial r = noticed_after(RECORD_NULL);

	cr_assert_eq(judge(&r, EFFECT_SILENCE), VERDICT_MISSED);
	r.expect_hi_ns = 9 * NS_PER_S;
	cr_assert_eq(judge(&r, EFFECT_SILENCE), VERDICT_PASS);
	r.expect = EXPECT_NEVER;
	cr_assert_eq(judge(&r, EFFECT_SILENCE), VERDICT_PASS);
	cr_assert_eq(r.outcome, OUTCOME_MISSED);
	cr_assert_eq(judge(&r, EFFECT_NOTHING), VERDICT_PASS);
	cr_assert_eq(r.outcome, OUTCOME_QUIET);
}

Test(verdict, noticing_what_never_shows_fails)
{
	struct record_trial r = noticed_after(NS_PER_S);

	r.expect = EXPECT_NEVER;
	cr_assert_eq(judge(&r, EFFECT_NOTHING), VERDICT_FALSE_ALARM);
	cr_assert_eq(r.outcome, OUTCOME_FALSE_ALARM);
	cr_assert_eq(judge(&r, EFFECT_SILENCE), VERDICT_EARLY);
}

Test(verdict, before_the_fault_is_a_false_alarm)
{
	struct record_trial r = noticed_after(-2 * NS_PER_S);

	cr_assert_eq(judge(&r, EFFECT_SILENCE), VERDICT_FALSE_ALARM);
	cr_assert_eq(r.outcome, OUTCOME_FALSE_ALARM);
}
