/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "report/goal.h"
#include "report/stats.h"

#define HOUR (3600 * NS_PER_S)

/* A sweep in memory: tunings of one death and one control, in as many phases as times are given. */
struct sweep {
	struct record_file file;
	struct report report;
	struct front front;
};

static void add(struct sweep *s, const char *options, const char *scenario, enum outcome outcome,
		int64_t detect_ns, int mistakes, int packets)
{
	struct record_trial t = {
		.method = "keepalive", .family = "", .observer = "server", .traffic = "idle",
		.fault = "none", .verdict = VERDICT_PASS, .outcome = outcome, .detect_ns = detect_ns,
		.alive_ns = HOUR, .watched_ns = HOUR, .mistakes = (uint64_t)mistakes,
		.packets_out = (uint64_t)packets,
	};

	if (!s->file.n_runs)
		cr_assert_eq(record_add_run(&s->file, &(struct record_run){ .schema = RECORD_SCHEMA }), 0);
	if (outcome == OUTCOME_SKIPPED)
		t.verdict = VERDICT_SKIP;
	snprintf(t.options, sizeof(t.options), "%s", options);
	snprintf(t.scenario, sizeof(t.scenario), "%s", scenario);
	cr_assert_eq(record_add_trial(&s->file, &t), 0);
}

/* A death noticed after @s1 and @s2 seconds, 0 for not noticed; an hour of life. */
static void tuning(struct sweep *s, const char *options, double s1, double s2, int mistakes,
		   int packets)
{
	const double at[] = { s1, s2 };

	for (int i = 0; i < 2; i++)
		add(s, options, "death", at[i] > 0 ? OUTCOME_DETECTED : OUTCOME_MISSED,
		    at[i] > 0 ? (int64_t)(at[i] * 1e9) : RECORD_NULL, 5, 9999);
	add(s, options, "calm", mistakes ? OUTCOME_FALSE_ALARM : OUTCOME_QUIET,
	    mistakes ? NS_PER_S : RECORD_NULL, mistakes, packets);
}

static void make(struct sweep *s)
{
	struct err err;

	cr_assert_eq(report_make(&s->file, 0, &s->report, &err), 0);
	cr_assert_eq(front_make(&s->report, &s->front, &err), 0);
}

static void done(struct sweep *s)
{
	front_free(&s->front);
	report_free(&s->report);
	record_file_free(&s->file);
}

static const struct front_point *point(const struct sweep *s, const char *options)
{
	for (int i = 0; i < s->front.n; i++) {
		if (strcmp(s->front.points[i].options, options) == 0)
			return &s->front.points[i];
	}
	cr_assert_fail("no tuning %s", options);
	return NULL;
}

Test(front, numbers_come_from_the_scenarios_that_can_tell)
{
	struct sweep s = { 0 };
	const struct front_point *p;

	tuning(&s, "a=1", 2, 4, 3, 120);
	make(&s);
	p = point(&s, "a=1");
	cr_assert_eq(s.front.n_deaths, 1);
	cr_assert_eq(s.front.n_controls, 1);
	cr_assert_str_eq(s.front.deaths[0], "death");
	cr_assert_eq(p->median_ns, 3 * NS_PER_S);
	cr_assert_eq(p->p99_ns, 3980 * NS_PER_MS);
	cr_assert_eq(p->last_ns, 4 * NS_PER_S);
	cr_assert_eq(p->mistakes, 3);
	cr_assert_eq(p->alive_ns, HOUR);
	cr_assert_float_eq(p->mistakes_day, 72, 1e-9);
	cr_assert_float_eq(p->mistakes_day_most, 24 * 7.753657, 1e-3);
	cr_assert_float_eq(p->packets_hour, 120, 1e-9);
	cr_assert(p->whole && p->front);
	done(&s);
}

