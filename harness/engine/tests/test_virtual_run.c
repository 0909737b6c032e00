/* SPDX-License-Identifier: MIT */
/* The virtual engine whole: a guest's answers, its determinism, and every way it can go wrong. Uses
 * the kernel 6.1 in the cache; skips where there is no QEMU or no kernel (`deadpeer kernels`). */
#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "engine/tests/guest.h"
#include "engine/virtual/hash.h"
#include "engine/virtual/virtual.h"

static struct virtual_kernel kernel;

struct request {
	const char *mode, *arg;
	uint64_t seed;
	int64_t deadline_s, timeout_s;
	const struct virtual_file *files;
	size_t nfiles;
};

static int start(struct request r, struct heard *heard, struct virtual_run **run, struct err *err)
{
	char *argv[] = { (char *)"payload", (char *)r.mode, (char *)r.arg, NULL };
	struct virtual_job job = {
		.program = VIRTUAL_PAYLOAD, .argv = argv, .files = r.files, .nfiles = r.nfiles,
		.seed = r.seed, .deadline_ns = (r.deadline_s ? r.deadline_s : 86400) * NS_PER_S,
		.timeout_ns = (r.timeout_s ? r.timeout_s : 120) * NS_PER_S,
	};
	struct virtual_sink sink = { .arg = heard, .output = hear, .note = hear_note };

	need_kernel(&kernel);
	*heard = (struct heard){ .hash = HASH_START };
	return virtual_start(&kernel, &job, &sink, run, err);
}

static int run(struct request r, struct heard *heard, struct virtual_result *result,
	       struct err *err)
{
	struct virtual_run *run;
	int ret = start(r, heard, &run, err);

	return ret ? ret : virtual_finish(run, result, err);
}

#define REQUEST(name, argument, ...) (struct request){ .mode = name, .arg = argument, __VA_ARGS__ }
#define RUN(...) run(REQUEST(__VA_ARGS__), &heard, &result, &err)
#define START(...) start(REQUEST(__VA_ARGS__), &heard, &guest, &err)

#define LOCALS                                                                                     \
	struct virtual_result result = { 0 };                                                      \
	struct err err = { "" };                                                                   \
	struct heard heard

TestSuite(virtual_run, .timeout = 600);

Test(virtual_run, both_streams_and_the_exit_status_come_back)
{
	LOCALS;

	cr_assert_eq(RUN("exit", "7"), 0, "%s", err.text);
	cr_assert(WIFEXITED(result.status));
	cr_assert_eq(WEXITSTATUS(result.status), 7);
	cr_assert_eq(heard.lines, 1);
	cr_assert_str_eq(heard.last, "to standard output");
	cr_assert_str_eq(heard.last_note, "to standard error");
	cr_assert_eq(result.started_ns / NS_PER_MS % 1000, 0, "starts at a whole second");
}

Test(virtual_run, files_are_there)
{
	const struct virtual_file file[] = { { "a.yaml", "first\n", 6 }, { "b", "", 0 },
					     { "c.yaml", "name: x\n", 8 } };
	LOCALS;

	cr_assert_eq(RUN("cat", "c.yaml", .files = file, .nfiles = 3), 0, "%s", err.text);
	cr_assert_str_eq(heard.last, "name: x");
}

/* What makes a guest's idle time cheap: acpi.h, and guest/setup.c. */
Test(virtual_run, the_guest_has_an_idle_state_and_little_to_look_after)
{
	LOCALS;

	cr_assert_eq(RUN("cat", "/sys/devices/system/cpu/cpuidle/current_driver"), 0, "%s", err.text);
	cr_assert_str_eq(heard.last, "acpi_idle");
	cr_assert_eq(RUN("cat", "/sys/devices/system/cpu/cpuidle/current_governor"), 0, "%s",
		     err.text);
	cr_assert_str_eq(heard.last, "ladder");
	cr_assert_eq(RUN("cat", "/proc/sys/net/netfilter/nf_conntrack_buckets"), 0, "%s", err.text);
	cr_assert_str_eq(heard.last, "512");
}

