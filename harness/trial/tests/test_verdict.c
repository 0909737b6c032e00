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

enum { ALIVE, DEADLY };

static enum verdict judge(struct record_trial *r, int deadly)
{
	verdict_decide(r, deadly, 250, 1);
	return r->verdict;
}

Test(verdict, inside_the_window_passes)
{
	struct record_trial r = noticed_after(2500 * NS_PER_MS);

	cr_assert_eq(judge(&r, DEADLY), VERDICT_PASS);
	cr_assert_eq(r.outcome, OUTCOME_DETECTED);
}

Test(verdict, outside_the_window_fails)
{
	struct record_trial early = noticed_after(1900 * NS_PER_MS);
	struct record_trial late = noticed_after(3100 * NS_PER_MS);

	cr_assert_eq(judge(&early, DEADLY), VERDICT_EARLY);
	cr_assert_eq(judge(&late, DEADLY), VERDICT_LATE);
}

Test(verdict, a_measured_stall_excuses_lateness_and_no_more)
{
	struct record_trial r = noticed_after(3100 * NS_PER_MS);

	r.stall_ns = 100 * NS_PER_MS;
	cr_assert_eq(judge(&r, DEADLY), VERDICT_PASS);
	r.detect_ns = 3200 * NS_PER_MS;
	cr_assert_eq(judge(&r, DEADLY), VERDICT_LATE);
}

Test(verdict, a_failure_on_a_machine_that_stood_still_may_be_spoilt)
{
	static const enum verdict lasting[] = { VERDICT_PASS, VERDICT_SKIP };
	static const enum verdict spoilt[] = { VERDICT_EARLY, VERDICT_LATE, VERDICT_MISSED,
					       VERDICT_FALSE_ALARM, VERDICT_INVALID,
					       VERDICT_ERROR };
	struct record_trial r = { .stall_ns = VERDICT_STALL_SPOILS_NS };

	for (size_t i = 0; i < sizeof(lasting) / sizeof(lasting[0]); i++) {
		r.verdict = lasting[i];
		cr_assert_not(verdict_may_be_spoilt(&r), "%s", verdict_names[r.verdict]);
	}
	for (size_t i = 0; i < sizeof(spoilt) / sizeof(spoilt[0]); i++) {
		r.verdict = spoilt[i];
		r.stall_ns = VERDICT_STALL_SPOILS_NS;
		cr_assert(verdict_may_be_spoilt(&r), "%s", verdict_names[r.verdict]);
		r.stall_ns--;
		cr_assert_not(verdict_may_be_spoilt(&r), "%s", verdict_names[r.verdict]);
	}
}

Test(verdict, not_noticing_is_missed_only_when_it_was_due)
{
	struct record_trial r = noticed_after(RECORD_NULL);

	cr_assert_eq(judge(&r, DEADLY), VERDICT_MISSED);
	r.expect_hi_ns = 9 * NS_PER_S;
	cr_assert_eq(judge(&r, DEADLY), VERDICT_PASS);
	r.expect = EXPECT_NEVER;
	cr_assert_eq(judge(&r, DEADLY), VERDICT_PASS);
	cr_assert_eq(r.outcome, OUTCOME_MISSED);
	cr_assert_eq(judge(&r, ALIVE), VERDICT_PASS);
	cr_assert_eq(r.outcome, OUTCOME_QUIET);
}

Test(verdict, noticing_what_never_shows_fails)
{
	struct record_trial r = noticed_after(NS_PER_S);

	r.expect = EXPECT_NEVER;
	cr_assert_eq(judge(&r, ALIVE), VERDICT_FALSE_ALARM);
	cr_assert_eq(r.outcome, OUTCOME_FALSE_ALARM);
	cr_assert_eq(judge(&r, DEADLY), VERDICT_EARLY);
}

Test(verdict, before_the_fault_is_a_false_alarm)
{
	struct record_trial r = noticed_after(-2 * NS_PER_S);

	cr_assert_eq(judge(&r, DEADLY), VERDICT_FALSE_ALARM);
	cr_assert_eq(r.outcome, OUTCOME_FALSE_ALARM);
}

