/* SPDX-License-Identifier: MIT */
/* What a record says of one connection, and what a verdict allows a machine that was late. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/clock.h"
#include "trial/account.h"

enum { ARMED_S = 100 };

static struct record_trial record;

/* Polled every 200 ms from arming on; killed @at_ns after it, noticed @noticed_ns after it. */
static enum verdict judge(int64_t at_ns, int64_t noticed_ns, int64_t stall_ns)
{
	static const char text[] = "name: polled\nabout: A look every 200 ms.\n"
				   "methods: [tcp_info: {poll: 200ms}]\n"
				   "timeline: [{at: 2s, fault: kill}]\nhorizon: 2s\n";
	struct plan_config config = { .phases = 1, .kernel = kernel_params_default(250) };
	struct alarm alarm = { ARMED_S * NS_PER_S + noticed_ns, ALARM_STANDS };
	struct watch_conn conn = {
		.stood_ns = ARMED_S * NS_PER_S,
		.armed_ns = ARMED_S * NS_PER_S,
		.before_ns = ARMED_S * NS_PER_S + at_ns,
		.after_ns = ARMED_S * NS_PER_S + at_ns,
		.alarms = { .alarm = &alarm, .n = 1 },
		.last = { .at_ns = alarm.from_ns },
	};
	struct findings f = { .kernel = config.kernel, .n_conns = 1 };
	static struct scenario scenario;
	struct scenario *const all[] = { &scenario };
	struct err err = { "" };
	struct plan plan;

	memset(&scenario, 0, sizeof(scenario));
	cr_assert_eq(scenario_parse("polled.yaml", text, strlen(text), &scenario, &err), 0, "%s", err.text);
	cr_assert_eq(plan_make(all, 1, &config, &plan, &err), 0, "%s", err.text);
	account_describe(&plan.labs[0], &plan.labs[0].trials[0], &record);
	record.stall_ns = stall_ns;
	account_conclude(&plan.labs[0], &f, &conn, &plan.labs[0].trials[0], &record);
	plan_free(&plan);
	return record.verdict;
}

Test(account, the_next_look_finds_it)
{
	cr_assert_eq(judge(2050 * NS_PER_MS, 2200 * NS_PER_MS, 0), VERDICT_PASS);
	cr_assert_eq(record.detect_ns, 150 * NS_PER_MS);
	cr_assert_eq(judge(2050 * NS_PER_MS, 2100 * NS_PER_MS, 0), VERDICT_EARLY);
	cr_assert_eq(judge(2050 * NS_PER_MS, 2400 * NS_PER_MS, 0), VERDICT_LATE);
}

Test(account, a_look_that_a_stall_puts_before_the_news_leaves_them_to_the_next)
{
	int64_t before_look = 2190 * NS_PER_MS, next_look = 2400 * NS_PER_MS;

	cr_assert_eq(judge(before_look, next_look, 0), VERDICT_LATE);
	cr_assert_eq(judge(before_look, next_look, 5 * NS_PER_MS), VERDICT_LATE);
	cr_assert_eq(judge(before_look, next_look, 20 * NS_PER_MS), VERDICT_PASS);
	cr_assert_eq(record.expect_hi_ns, 10 * NS_PER_MS, "the window stays what theory says");
	cr_assert_eq(judge(before_look, 2600 * NS_PER_MS, 20 * NS_PER_MS), VERDICT_LATE);
	cr_assert_eq(judge(2150 * NS_PER_MS, next_look, 20 * NS_PER_MS), VERDICT_LATE);
}

/* Seen: 211 ms, the FIN 206 ms late, and the next look 34 ms after it was due. */
Test(account, the_news_may_be_late_and_then_the_look)
{
	int64_t just_before = 2195 * NS_PER_MS, stall = 50 * NS_PER_MS;

	cr_assert_eq(judge(just_before, 2440 * NS_PER_MS, stall), VERDICT_PASS);
	cr_assert_eq(judge(just_before, 2440 * NS_PER_MS, 10 * NS_PER_MS), VERDICT_LATE);
	cr_assert_eq(judge(just_before, 2600 * NS_PER_MS, stall), VERDICT_LATE);
}

Test(account, a_look_that_a_stall_puts_after_the_fault_finds_it_early)
{
	int64_t after_look = 2210 * NS_PER_MS, late_look = 2215 * NS_PER_MS;

	cr_assert_eq(judge(after_look, late_look, 0), VERDICT_EARLY);
	cr_assert_eq(judge(after_look, late_look, 20 * NS_PER_MS), VERDICT_PASS);
	cr_assert_eq(judge(2250 * NS_PER_MS, 2255 * NS_PER_MS, 20 * NS_PER_MS), VERDICT_EARLY);
}