Test(front, beaten_is_who_is_better_in_nothing)
{
	struct sweep s = { 0 };

	tuning(&s, "fast=1", 1, 1, 0, 1000);
	tuning(&s, "cheap=1", 5, 5, 0, 10);
	tuning(&s, "beaten=1", 5, 6, 0, 1000);
	tuning(&s, "nearly=1", 1, 1, 0, 1001);  /* as good to three digits: neither beats the other */
	tuning(&s, "wrong=1", 0.5, 0.5, 1, 5);
	tuning(&s, "blind=1", 0, 0, 0, 0);
	tuning(&s, "half=1", 0.1, 0, 0, 0);
	make(&s);
	cr_assert(point(&s, "fast=1")->front && point(&s, "cheap=1")->front);
	cr_assert(point(&s, "wrong=1")->front && point(&s, "nearly=1")->front);
	cr_assert(!point(&s, "beaten=1")->front);
	cr_assert(!point(&s, "blind=1")->front && !point(&s, "half=1")->front);
	cr_assert_eq(s.front.n_front, 4);
	cr_assert_eq(s.front.n_beaten, 1);
	cr_assert_eq(s.front.n_blind, 2);
	cr_assert_eq(s.front.n_unmeasured, 0);
	cr_assert_str_eq(s.front.points[s.front.order[0]].options, "wrong=1");
	done(&s);
}

Test(front, an_alarm_that_stood_before_the_death_is_no_detection)
{
	struct sweep s = { 0 };
	const struct front_point *p;

	tuning(&s, "a=1", 2, 2, 0, 1);
	add(&s, "a=1", "death", OUTCOME_FALSE_ALARM, -NS_PER_S, 1, 1);
	make(&s);
	p = point(&s, "a=1");
	cr_assert_eq(p->deaths, 3);
	cr_assert_eq(p->noticed, 2);
	cr_assert_eq(p->early, 1);
	cr_assert_eq(p->median_ns, 2 * NS_PER_S);
	cr_assert_eq(p->p99_ns, FRONT_NEVER);
	done(&s);
}

Test(front, who_was_not_measured_everywhere_does_not_compare)
{
	struct sweep s = { 0 };
	struct goal_answer answer;
	struct goal goal;
	struct err err;

	tuning(&s, "a=1", 9, 9, 0, 9000);
	add(&s, "b=1", "death", OUTCOME_DETECTED, 1, 0, 1);
	add(&s, "b=1", "calm", OUTCOME_SKIPPED, RECORD_NULL, 0, 0);
	make(&s);
	cr_assert(!point(&s, "b=1")->whole);
	cr_assert_eq(point(&s, "b=1")->left_out, 1);
	cr_assert_eq(s.front.n_unmeasured, 1);
	cr_assert(point(&s, "a=1")->front);
	cr_assert_eq(goal_parse("p99<=10s", &goal, &err), 0);
	goal_answer(&goal, &s.front, &answer);
	cr_assert_eq(answer.point, point(&s, "a=1"));
	done(&s);
}

static void answer_is(const struct sweep *s, const char *text, int n_met, const char *options)
{
	struct goal_answer answer;
	struct goal goal;
	struct err err = { "" };

	cr_assert_eq(goal_parse(text, &goal, &err), 0, "%s", err.text);
	goal_answer(&goal, &s->front, &answer);
	cr_expect_eq(answer.n_met, n_met, "%s: %d", text, answer.n_met);
	cr_expect_str_eq(answer.point->options, options, "%s: %s", text, answer.point->options);
}