Test(virtual_run, two_hours_take_no_time)
{
	int64_t before, took;
	LOCALS;

	need_kernel(&kernel);
	before = clock_now_ns();
	cr_assert_eq(RUN("sleep", "7200"), 0, "%s", err.text);
	took = clock_now_ns() - before;
	cr_assert_geq(result.ended_ns - result.started_ns, 7200 * NS_PER_S);
	cr_assert_lt(took, 60 * NS_PER_S, "it took %lld ms", (long long)(took / NS_PER_MS));
}

Test(virtual_run, one_seed_gives_one_output_and_another_another)
{
	struct heard first;
	LOCALS;

	cr_assert_eq(RUN("tcp", "5", .seed = 7), 0, "%s", err.text);
	first = heard;
	cr_assert_eq(heard.lines, 8 + 5 * 8 + 8);
	cr_assert_eq(heard.notes, 0, "%s", heard.last_note);
	cr_assert(strstr(heard.last, "Connection timed out"), "%s", heard.last);
	for (int i = 0; i < 2; i++) {
		cr_assert_eq(RUN("tcp", "5", .seed = 7), 0, "%s", err.text);
		cr_assert_eq(heard.hash, first.hash);
	}
	cr_assert_eq(RUN("tcp", "5", .seed = 8), 0, "%s", err.text);
	cr_assert_neq(heard.hash, first.hash);
}

Test(virtual_run, more_output_than_the_ring_holds_is_complete)
{
	LOCALS;

	/* 42 MB through a ring of 32 MB. */
	cr_assert_eq(RUN("flood", "600000"), 0, "%s", err.text);
	cr_assert_eq(heard.lines, 600000);
	cr_assert_str_eq(heard.last, "line 599999 of a long and tedious output that says nothing at all");
}

Test(virtual_run, who_keeps_the_pipes_open_is_not_waited_for)
{
	LOCALS;

	cr_assert_eq(RUN("orphan", ""), 0, "%s", err.text);
	cr_assert_str_eq(heard.last, "gone");
}

Test(virtual_run, the_guests_deadline_ends_it)
{
	LOCALS;

	cr_assert_eq(RUN("half", "", .deadline_s = 5), -ETIME);
	cr_assert(strstr(err.text, "5 s of its own time"), "%s", err.text);
	cr_assert_eq(heard.lines, 1, "half a line is not handed on");
	cr_assert_str_eq(heard.last, "a whole line");
}

Test(virtual_run, the_hosts_timeout_ends_it)
{
	LOCALS;

	cr_assert_eq(RUN("spin", "", .timeout_s = 1), -ETIMEDOUT);
	cr_assert(strstr(err.text, "1 s of this host's time"), "%s", err.text);
}

Test(virtual_run, a_panic_is_named_and_what_came_before_is_kept)
{
	LOCALS;

	cr_assert_eq(RUN("panic", ""), -ENOTRECOVERABLE);
	cr_assert(strstr(err.text, "sysrq triggered crash"), "%s", err.text);
	cr_assert_str_eq(heard.last, "before");
}

/* The only child that is a QEMU. */
static pid_t find_qemu(void)
{
	char path[64], text[64] = "";
	pid_t pid = 0, found = 0;
	FILE *in;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
	in = fopen(path, "re");
	while (in && fscanf(in, "%d", &pid) == 1) {
		FILE *comm;

		snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
		comm = fopen(path, "re");
		if (comm && fgets(text, sizeof(text), comm) && !strncmp(text, "qemu", 4))
			found = pid;
		if (comm)
			fclose(comm);
	}
	if (in)
		fclose(in);
	return found;
}

/* Pumps until a line has come. */
static void await_line(struct virtual_run *guest, const struct heard *heard)
{
	struct pollfd fd = { .fd = virtual_fd(guest), .events = POLLIN };

	while (virtual_pump(guest) && !heard->lines)
		cr_assert_geq(poll(&fd, 1, 60000), 1, "nothing came");
}

