/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include "base/clock.h"
#include "trial/alarms.h"

/* Wrong from 20 s to 25 s and from 40 s on, up to 41 s where @ends. */
static struct alarms two_alarms(bool ends)
{
	struct alarms alarms = { 0 };

	cr_assert_eq(alarms_begin(&alarms, 20 * NS_PER_S), 0);
	alarms_end(&alarms, 25 * NS_PER_S);
	cr_assert_eq(alarms_begin(&alarms, 40 * NS_PER_S), 0);
	if (ends)
		alarms_end(&alarms, 41 * NS_PER_S);
	return alarms;
}

Test(alarms, every_alarm_on_the_living_is_a_mistake)
{
	struct alarms alarms = two_alarms(true);
	struct record_trial r;

	alarms_mistakes(&alarms, 10 * NS_PER_S, 110 * NS_PER_S, &r);
	cr_assert_eq(r.alive_ns, 100 * NS_PER_S);
	cr_assert_eq(r.mistakes, 2);
	cr_assert_eq(r.mistaken_ns, 6 * NS_PER_S);
	cr_assert_not(r.mistake_open);
	alarms_free(&alarms);
}

Test(alarms, one_that_stands_lasts_to_the_end)
{
	struct alarms alarms = two_alarms(false);
	struct record_trial r;

	cr_assert(alarms_stand(&alarms));
	alarms_mistakes(&alarms, 10 * NS_PER_S, 110 * NS_PER_S, &r);
	cr_assert_eq(r.mistaken_ns, 75 * NS_PER_S);
	cr_assert(r.mistake_open);
	alarms_free(&alarms);
}

Test(alarms, after_the_death_an_alarm_is_right)
{
	struct alarms alarms = two_alarms(false);
	struct record_trial r;

	alarms_mistakes(&alarms, 10 * NS_PER_S, 30 * NS_PER_S, &r);
	cr_assert_eq(r.mistakes, 1);
	cr_assert_eq(r.mistaken_ns, 5 * NS_PER_S);
	cr_assert_not(r.mistake_open);
	alarms_mistakes(&alarms, 10 * NS_PER_S, 22 * NS_PER_S, &r);
	cr_assert_eq(r.mistaken_ns, 2 * NS_PER_S);
	cr_assert(r.mistake_open, "the death came while the peer was suspected");
	alarms_mistakes(&alarms, 10 * NS_PER_S, 20 * NS_PER_S, &r);
	cr_assert_eq(r.mistakes, 0);
	alarms_free(&alarms);
}

Test(alarms, many_of_them)
{
	struct alarms alarms = { 0 };
	struct record_trial r;

	for (int i = 0; i < 1000; i++) {
		cr_assert_eq(alarms_begin(&alarms, 10 * i), 0);
		cr_assert_eq(alarms_begin(&alarms, 10 * i + 1), 0, "stands already");
		alarms_end(&alarms, 10 * i + 3);
		alarms_end(&alarms, 10 * i + 4);
	}
	alarms_mistakes(&alarms, 0, 10000, &r);
	cr_assert_eq(r.mistakes, 1000);
	cr_assert_eq(r.mistaken_ns, 3000);
	alarms_free(&alarms);
}
