/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "report/report.h"
#include "report/stats.h"

Test(stats, median_and_quantiles_are_type_7)
{
	int64_t one[] = { 5 }, even[] = { 40, 10, 30, 21 }, odd[] = { 3, 1, 2 };

	stats_sort(even, 4);
	stats_sort(odd, 3);
	cr_assert_eq(stats_median(one, 1), 5);
	cr_assert_eq(stats_median(odd, 3), 2);
	cr_assert_eq(stats_median(even, 4), 26); /* 25.5, a half rounded up */
	cr_assert_eq(stats_quantile(even, 4, 0, 1), 10);
	cr_assert_eq(stats_quantile(even, 4, 1, 1), 40);
	/* R: quantile(c(10, 21, 30, 40), 0.9, type = 7) is 37. */
	cr_assert_eq(stats_quantile(even, 4, 9, 10), 37);
}

Test(stats, large_values_do_not_overflow)
{
	int64_t v[] = { INT64_MIN + 1, INT64_MAX };

	cr_assert_eq(stats_median(v, 2), 0);
	cr_assert_eq(stats_quantile(v, 2, 999999, 1000000) > 0, 1);
}

static void time_is(int64_t ns, int digits, const char *want)
{
	char buf[48];

	cr_assert_str_eq(text_time(ns, digits, buf, sizeof(buf)), want);
}

Test(text, times_have_three_digits_and_the_right_unit)
{
	time_is(0, 3, "0 s");
	time_is(850, 3, "850 ns");
	time_is(1234, 3, "1.23 µs");
	time_is(999499, 3, "999 µs");
	time_is(999500, 3, "1.00 ms");
	time_is(12345678, 3, "12.3 ms");
	time_is(999600000, 3, "1.00 s");
	time_is(2950000000, 3, "2.95 s");
	time_is(9999000000, 3, "10.0 s");
	time_is(75776 * NS_PER_MS, 3, "75.8 s");
	time_is(119900 * NS_PER_MS, 3, "2.00 m");
	time_is(938 * NS_PER_S, 3, "15.6 m");
	time_is(7848 * NS_PER_S, 3, "2.18 h");
	time_is(200000 * NS_PER_S, 3, "2.31 d");
	time_is(-12 * NS_PER_MS, 3, "-12.0 ms");
	time_is(3201234567, 9, "3.20123457 s");
	time_is(INT64_MIN, 3, "-106752 d");
}

Test(text, ranges_and_pairs)
{
	char buf[128];

	cr_assert_str_eq(text_range(1950000000, 2900000000, buf, sizeof(buf)), "1.95–2.90 s");
	cr_assert_str_eq(text_range(980000000, 1200000000, buf, sizeof(buf)), "980 ms–1.20 s");
	cr_assert_str_eq(text_range(0, 62700, buf, sizeof(buf)), "0–62.7 µs");
	cr_assert_str_eq(text_pair(3200000000, ">", 3100000000, buf, sizeof(buf)),
			 "3.20 s > 3.10 s");
	cr_assert_str_eq(text_pair(3201200000, ">", 3201000000, buf, sizeof(buf)),
			 "3.2012 s > 3.2010 s");
	cr_assert_str_eq(text_pair(5, ">", 5, buf, sizeof(buf)), "5 ns > 5 ns");
}

Test(text, width_counts_columns_and_not_bytes)
{
	cr_assert_eq(text_width("µs"), 2);
	cr_assert_eq(text_width("e\xcc\x81"), 1);
	cr_assert_eq(text_width("\xe6\xbc\xa2\xe5\xad\x97"), 4);
	cr_assert_eq(text_width("\xff\xfe"), 2);
	cr_assert_eq(text_fit("cable-pull-far", 11, "-"), strlen("cable-pull-"));
	cr_assert_eq(text_fit("unbreakable", 4, "-"), 4);
	cr_assert_eq(text_fit("short", 10, "-"), 5);
	cr_assert_eq(text_fit("one two", 5, " "), 3);
}