Test(virtual_run, a_killed_qemu_is_named_and_what_came_before_is_kept)
{
	struct virtual_run *guest;
	LOCALS;

	cr_assert_eq(START("half", "", .deadline_s = 1000000000), 0, "%s", err.text);
	await_line(guest, &heard);
	cr_assert_gt(find_qemu(), 0);
	kill(find_qemu(), SIGKILL);
	cr_assert_eq(virtual_finish(guest, &result, &err), -ECHILD);
	cr_assert(strstr(err.text, "killed by signal 9"), "%s", err.text);
	cr_assert_str_eq(heard.last, "a whole line");
}

/* QEMU's main loop has SIGIO on a signalfd, and does nothing with it but wake up: every 20 us here.
 * A quiet run's output must come out of each of @times such runs. */
static void compare_restless(const char *mode, const char *arg, int times)
{
	struct virtual_run *guest;
	struct heard quiet;
	pid_t qemu;
	LOCALS;

	cr_assert_eq(RUN(mode, arg, .seed = 7), 0, "%s", err.text);
	quiet = heard;
	for (int i = 0; i < times; i++) {
		cr_assert_eq(START(mode, arg, .seed = 7), 0, "%s", err.text);
		await_line(guest, &heard);
		qemu = find_qemu();
		cr_assert_gt(qemu, 0);
		while (virtual_pump(guest)) {
			kill(qemu, SIGIO);
			nanosleep(&(struct timespec){ .tv_nsec = 20000 }, NULL);
		}
		cr_assert_eq(virtual_finish(guest, &result, &err), 0, "%s", err.text);
		cr_assert_eq(heard.hash, quiet.hash, "run %d: \"%s\", on a quiet host \"%s\"", i,
			     heard.last, quiet.last);
	}
}

/* Without the lock that machine.c speaks of, this gives every run another clock. */
Test(virtual_run, a_restless_host_does_not_reach_the_guest)
{
	compare_restless("tcp", "5", 3);
}

/* With the HPET that machine.c speaks of, more than half of these runs end at another time. */
Test(virtual_run, a_restless_host_does_not_reach_an_idle_guest)
{
	compare_restless("sleep", "7200", 8);
}

Test(virtual_run, qemu_dies_with_us)
{
	struct virtual_run *guest;
	int tell[2];
	pid_t pid, qemu = 0;
	LOCALS;

	need_kernel(&kernel);
	(void)result;
	cr_assert_eq(pipe2(tell, O_CLOEXEC), 0);
	pid = fork();
	if (!pid) {
		if (START("half", "", .deadline_s = 1000000000))
			_exit(1);
		await_line(guest, &heard);
		qemu = find_qemu();
		if (write(tell[1], &qemu, sizeof(qemu)) < 0)
			_exit(1);
		for (;;)
			pause();
	}
	cr_assert_eq(read(tell[0], &qemu, sizeof(qemu)), (ssize_t)sizeof(qemu));
	cr_assert_gt(qemu, 0);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	for (int i = 0; i < 500 && !kill(qemu, 0); i++)
		poll(NULL, 0, 10); /* it is not our child: nothing tells us of its end */
	cr_assert_eq(kill(qemu, 0), -1, "QEMU outlived us");
}

Test(virtual_run, several_guests_run_side_by_side)
{
	struct virtual_run *guest[3];
	struct heard heard[3];
	struct virtual_result result;
	struct err err = { "" };

	for (int i = 0; i < 3; i++)
		cr_assert_eq(start(REQUEST("tcp", "2", .seed = 7), &heard[i], &guest[i], &err), 0, "%s", err.text);
	for (int i = 0; i < 3; i++) {
		cr_assert_eq(virtual_finish(guest[i], &result, &err), 0, "%s", err.text);
		cr_assert_eq(heard[i].hash, heard[0].hash);
	}
}

Test(virtual_run, a_program_that_no_guest_can_run_is_refused)
{
	char *argv[] = { (char *)"sh", NULL };
	struct virtual_job job = { .program = "/bin/sh", .argv = argv, .deadline_ns = NS_PER_S,
				   .timeout_ns = NS_PER_S };
	struct virtual_sink sink = { 0 };
	struct virtual_run *guest;
	struct err err = { "" };

	need_kernel(&kernel);
	cr_assert_eq(virtual_start(&kernel, &job, &sink, &guest, &err), -EINVAL);
	cr_assert(strstr(err.text, "static"), "%s", err.text);
}
