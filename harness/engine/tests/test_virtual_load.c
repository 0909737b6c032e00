/* SPDX-License-Identifier: MIT */
/* A program that makes itself ready once, and goes on in a copy of its machine for each job. */
#include <criterion/criterion.h>
#include <errno.h>
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

/* The program goes on with two arguments and a file, and ends with this exit status. */
static struct heard go_on_to(const char *arg, uint64_t seed, int status)
{
	char *argv[] = { (char *)"deadpeer", (char *)arg, NULL };
	const struct virtual_file file = { "a.txt", "of the file\n", 12 };
	struct virtual_job job = {
		.program = VIRTUAL_PAYLOAD, .argv = argv, .files = &file, .nfiles = 1, .seed = seed,
		.deadline_ns = 60 * NS_PER_S, .timeout_ns = 120 * NS_PER_S,
	};
	struct heard heard = { .hash = HASH_START };
	struct virtual_sink sink = { .arg = &heard, .record = hear, .note = hear_note };
	struct virtual_result result = { 0 };
	struct err err = { "" };

	cr_assert_eq(virtual_run(&kernel, &job, &sink, &result, &err), 0, "%s", err.text);
	cr_assert_eq(result.status, W_EXITCODE(status, 0), "%s", heard.last_note);
	cr_assert_eq(result.started_ns / NS_PER_MS % 1000, 0, "goes on at a whole second");
	return heard;
}

static struct heard go_on(const char *arg, uint64_t seed)
{
	return go_on_to(arg, seed, 0);
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

Test(virtual_load, each_job_gets_its_arguments_and_files)
{
	struct err err = { "" };
	struct heard heard;

	cr_assert_eq(load("wait", "", &err), 0, "%s", err.text);
	heard = go_on("one", 1);
	cr_assert_eq(heard.lines, 5, "ready, two arguments, the file, the time: %s", heard.last);
	heard = go_on("another", 1);
	cr_assert_eq(heard.lines, 5);
	cr_assert_str_eq(heard.last_note, "another, of the file");
}

/* What it prints holds the time to the nanosecond and random bytes of the kernel. */
Test(virtual_load, one_seed_gives_one_output_and_another_another)
{
	struct err err = { "" };
	struct heard first;

	cr_assert_eq(load("wait", "", &err), 0, "%s", err.text);
	first = go_on("one", 7);
	cr_assert_eq(go_on("one", 7).hash, first.hash);
	cr_assert_neq(go_on("one", 8).hash, first.hash);
}

/* What it has said is there, and that it goes on for ever does not matter. */
Test(virtual_load, a_program_that_is_done_need_not_end)
{
	struct err err = { "" };
	struct heard heard;

	cr_assert_eq(load("done", "3", &err), 0, "%s", err.text);
	heard = go_on_to("one", 1, 3);
	cr_assert_eq(heard.lines, 2);
	cr_assert_str_eq(heard.last, "without an end");
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
	heard = go_on("one", 7);
	snprintf(path, sizeof(path), "%s/state", kernel.snapshot);
	cr_assert_eq(truncate(path, 100), 0);
	kernel = booted;
	cr_assert_eq(load("wait", "damaged", &err), 0, "%s", err.text);
	cr_assert_eq(go_on("one", 7).hash, heard.hash, "made twice, it is not the same");
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