static struct record_trial trial_of(const char *scenario, const char *method)
{
	struct record_trial t = {
		.observer = "server", .traffic = "idle", .fault = "kill",
		.armed_ns = 1, .fault_before_ns = 100, .fault_after_ns = 200,
		.detect_ns = RECORD_NULL, .horizon_ns = 20 * NS_PER_S,
		.outcome = OUTCOME_MISSED, .expect = EXPECT_NEVER, .verdict = VERDICT_PASS,
	};

	snprintf(t.scenario, sizeof(t.scenario), "%s", scenario);
	snprintf(t.family, sizeof(t.family), "cable");
	snprintf(t.method, sizeof(t.method), "%s", method);
	return t;
}

static struct record_trial noticed(int64_t ns, enum verdict verdict)
{
	struct record_trial t = trial_of("cable-far", "keepalive");

	t.outcome = OUTCOME_DETECTED;
	t.expect = EXPECT_WINDOW;
	t.expect_lo_ns = 2900 * NS_PER_MS;
	t.expect_hi_ns = 3100 * NS_PER_MS;
	t.detect_ns = ns;
	t.verdict = verdict;
	t.err = ETIMEDOUT;
	strcpy(t.saw, "recv=-1 ETIMEDOUT");
	return t;
}

static struct record_file file_of(const struct record_trial *trials, int n)
{
	struct record_run run = { .schema = RECORD_SCHEMA, .engine = "native", .kernel = "6.1",
				  .hz = 250, .seed = 1, .phases = n };
	struct record_file file = { 0 };

	cr_assert_eq(record_add_run(&file, &run), 0);
	for (int i = 0; i < n; i++)
		cr_assert_eq(record_add_trial(&file, &trials[i]), 0);
	return file;
}

/* The only cell of a file of these trials says these lines; NULL: no line there. */
static void cell_says(const struct record_trial *trials, int n, const char *a, const char *b,
		      const char *c)
{
	struct record_file file = file_of(trials, n);
	const char *want[] = { a, b, c };
	struct report_text text;
	struct report report;
	struct err err;

	cr_assert_eq(report_make(&file, 0, &report, &err), 0);
	cr_assert_eq(report.n_rows * report.n_columns, 1);
	report_cell_text(report_cell(&report, 0, 0), &text);
	for (int i = 0; i < 3; i++) {
		if (want[i])
			cr_assert_str_eq(text.line[i].text, want[i]);
		else
			cr_assert_geq(i, text.n);
	}
	report_free(&report);
	record_file_free(&file);
}

Test(report, a_cell_says_what_happened)
{
	struct record_trial t = noticed(2950 * NS_PER_MS, VERDICT_PASS);

	cell_says(&t, 1, "2.95 s", "ETIMEDOUT", NULL);
	t = noticed(-30, VERDICT_PASS);
	cell_says(&t, 1, "< 70 ns", "ETIMEDOUT", NULL);
	t = noticed(2950 * NS_PER_MS, VERDICT_PASS);
	t.outcome = OUTCOME_FALSE_ALARM;
	cell_says(&t, 1, "~ 2.95 s", "ETIMEDOUT", NULL);
	t.detect_ns = -70 * NS_PER_S;
	cell_says(&t, 1, "~ -70.0 s", "ETIMEDOUT", NULL);
	t = trial_of("s", "recv");
	cell_says(&t, 1, "never", NULL, NULL);
	t.expect = EXPECT_NONE;
	cell_says(&t, 1, "> 20.0 s", NULL, NULL);
	t.outcome = OUTCOME_QUIET;
	cell_says(&t, 1, "never", NULL, NULL);
	t.verdict = VERDICT_SKIP;
	cell_says(&t, 1, "skip", NULL, NULL);
	t.verdict = VERDICT_INVALID;
	cell_says(&t, 1, "! INVALID", NULL, NULL);
	t.verdict = VERDICT_ERROR;
	cell_says(&t, 1, "! ERROR", NULL, NULL);
}

