/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/program.h"
#include "lab/tests/stub.h"

enum { MANY = 300 };

static ino_t ns_of(pid_t pid)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
	cr_assert_eq(stat(path, &st), 0);
	return st.st_ino;
}

static ino_t inode(const struct netns *ns)
{
	struct stat st;

	cr_assert_eq(fstat(netns_fd(ns), &st), 0);
	return st.st_ino;
}

Test(reserve, becomes_the_programs_of_the_first_lab_in_their_namespaces)
{
	struct lab first, second;
	pid_t pids[2];

	stub_reserve("good", pids);
	stub_lab(&first, "good");
	cr_assert_eq(first.observer.pid, pids[0]);
	cr_assert_eq(first.peer.pid, pids[1]);
	cr_assert_eq(ns_of(pids[0]), inode(first.ns[PLACE_OBSERVER]));
	cr_assert_eq(ns_of(pids[1]), inode(first.ns[PLACE_PEER]));
	stub_lab(&second, "good");
	cr_assert_neq(second.observer.pid, pids[0]);
	cr_assert_neq(second.peer.pid, pids[1]);
	lab_down(&second);
	lab_down(&first);
	cr_assert_eq(waitpid(-1, NULL, WNOHANG), -1, "no child is left");
	cr_assert_eq(errno, ECHILD);
}

/* What a lab with so many connections says of its command line. */
static struct event echo_of(char **conns)
{
	struct lab_config config = stub_config("echo");
	struct err err = {""};
	struct event ev;
	bool from_peer;
	struct lab lab;

	config.conns = conns;
	config.n_conns = MANY;
	cr_assert_eq(lab_up(&lab, &config, &err), 0, "%s", err.text);
	lab.peer.killed = true; /* it ends, when it has said it */
	cr_assert_eq(lab_command(&lab.peer, COMMAND_GO, 1, &err), 0);
	cr_assert_eq(lab_next_event(&lab, stub_deadline(STUB_PATIENCE), &ev, &from_peer, &err), 1, "%s", err.text);
	lab_down(&lab);
	return ev;
}

Test(reserve, has_the_command_line_of_a_program_that_was_started)
{
	struct event started, given;
	char *conns[MANY], line[300];
	pid_t pids[2];

	memset(line, 'x', sizeof(line));
	snprintf(line + sizeof(line) - 8, 8, " y 'z'");
	for (int i = 0; i < MANY; i++)
		conns[i] = line;
	started = echo_of(conns);
	cr_assert_gt(started.at_ns, 65536);
	stub_reserve("echo", pids);
	given = echo_of(conns);
	cr_assert_eq(given.conn, started.conn);
	cr_assert_eq(given.at_ns, started.at_ns);
	cr_assert_str_eq(given.text, started.text);
}

static void put_status(pid_t pid, FILE *out)
{
	static const char *const keys[] = {"Threads", "SigPnd", "ShdPnd", "SigBlk", "SigIgn",
					   "SigCgt", "NoNewPrivs", "CapEff", "Cpus_allowed"};
	char path[64], line[256];
	FILE *in;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	in = fopen(path, "re");
	cr_assert(in);
	while (fgets(line, sizeof(line), in)) {
		for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
			if (!strncmp(line, keys[i], strlen(keys[i])))
				fputs(line, out);
		}
	}
	fclose(in);
}

static void put_limits(pid_t pid, FILE *out)
{
	char path[64], line[256];
	FILE *in;

	snprintf(path, sizeof(path), "/proc/%d/limits", pid);
	in = fopen(path, "re");
	cr_assert(in);
	while (fgets(line, sizeof(line), in))
		fputs(line, out);
	fclose(in);
}

/* Numbers, and what they are, without the numbers of pipes. */
static void put_descriptors(pid_t pid, FILE *out)
{
	char path[64], what[256];

	for (int fd = 0; fd < 64; fd++) {
		ssize_t n;

		snprintf(path, sizeof(path), "/proc/%d/fd/%d", pid, fd);
		n = readlink(path, what, sizeof(what) - 1);
		if (n < 0)
			continue;
		what[n] = '\0';
		fprintf(out, "%d %.*s\n", fd, (int)strcspn(what, "["), what);
	}
}

/* What the kernel tells of a program. */
static char *portrait(pid_t pid)
{
	size_t size;
	char *text;
	FILE *out = open_memstream(&text, &size);

	put_status(pid, out);
	put_limits(pid, out);
	put_descriptors(pid, out);
	fprintf(out, "group %s\n", getpgid(pid) == pid ? "its own" : "another's");
	fclose(out);
	return text;
}

Test(reserve, is_like_a_program_that_was_started)
{
	char *started, *given;
	struct lab lab;
	pid_t pids[2];

	stub_lab(&lab, "good");
	started = portrait(lab.observer.pid);
	lab_down(&lab);
	stub_reserve("good", pids);
	stub_lab(&lab, "good");
	given = portrait(lab.observer.pid);
	cr_assert_eq(lab.observer.pid, pids[0]);
	lab_down(&lab);
	cr_assert(strstr(given, "\n4 pipe:"), "%s", given);
	cr_assert_not(strstr(given, "\n5 "), "%s", given);
	cr_assert_str_eq(given, started);
	free(started);
	free(given);
}

