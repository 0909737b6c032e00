/* SPDX-License-Identifier: MIT */
/* A program that makes itself ready once, and goes on in a copy of its machine for each job. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "engine/tests/guest.h"
#include "engine/virtual/hash.h"
#include "engine/virtual/virtual.h"

static struct virtual_kernel kernel;

static int load(const char *mode, const char *arg, struct err *err)
{
	char *argv[] = { (char *)"payload", (char *)mode, (char *)arg, NULL };

	need_kernel(&kernel);
	return virtual_load(&kernel, VIRTUAL_PAYLOAD, argv, err);
}

/* The program goes on with this input, and ends with this exit status. */
static struct heard go_on_to(const char *input, uint64_t seed, int status)
{
	struct virtual_job job = {
		.input = input, .input_len = strlen(input), .seed = seed,
		.deadline_ns = 60 * NS_PER_S, .timeout_ns = 120 * NS_PER_S,
	};
	struct heard heard = { .hash = HASH_START };
	struct virtual_sink sink = { .arg = &heard, .output = hear, .note = hear_note };
	struct virtual_result result = { 0 };
	struct err err = { "" };

	cr_assert_eq(virtual_run(&kernel, &job, &sink, &result, &err), 0, "%s", err.text);
	cr_assert_eq(result.status, W_EXITCODE(status, 0), "%s", heard.last_note);
	cr_assert_eq(result.started_ns / NS_PER_MS % 1000, 0, "goes on at a whole second");
	return heard;
}

static struct heard go_on(const char *input, uint64_t seed)
{
	return go_on_to(input, seed, 0);
}

static struct timespec made(const char *name)
{
	char path[PATH_MAX + 8];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", kernel.snapshot, name);
	cr_assert_eq(stat(path, &st), 0, "%s", path);
	return st.st_ctim;
}

TestSuite(virtual_load, .timeout = 600);

Test(virtual_load, each_job_gets_its_input_and_the_end_of_it)
{
	struct err err = { "" };
	struct heard heard;

	cr_assert_eq(load("wait", "", &err), 0, "%s", err.text);
	heard = go_on("one\n", 1);
	cr_assert_eq(heard.lines, 3, "ready, the input, the time: %s", heard.last);
	heard = go_on("another\nof two\n", 1);
	cr_assert_eq(heard.lines, 4);
	cr_assert_str_eq(heard.last_note, "last of all: of two");
	heard = go_on("", 1);
	cr_assert_eq(heard.lines, 2);
}

/* What it prints holds the time to the nanosecond and random bytes of the kernel. */
Test(virtual_load, one_seed_gives_one_output_and_another_another)
{
	struct err err = { "" };
	struct heard first;

	cr_assert_eq(load("wait", "", &err), 0, "%s", err.text);
	first = go_on("one\n", 7);
	cr_assert_eq(go_on("one\n", 7).hash, first.hash);
	cr_assert_neq(go_on("one\n", 8).hash, first.hash);
}

/* What it has said is there, and that it goes on for ever does not matter. */
Test(virtual_load, a_program_that_is_done_need_not_end)
{
	struct err err = { "" };
	struct heard heard;

	cr_assert_eq(load("done", "3", &err), 0, "%s", err.text);
	heard = go_on_to("one\n", 1, 3);
	cr_assert_eq(heard.lines, 2);
	cr_assert_str_eq(heard.last, "without an end");
}

Test(virtual_load, as_much_input_as_the_pipe_takes)
{
	struct virtual_job job = { .input_len = (1 << 20) + 1, .deadline_ns = NS_PER_S,
				   .timeout_ns = NS_PER_S };
	struct virtual_sink sink = { 0 };
	struct virtual_run *guest;
	struct err err = { "" };
	char *text = malloc(job.input_len);

	cr_assert(text);
	for (size_t i = 0; i < 1 << 20; i++)
		text[i] = i % 1024 == 1023 ? '\n' : 'x';
	text[1 << 20] = '\0';
	cr_assert_eq(load("wait", "", &err), 0, "%s", err.text);
	cr_assert_eq(go_on(text, 1).lines, 2 + 1024);
	job.input = text;
	cr_assert_eq(virtual_start(&kernel, &job, &sink, &guest, &err), -E2BIG);
	cr_assert(strstr(err.text, "1024 KB"), "%s", err.text);
	free(text);
}

Test(virtual_load, it_is_made_once_for_each_program_and_argument)
{
	struct virtual_kernel booted;
	struct err err = { "" };
	struct timespec first;
	char dir[PATH_MAX];

	need_kernel(&kernel);
	booted = kernel;
	cr_assert_eq(load("wait", "", &err), 0, "%s", err.text);
	cr_assert(kernel.loaded);
	cr_assert_str_neq(kernel.snapshot, booted.snapshot);
	cr_assert_str_eq(kernel.release, booted.release);
	first = made("ram");
	strcpy(dir, kernel.snapshot);

	kernel = booted;
	cr_assert_eq(load("wait", "", &err), 0, "%s", err.text);
	cr_assert_str_eq(kernel.snapshot, dir);
	cr_assert_eq(made("ram").tv_nsec, first.tv_nsec, "it was made again");

	kernel = booted;
	cr_assert_eq(load("wait", "otherwise", &err), 0, "%s", err.text);
	cr_assert_str_neq(kernel.snapshot, dir);
}

/* Of its own argument: other tests use theirs meanwhile. */
Test(virtual_load, a_damaged_one_is_made_again)
{
	struct virtual_kernel booted;
	struct err err = { "" };
	char path[PATH_MAX + 8];
	struct heard heard;

	need_kernel(&kernel);
	booted = kernel;
	cr_assert_eq(load("wait", "damaged", &err), 0, "%s", err.text);
	heard = go_on("one\n", 7);
	snprintf(path, sizeof(path), "%s/state", kernel.snapshot);
	cr_assert_eq(truncate(path, 100), 0);
	kernel = booted;
	cr_assert_eq(load("wait", "damaged", &err), 0, "%s", err.text);
	cr_assert_eq(go_on("one\n", 7).hash, heard.hash, "made twice, it is not the same");
}

Test(virtual_load, a_program_that_ends_instead_is_named)
{
	struct virtual_kernel booted;
	struct err err = { "" };

	need_kernel(&kernel);
	booted = kernel;
	cr_assert_eq(load("exit", "7", &err), -EIO);
	cr_assert(strstr(err.text, "did not wait for a job"), "%s", err.text);
	cr_assert(strstr(err.text, "to standard error"), "%s", err.text);
	cr_assert(!kernel.loaded);
	cr_assert_str_eq(kernel.snapshot, booted.snapshot);
}