Test(report, a_failed_cell_says_by_how_much)
{
	struct record_trial t = noticed(3200 * NS_PER_MS, VERDICT_LATE);

	cell_says(&t, 1, "✗ LATE", "3.20 s > 3.10 s", "ETIMEDOUT");
	t = noticed(2800 * NS_PER_MS, VERDICT_EARLY);
	cell_says(&t, 1, "✗ EARLY", "2.80 s < 2.90 s", "ETIMEDOUT");
	t.expect = EXPECT_NEVER;
	cell_says(&t, 1, "✗ EARLY", "at 2.80 s", "ETIMEDOUT");
	t.verdict = VERDICT_FALSE_ALARM;
	cell_says(&t, 1, "✗ FALSE ALARM", "at 2.80 s", "ETIMEDOUT");
	t = noticed(RECORD_NULL, VERDICT_MISSED);
	t.saw[0] = '\0';
	cell_says(&t, 1, "✗ MISSED", "due by 3.10 s", NULL);
}

Test(report, phases_share_a_cell_and_the_worst_is_shown)
{
	struct record_trial t[] = { noticed(3000 * NS_PER_MS, VERDICT_PASS),
				    noticed(2900 * NS_PER_MS, VERDICT_PASS),
				    noticed(3050 * NS_PER_MS, VERDICT_PASS),
				    noticed(2950 * NS_PER_MS, VERDICT_PASS) };

	cell_says(t, 4, "2.98 s", "ETIMEDOUT", "2.90–3.05 s");
	t[1] = noticed(3200 * NS_PER_MS, VERDICT_LATE);
	t[2] = noticed(3300 * NS_PER_MS, VERDICT_LATE);
	cell_says(t, 4, "✗ LATE 2/4", "3.30 s > 3.10 s", "ETIMEDOUT");
}

static void seen_is(const char *saw, int err, const char *want)
{
	struct record_trial t = { .err = err };
	char buf[96];

	snprintf(t.saw, sizeof(t.saw), "%s", saw);
	cr_assert_str_eq(report_seen(&t, buf, sizeof(buf)), want);
}

Test(report, what_was_seen_in_a_word)
{
	seen_is("recv=0", 0, "EOF");
	seen_is("recv=-1 ETIMEDOUT", ETIMEDOUT, "ETIMEDOUT");
	seen_is("heartbeat 2 of 2 missed", 0, "missed beat");
	seen_is("tcp_info state=CLOSE_WAIT", 0, "CLOSE_WAIT");
	seen_is("something else altogether", 0, "something else");
	seen_is("link obs0 not running", 0, "link obs0 not running");
	seen_is("epoll_wait=EPOLLIN|EPOLLRDHUP", 0, "EPOLLIN|EPOLLRDHUP");
}

static char *printed(const struct record_trial *trials, int n, int width)
{
	struct record_file file = file_of(trials, n);
	struct report report;
	struct style style = { .width = width };
	struct err err;
	size_t size;
	char *text;

	style.out = open_memstream(&text, &size);
	cr_assert_eq(report_make(&file, 0, &report, &err), 0);
	report_table(&report, &style);
	report_notes(&report, &style);
	fclose(style.out);
	report_free(&report);
	record_file_free(&file);
	return text;
}

Test(report, no_line_is_wider_than_the_terminal_or_ends_in_spaces)
{
	struct record_trial t[24];
	char *text, *line, *rest;

	for (int i = 0; i < 24; i++) {
		char name[64];

		t[i] = noticed(3200 * NS_PER_MS, i % 2 ? VERDICT_LATE : VERDICT_PASS);
		snprintf(name, sizeof(name), "cable-number-%d-of-many", i / 2);
		strcpy(t[i].scenario, name);
		strcpy(t[i].options, i % 2 ? "idle=1s,intvl=1s,cnt=2" : "idle=3600s,intvl=75s,cnt=9");
		strcpy(t[i].why, "idle + intvl * cnt");
	}
	for (int width = 40; width <= 200; width += 40) {
		text = printed(t, 24, width);
		for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
			cr_assert(text_width(line) <= width, "%d: %s", width, line);
			cr_assert_neq(line[strlen(line) - 1], ' ', "\"%s\"", line);
		}
		free(text);
	}
}