Test(reserve, stops_goes_on_and_is_told_dead)
{
	struct err err = {""};
	struct event ev;
	bool from_peer;
	struct lab lab;
	pid_t pids[2];

	stub_reserve("good", pids);
	stub_lab(&lab, "good");
	kill(lab.peer.pid, SIGTSTP);
	cr_assert_eq(lab_wait_program(&lab.peer, WSTOPPED, stub_deadline(STUB_PATIENCE), &err), 0, "%s", err.text);
	kill(lab.peer.pid, SIGCONT);
	cr_assert_eq(lab_wait_program(&lab.peer, WCONTINUED, stub_deadline(STUB_PATIENCE), &err), 0);
	kill(lab.peer.pid, SIGSEGV);
	cr_assert_eq(lab_next_event(&lab, stub_deadline(STUB_PATIENCE), &ev, &from_peer, &err), -EPIPE);
	cr_assert(strstr(err.text, "the peer was killed by SIGSEGV"), "%s", err.text);
	lab_down(&lab);
}

Test(reserve, that_died_before_its_use_is_named)
{
	struct lab_config config = stub_config("good");
	struct err err = {""};
	struct lab lab;
	pid_t pids[2];
	siginfo_t si;

	stub_reserve("good", pids);
	kill(pids[1], SIGKILL);
	cr_assert_eq(waitid(P_PID, (id_t)pids[1], &si, WEXITED | WNOWAIT), 0);
	cr_assert_eq(lab_up(&lab, &config, &err), -EPIPE);
	cr_assert(strstr(err.text, "the peer was killed by SIGKILL before it was needed"), "%s", err.text);
	cr_assert_eq(waitpid(-1, NULL, WNOHANG), -1, "no child is left");
}

Test(reserve, says_which_namespace_it_cannot_enter)
{
	char *argv[] = {(char *)"deadpeer-server", NULL};
	struct lab lab = {.observer = PROGRAM_NONE, .peer = PROGRAM_NONE, .children = -1};
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	struct err err = {""};
	struct event ev;
	bool from_peer;
	pid_t pids[2];

	stub_reserve("good", pids);
	lab.observer.name = "the observer";
	lab.ns[PLACE_OBSERVER] = netns_new(&err);
	cr_assert(lab.ns[PLACE_OBSERVER], "%s", err.text);
	cr_assert_geq(dup3(null, netns_fd(lab.ns[PLACE_OBSERVER]), O_CLOEXEC), 0);
	cr_assert_eq(program_spawn(&lab, PLACE_OBSERVER, argv, &lab.observer, &err), 0, "%s", err.text);
	cr_assert_eq(lab_next_event(&lab, stub_deadline(STUB_PATIENCE), &ev, &from_peer, &err), -EPIPE);
	cr_assert_str_eq(err.text, "the observer: cannot enter a network namespace: Invalid argument");
	program_end(&lab.observer);
	netns_free(lab.ns[PLACE_OBSERVER]);
	close(null);
}

Test(reserve, is_not_for_another_file_or_another_process)
{
	struct lab_config config = stub_config("good");
	struct err err = {""};
	struct lab lab;
	pid_t pids[2], child;
	int status;

	stub_reserve("good", pids);
	config.exe = "/proc/self/exe";
	cr_assert_eq(lab_up(&lab, &config, &err), 0, "%s", err.text);
	cr_assert_neq(lab.observer.pid, pids[0]);
	lab_down(&lab);
	child = fork();
	if (!child) {
		config.exe = NULL;
		_exit(lab_up(&lab, &config, &err) || lab.observer.pid == pids[0] ||
		      lab.peer.pid == pids[1]);
	}
	cr_assert_eq(waitpid(child, &status, 0), child);
	cr_assert_eq(status, 0);
}

static void start_reserve(pid_t pids[2])
{
	stub_reserve("good", pids);
}

static void start_lab_of_reserve(pid_t pids[2])
{
	struct lab lab;

	stub_reserve("good", pids);
	stub_lab(&lab, "good");
	cr_assert_eq(lab.peer.pid, pids[1]);
}

Test(reserve, dies_with_the_process_that_started_it)
{
	pid_t pids[2];

	stub_reserve("good", pids); /* skips, if it must, here and not in a child */
	stub_dies_with_lab(start_reserve);
	stub_dies_with_lab(start_lab_of_reserve);
}

Test(reserve, a_lab_that_gives_way_has_programs_like_any)
{
	struct rlimit highest;
	struct lab first, second;
	pid_t pids[2];

	if (geteuid() && (getrlimit(RLIMIT_RTPRIO, &highest) || !highest.rlim_cur))
		cr_skip_test("this user may have no real-time priority (RLIMIT_RTPRIO), as a guest's root may");
	stub_reserve("good", pids);
	lab_give_way();
	cr_assert_eq(sched_getscheduler(0), SCHED_IDLE);
	stub_lab(&first, "good");
	stub_lab(&second, "good");
	cr_assert_eq(sched_getscheduler(first.observer.pid), SCHED_OTHER, "in reserve");
	cr_assert_eq(sched_getscheduler(second.observer.pid), SCHED_OTHER, "started by it");
	cr_assert_eq(sched_getscheduler(second.peer.pid), SCHED_OTHER);
	lab_go_first(true);
	cr_assert_eq(sched_getscheduler(0), SCHED_FIFO);
	lab_go_first(false);
	cr_assert_eq(sched_getscheduler(0), SCHED_IDLE);
	lab_down(&second);
	lab_down(&first);
}