Test(verdict, theory_may_foresee_an_alarm_before_the_fault)
{
	struct record_trial r = noticed_after(-2 * NS_PER_S);

	r.expect_lo_ns = -2500 * NS_PER_MS;
	r.expect_hi_ns = -1900 * NS_PER_MS;
	r.mistakes = 1;
	cr_assert_eq(judge(&r, DEADLY), VERDICT_PASS);
	cr_assert_eq(r.outcome, OUTCOME_FALSE_ALARM);
	cr_assert_eq(judge(&r, ALIVE), VERDICT_PASS);
	r.mistakes = 2;
	cr_assert_eq(judge(&r, DEADLY), VERDICT_FALSE_ALARM);
	r.mistakes = 1;
	r.detect_ns = -1500 * NS_PER_MS;
	cr_assert_eq(judge(&r, DEADLY), VERDICT_LATE);
	r.detect_ns = -3 * NS_PER_S;
	cr_assert_eq(judge(&r, DEADLY), VERDICT_EARLY);
	r.detect_ns = 100 * NS_PER_MS;
	cr_assert_eq(judge(&r, DEADLY), VERDICT_FALSE_ALARM);
	r.detect_ns = RECORD_NULL;
	r.mistakes = 0;
	cr_assert_eq(judge(&r, DEADLY), VERDICT_MISSED);
}

Test(verdict, theory_without_a_window_allows_an_alarm_before_the_fault)
{
	struct record_trial r = noticed_after(-2 * NS_PER_S);

	r.expect = EXPECT_NONE;
	r.mistakes = 1;
	cr_assert_eq(judge(&r, DEADLY), VERDICT_PASS);
	cr_assert_eq(r.outcome, OUTCOME_FALSE_ALARM);
	cr_assert_eq(judge(&r, ALIVE), VERDICT_PASS);
	r.expect = EXPECT_NEVER;
	cr_assert_eq(judge(&r, DEADLY), VERDICT_FALSE_ALARM);
}

Test(verdict, an_expected_alarm_is_a_false_one_where_nothing_dies_and_still_passes)
{
	struct record_trial r = noticed_after(2500 * NS_PER_MS);

	r.mistakes = 1;
	cr_assert_eq(judge(&r, ALIVE), VERDICT_PASS);
	cr_assert_eq(r.outcome, OUTCOME_FALSE_ALARM);
	r.detect_ns = 5 * NS_PER_S;
	cr_assert_eq(judge(&r, ALIVE), VERDICT_LATE);
	r.detect_ns = RECORD_NULL;
	r.mistakes = 0;
	cr_assert_eq(judge(&r, ALIVE), VERDICT_MISSED);
	cr_assert_eq(r.outcome, OUTCOME_QUIET);
}

Test(verdict, a_mistake_before_a_death_spoils_what_theory_is_sure_of)
{
	struct record_trial r = noticed_after(2500 * NS_PER_MS);

	r.mistakes = 1;
	cr_assert_eq(judge(&r, DEADLY), VERDICT_FALSE_ALARM);
	cr_assert_eq(r.outcome, OUTCOME_DETECTED);
	r.expect = EXPECT_NONE;
	cr_assert_eq(judge(&r, DEADLY), VERDICT_PASS);
}

Test(verdict, what_comes_back_within_the_horizon_was_never_dead)
{
	struct effect silence = { .kind = EFFECT_SILENCE };
	struct effect flap = { .kind = EFFECT_FLAPPING };

	cr_assert(effect_is_deadly(&silence, NS_PER_S));
	silence.for_ns = NS_PER_S / 2;
	cr_assert_not(effect_is_deadly(&silence, NS_PER_S));
	silence.for_ns = NS_PER_S;
	cr_assert(effect_is_deadly(&silence, NS_PER_S));
	cr_assert_not(effect_is_deadly(&flap, NS_PER_S));
}