Test(goal, the_cheapest_that_meets_it_or_the_nearest)
{
	struct sweep s = { 0 };

	tuning(&s, "fast=1", 1, 1, 0, 1000);
	tuning(&s, "cheap=1", 5, 5, 0, 10);
	tuning(&s, "wrong=1", 0.5, 0.5, 1, 5);
	tuning(&s, "blind=1", 0, 0, 0, 0);
	make(&s);
	answer_is(&s, "p99<=10s", 3, "wrong=1");
	answer_is(&s, "p99<=10s, mistakes<=1/day", 2, "cheap=1");
	answer_is(&s, "p99 <= 2s , mistakes<=1/day,loss=5%", 1, "fast=1");
	answer_is(&s, "packets<=240/day, mistakes<=0/day,p99<=1h", 1, "cheap=1");
	answer_is(&s, "mistakes<=1/hour", 4, "blind=1");
	answer_is(&s, "p99<=4s,packets<=10/hour,mistakes<=0/day", 0, "cheap=1"); /* 1.25 times */
	answer_is(&s, "median<=900ms,mistakes<=0/day", 0, "fast=1");
	done(&s);
}

/* Three mistakes in an hour may be 7.75, one 4.74; none 3. */
Test(goal, who_surely_meets_it_comes_first)
{
	struct sweep s = { 0 };

	tuning(&s, "lucky=1", 1, 1, 3, 10);
	tuning(&s, "sure=1", 1, 1, 1, 1000);
	make(&s);
	answer_is(&s, "mistakes<=5/hour", 2, "sure=1");
	answer_is(&s, "mistakes<=8/hour", 2, "lucky=1");
	answer_is(&s, "mistakes<=4/hour", 2, "lucky=1"); /* neither is sure */
	answer_is(&s, "p99<=2s", 2, "lucky=1");
	tuning(&s, "close=1", 1, 1.8, 0, 1);
	front_free(&s.front);
	report_free(&s.report);
	make(&s);
	answer_is(&s, "p99<=2s", 3, "lucky=1"); /* 1.8 s, and one step of 0.8 s more */
	answer_is(&s, "p99<=3s", 3, "close=1");
	done(&s);
}

Test(goal, wires_words_are_kept_for_who_sets_them)
{
	struct goal goal;
	struct err err;

	cr_assert_eq(goal_parse("p99<=10s, loss=5%, delay = 20ms", &goal, &err), 0);
	cr_assert_str_eq(goal.link, "loss=5%,delay=20ms");
	cr_assert(goal.set[FRONT_P99] && !goal.set[FRONT_MEDIAN]);
	cr_assert_eq(goal.limit[FRONT_P99], 10e9);
}

static void refused(const char *text, const char *because)
{
	struct goal goal;
	struct err err = { "" };

	cr_expect_lt(goal_parse(text, &goal, &err), 0, "%s", text);
	cr_expect(strstr(err.text, because), "%s: %s", text, err.text);
}

Test(goal, what_is_not_a_goal_is_refused)
{
	refused("", "not a limit");
	refused("loss=5%", "nothing has to be reached");
	refused("p99<=10", "unit");
	refused("p99=10s", "write p99<=10s");
	refused("p99<10s", "write NAME<=VALUE");
	refused("p99>=10s", "write NAME<=VALUE");
	refused("p98<=10s", "did you mean p99");
	refused("bananas<=3", "median, p99, mistakes or packets");
	refused("mistakes<=1", "/day or /hour");
	refused("mistakes<=-1/day", "write a number");
	refused("mistakes<=1/week", "/day or /hour");
	refused("p99<=1s,p99<=2s", "twice");
	refused("p99<=1s,", "not a limit");
}

/* scipy.stats.chi2.ppf(0.95, 2 * (count + 1)) / 2 */
Test(stats, poisson_upper_bound)
{
	const struct {
		uint64_t count;
		double upper;
	} known[] = {
		{ 0, 2.9957322735539895 },  { 1, 4.743864518390577 },	 { 3, 7.753656527932725 },
		{ 10, 16.962219235721903 }, { 100, 118.07927278209706 }, { 10000, 10166.060136127071 },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		cr_expect_float_eq(stats_poisson_upper(known[i].count, 0.95), known[i].upper,
				   1e-9 * known[i].upper, "%llu: %.12g",
				   (unsigned long long)known[i].count,
				   stats_poisson_upper(known[i].count, 0.95));
}
