/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "record/merge.h"

static const char *const names[] = { "a.jsonl", "b.jsonl", "c.jsonl" };

static struct record_run run_on(const char *kernel, const char *started)
{
	struct record_run run = { .schema = RECORD_SCHEMA, .engine = "virtual", .hz = 250,
				  .phases = 1, .command = "deadpeer run", .version = "1" };

	snprintf(run.kernel, sizeof(run.kernel), "%s", kernel);
	snprintf(run.started, sizeof(run.started), "%s", started);
	return run;
}

static struct record_trial trial_at(int index)
{
	struct record_trial t = { .index = index, .scenario = "s", .method = "recv",
				  .detect_ns = index, .armed_ns = 1 };

	snprintf(t.id, sizeof(t.id), "%016x", index);
	return t;
}

/* A file with one run and the trials @index, ended by -1. */
static struct record_file shard_of(const struct record_run *run, const int *index)
{
	struct record_file file = { 0 };

	cr_assert_eq(record_add_run(&file, run), 0);
	for (; *index >= 0; index++) {
		struct record_trial t = trial_at(*index);

		cr_assert_eq(record_add_trial(&file, &t), 0);
	}
	return file;
}

#define INDEXES(...) ((const int[]){ __VA_ARGS__, -1 })

static void has_trials(const struct record_file *file, const int *index)
{
	int n = 0;

	for (; index[n] >= 0 && n < file->n_trials; n++)
		cr_expect_eq(file->trials[n].index, index[n]);
	cr_expect(index[n] < 0 && n == file->n_trials);
}

Test(merge, any_order_and_any_number_of_times)
{
	struct record_run late = run_on("6.1", "2026-01-02T00:00:00Z");
	struct record_run soon = run_on("6.1", "2026-01-01T00:00:00Z");
	struct record_file a = shard_of(&late, INDEXES(0, 1, 4)), b = shard_of(&soon, INDEXES(2, 3));
	struct record_file orders[][3] = { { a, b, a }, { b, a, b } }, out;
	struct err err = { "" };
	int first = 0;

	for (int i = 0; i < 2; i++) {
		cr_assert_eq(record_merge(orders[i], names, 3, false, &out, &err), 0, "%s", err.text);
		cr_expect_eq(out.n_runs, 1);
		cr_expect_str_eq(out.runs[0].started, "2026-01-01T00:00:00Z");
		has_trials(&out, INDEXES(0, 1, 2, 3, 4));
		cr_expect_eq(record_missing(&out, 0, &first), 0);
		record_file_free(&out);
	}
	cr_expect_eq(record_missing(&a, 0, &first), 2);
	cr_expect_eq(first, 2);
	record_file_free(&a);
	record_file_free(&b);
}

Test(merge, several_kernels_stay_apart)
{
	struct record_run old = run_on("6.1", "x"), new = run_on("7.0", "x");
	struct record_file a = shard_of(&old, INDEXES(0, 2)), b = shard_of(&old, INDEXES(1));
	struct record_trial t = trial_at(0);
	struct record_file files[] = { b, a }, out;
	struct err err = { "" };

	/* b was ended before it came to the second kernel. */
	cr_assert_eq(record_add_run(&a, &new), 0);
	cr_assert_eq(record_add_trial(&a, &t), 0);
	files[1] = a;
	cr_assert_eq(record_merge(files, names, 2, false, &out, &err), 0, "%s", err.text);
	cr_expect_eq(out.n_runs, 2);
	has_trials(&out, INDEXES(0, 1, 2, 0));
	cr_expect(out.trial_run[2] == 0 && out.trial_run[3] == 1);
	record_file_free(&out);
	record_file_free(&a);
	record_file_free(&b);
}

Test(merge, refuses_what_does_not_belong_together)
{
	struct record_run old = run_on("6.1", "x"), new = run_on("7.0", "x");
	struct record_file a = shard_of(&old, INDEXES(0)), b = shard_of(&new, INDEXES(1));
	struct record_file files[] = { a, b }, out;
	struct err err = { "" };

	cr_expect_eq(record_merge(files, names, 2, false, &out, &err), -EINVAL);
	cr_expect_not_null(strstr(err.text, "b.jsonl"), "%s", err.text);
	cr_expect_not_null(strstr(err.text, "kernel (6.1 and 7.0)"), "%s", err.text);
	record_file_free(&out);
	cr_expect_eq(record_merge(files, names, 2, true, &out, &err), 0);
	cr_expect_eq(out.n_runs, 2);
	record_file_free(&out);

	record_file_free(&b);
	files[1] = shard_of(&old, INDEXES(0));
	files[1].trials[0].detect_ns = 7;
	cr_expect_eq(record_merge(files, names, 2, false, &out, &err), -EINVAL);
	cr_expect_not_null(strstr(err.text, "ended differently"), "%s", err.text);
	record_file_free(&out);
	strcpy(files[1].trials[0].id, "fedcba9876543210");
	cr_expect_eq(record_merge(files, names, 2, false, &out, &err), -EINVAL);
	cr_expect_not_null(strstr(err.text, "not of one plan"), "%s", err.text);
	record_file_free(&out);
	record_file_free(&a);
	record_file_free(&files[1]);
}
