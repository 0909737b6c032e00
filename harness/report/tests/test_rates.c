/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "report/rates.h"

#define HOUR (3600 * NS_PER_S)

static struct record_trial trial_of(const char *method)
{
	struct record_trial t = {
		.scenario = "loss-30", .family = "mistakes", .observer = "server", .traffic = "idle",
		.fault = "netem", .detect_ns = RECORD_NULL, .verdict = VERDICT_PASS,
		.packets_out = 100, .packets_in = 50, .bytes_out = 25, .wakeups = 7, .messages = 25,
		.watched_ns = HOUR / 2, .alive_ns = HOUR,
	};

	snprintf(t.method, sizeof(t.method), "%s", method);
	return t;
}

static struct report_rates rates_of(const struct record_trial *trials, int n)
{
	struct record_file file = { 0 };
	struct record_run run = { .schema = RECORD_SCHEMA };
	struct report_rates rates;
	struct report report;
	struct err err;

	cr_assert_eq(record_add_run(&file, &run), 0);
	for (int i = 0; i < n; i++)
		cr_assert_eq(record_add_trial(&file, &trials[i]), 0);
	cr_assert_eq(report_make(&file, 0, &report, &err), 0);
	cr_assert_eq(report.n_rows * report.n_columns, 1);
	rates = report_rates(&report, report_cell(&report, 0, 0));
	report_free(&report);
	record_file_free(&file);
	return rates;
}

static bool near(double a, double b)
{
	return fabs(a - b) <= 1e-9 * fabs(b);
}

Test(rates, phases_are_added_up_before_they_are_divided)
{
	struct record_trial t[] = { trial_of("heartbeat"), trial_of("heartbeat") };
	struct report_rates r;

	t[1].packets_out = 500;
	t[1].watched_ns = HOUR;
	r = rates_of(t, 2);
	cr_assert(near(rates_per_hour(r.packets_out, r.watched_ns), 400));
	cr_assert(near(rates_per_hour(r.messages, r.watched_ns), 50 / 1.5));
	cr_assert_eq(rates_per_hour(5, 0), 0);
}

Test(rates, chens_three_numbers)
{
	struct record_trial t[] = { trial_of("phi"), trial_of("phi") };
	struct report_rates r;

	t[0].mistakes = 3;
	t[0].mistaken_ns = 90 * NS_PER_S;
	t[1].mistakes = 1;
	t[1].mistaken_ns = 54 * NS_PER_S;
	t[1].mistake_open = true;
	r = rates_of(t, 2);
	cr_assert(near(rates_per_day(&r), 48), "4 in two hours");
	cr_assert_eq(rates_duration_ns(&r), 36 * NS_PER_S);
	cr_assert(near(rates_accuracy(&r), 0.98));
	cr_assert_eq(r.open, 1);
	/* P_A = 1 - λ_M * E(T_M), Chen et al., theorem 1. */
	cr_assert(near(rates_accuracy(&r), 1 - rates_per_day(&r) / 86400 * 36));
}

Test(rates, without_anything_alive_nobody_is_wrong)
{
	struct record_trial t = trial_of("recv");
	struct report_rates r;

	t.alive_ns = t.watched_ns = 0;
	r = rates_of(&t, 1);
	cr_assert_eq(rates_per_day(&r), 0);
	cr_assert_eq(rates_duration_ns(&r), 0);
	cr_assert_eq(rates_accuracy(&r), 1);
}

static void rate_is(double rate, const char *want)
{
	char buf[32];

	cr_assert_str_eq(rates_text(rate, buf, sizeof(buf)), want);
}

static void accuracy_is(double accuracy, const char *want)
{
	char buf[32];

	cr_assert_str_eq(rates_accuracy_text(accuracy, buf, sizeof(buf)), want);
}

Test(rates, numbers_have_three_digits_and_never_more_than_eight_columns)
{
	rate_is(0, "0");
	rate_is(0.125, "0.125");
	rate_is(0.9999, "1.00");
	rate_is(9.999, "10.0");
	rate_is(99.96, "100");
	rate_is(3600, "3600");
	rate_is(9999.4, "9999");
	rate_is(9999.6, "10.0 k");
	rate_is(86400, "86.4 k");
	rate_is(999600, "1.00 M");
	rate_is(12345678, "12.3 M");
	accuracy_is(1, "100 %");
	accuracy_is(0.7, "70 %");
	accuracy_is(0.9993, "99.930 %");
	accuracy_is(0.9999981, "99.99981 %");
	accuracy_is(0.99999999, "> 99.999 %");
	accuracy_is(0, "0 %");
}

static char *printed(const struct record_trial *trials, int n, int width)
{
	struct style style = { .width = width };
	struct record_run run = { .schema = RECORD_SCHEMA };
	struct record_file file = { 0 };
	struct report report;
	struct err err;
	size_t size;
	char *text;

	cr_assert_eq(record_add_run(&file, &run), 0);
	for (int i = 0; i < n; i++)
		cr_assert_eq(record_add_trial(&file, &trials[i]), 0);
	cr_assert_eq(report_make(&file, 0, &report, &err), 0);
	style.out = open_memstream(&text, &size);
	report_cost(&report, &style);
	report_mistakes(&report, &style);
	fclose(style.out);
	report_free(&report);
	record_file_free(&file);
	return text;
}

Test(rates, two_dozen_methods_stand_in_eighty_columns_and_null_comes_first)
{
	struct record_trial t[24];
	char *text, *line, *rest, *null, *first;

	for (int i = 0; i < 24; i++) {
		char name[32];

		snprintf(name, sizeof(name), "tcp_info_stall%d", i);
		t[i] = trial_of(i == 20 ? "null" : name);
		strcpy(t[i].options, "period=500ms,misses=12,mode=beacon,grace=250ms");
		t[i].mistakes = (uint64_t)i * 1000;
		t[i].mistaken_ns = i;
		t[i].mistake_open = true;
		t[i].wakeups = UINT32_MAX;
	}
	text = printed(t, 24, 80);
	null = strstr(text, "\nnull ");
	first = strstr(text, "\ntcp_info_stall0 ");
	cr_assert(null && first && null < first, "%s", text);
	cr_assert(strstr(text, "≥ "));
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		cr_assert_leq(text_width(line), 80, "%s", line);
		cr_assert_neq(line[strlen(line) - 1], ' ', "\"%s\"", line);
	}
	free(text);
}