Test(report, a_failure_is_told_with_four_numbers)
{
	struct record_trial t = noticed(3200 * NS_PER_MS, VERDICT_LATE);
	char *text = printed(&t, 1, 120);

	cr_assert(strstr(text, "✗ cable/cable-far  keepalive"), "%s", text);
	cr_assert(strstr(text, "expected from 2.9000 s to 3.1000 s, happened at 3.2000 s: late by "
			       "100 ms; recv=-1 ETIMEDOUT"), "%s", text);
	cr_assert(strstr(text, "1 trial: 0 passed, 1 failed"), "%s", text);
	free(text);
}

Test(report, a_lab_that_was_run_again_is_told)
{
	struct record_trial t[4] = { trial_of("cable-a", "recv"), trial_of("cable-a", "select"),
				     trial_of("cable-b", "recv"), trial_of("cable-c", "recv") };
	char *text = printed(t, 4, 100);

	cr_assert_not(strstr(text, "again"), "%s", text);
	free(text);
	t[0].again = t[1].again = t[3].again = 1;
	text = printed(t, 4, 100);
	cr_assert(strstr(text, "\n2 scenarios run again: the machine itself had stood still"), "%s", text);
	free(text);
}

Test(report, skips_are_grouped_by_reason)
{
	struct record_trial t[3] = { trial_of("cable-a", "recv"), trial_of("cable-a", "select"),
				     trial_of("cable-b", "recv") };
	char *text;

	for (int i = 0; i < 3; i++) {
		t[i].verdict = VERDICT_SKIP;
		strcpy(t[i].why, "no netem here; modprobe sch_netem");
	}
	text = printed(t, 3, 100);
	cr_assert(strstr(text, "skipped (3)\n    no netem here; modprobe sch_netem\n"
			       "    cable-a, cable-b\n"), "%s", text);
	cr_assert(strstr(text, "3 trials: 0 passed, 3 skipped"), "%s", text);
	free(text);
}

Test(report, kernels_do_not_share_a_table)
{
	struct record_trial t = noticed(3000 * NS_PER_MS, VERDICT_PASS);
	struct record_file file = file_of(&t, 1);
	struct record_run other = file.runs[0];
	struct report report;
	struct err err;

	strcpy(other.kernel, "6.12");
	cr_assert_eq(record_add_run(&file, &other), 0);
	cr_assert_eq(record_add_trial(&file, &t), 0);
	cr_assert_eq(record_add_trial(&file, &t), 0);
	cr_assert_eq(report_world(&file, 1), 1);
	cr_assert_eq(report_make(&file, 1, &report, &err), 0);
	cr_assert_eq(report.n_trials, 2);
	report_free(&report);
	record_file_free(&file);
}

static struct record_trial watched(const char *scenario, int64_t armed_ns, int64_t watched_ns)
{
	struct record_trial t = { .armed_ns = armed_ns, .watched_ns = watched_ns };

	snprintf(t.scenario, sizeof(t.scenario), "%s", scenario);
	return t;
}

Test(report, covers_each_labs_span_on_its_own_clock_once)
{
	const struct record_trial trials[] = {
		watched("a", 1000, 500), watched("a", 1200, 800), watched("a", RECORD_NULL, 0),
		watched("b", 5000, 7),	 watched("c", RECORD_NULL, 0),
	};
	struct record_run run = { .engine = "virtual", .kernel = "k" };
	struct record_file file = { 0 };

	for (int kernel = 0; kernel < 3; kernel++) {
		if (kernel == 2)
			snprintf(run.engine, sizeof(run.engine), "native");
		cr_assert_eq(record_add_run(&file, &run), 0);
		for (size_t i = 0; i < sizeof(trials) / sizeof(trials[0]); i++)
			cr_assert_eq(record_add_trial(&file, &trials[i]), 0);
	}
	cr_assert_eq(report_covered(&file).labs, 4);
	cr_assert_eq(report_covered(&file).ns, 2 * (1000 + 7));
	record_file_free(&file);
	cr_assert_eq(report_covered(&file).labs, 0);
}
