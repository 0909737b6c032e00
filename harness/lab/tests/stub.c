/* SPDX-License-Identifier: MIT */
#include "lab/tests/stub.h"

#include <criterion/criterion.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "lab/program.h"

static const char *stub_kind;
static char **stub_argv;
static int stub_argc;

static void count_nothing(int sig)
{
	(void)sig;
}

static void say(enum event_kind kind, int conn)
{
	struct event ev = {
		.kind = kind, .conn = conn, .at_ns = clock_now_ns(), .text = "as planned"};

	if (write(PROGRAM_EVENTS, &ev, sizeof(ev)) != sizeof(ev))
		_exit(9);
}

static void *sleeper(void *arg)
{
	pthread_barrier_wait(arg); /* the C library starts a thread with all signals blocked */
	for (;;)
		pause();
	return NULL;
}

static void block_usr1(void)
{
	sigset_t usr1;

	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &usr1, NULL);
}

/* As much as one write holds, and then the end. */
static _Noreturn void say_much(void)
{
	struct event ev[EVENT_BATCH] = {0};

	for (int i = 0; i < EVENT_BATCH; i++)
		ev[i] = (struct event){.kind = EVENT_ARMED, .conn = i, .at_ns = clock_now_ns()};
	_exit(write(PROGRAM_EVENTS, ev, sizeof(ev)) == sizeof(ev) ? 3 : 9);
}

/* Its name and last argument, how many there are, and their characters. */
static void say_args(void)
{
	struct event ev = {.kind = EVENT_ARMED, .conn = stub_argc};

	for (int i = 0; i < stub_argc; i++)
		ev.at_ns += (int64_t)strlen(stub_argv[i]);
	snprintf(ev.text, sizeof(ev.text), "%s %s", stub_argv[0], stub_argv[stub_argc - 1]);
	_exit(write(PROGRAM_EVENTS, &ev, sizeof(ev)) == sizeof(ev) ? 0 : 9);
}

static void obey(const struct command *command)
{
	if (command->kind == COMMAND_GO && !strcmp(stub_kind, "wordy"))
		say_much();
	if (command->kind == COMMAND_GO && !strcmp(stub_kind, "echo"))
		say_args();
	if (command->kind == COMMAND_GO && !strcmp(stub_kind, "quit"))
		_exit(3);
	if (command->kind == COMMAND_GO && !strcmp(stub_kind, "torn")) {
		if (write(PROGRAM_EVENTS, "torn", 4) != 4)
			_exit(9);
		return;
	}
	if (command->kind == COMMAND_VANISH)
		_exit(0);
	say(command->kind == COMMAND_GO ? EVENT_ARMED : EVENT_FAULT, 0);
	if (command->kind != COMMAND_GO)
		say(EVENT_DONE, NO_CONN);
}

static _Noreturn void stub_run(void)
{
	struct sigaction handler = {.sa_handler = count_nothing};
	struct command command;
	pthread_barrier_t runs;
	pthread_t thread;

	if (!strcmp(stub_kind, "deaf"))
		handler.sa_handler = SIG_IGN;
	sigaction(SIGUSR1, &handler, NULL);
	signal(SIGSEGV, SIG_DFL); /* AddressSanitizer has a handler of its own */
	if (!strcmp(stub_kind, "shut"))
		block_usr1();
	pthread_barrier_init(&runs, NULL, 2);
	if (pthread_create(&thread, NULL, sleeper, &runs))
		_exit(9);
	pthread_barrier_wait(&runs);
	if (!strcmp(stub_kind, "blocked"))
		block_usr1();
	if (strcmp(stub_kind, "mute") != 0)
		say(strcmp(stub_kind, "error") != 0 ? EVENT_READY : EVENT_ERROR, NO_CONN);
	for (;;) {
		ssize_t n = read(PROGRAM_COMMANDS, &command, sizeof(command));

		if (n == sizeof(command))
			obey(&command);
		else if (n == 0)
			_exit(8);
	}
}

/* glibc hands the arguments of main() to constructors. */
__attribute__((constructor)) static void stub_main(int argc, char **argv)
{
	stub_kind = getenv("LAB_STUB");
	if (!stub_kind || argc < 1 || strncmp(argv[0], "deadpeer-", 9) != 0)
		return;
	stub_argc = argc;
	stub_argv = argv;
	if (!strcmp(argv[0], LAB_RESERVE))
		stub_argc = lab_reserve_wait(&stub_argv);
	stub_run();
}

int64_t stub_deadline(int ms)
{
	return clock_now_ns() + ms * NS_PER_MS;
}

static bool may_trace_its_parent(void)
{
	int status;
	pid_t child = fork();

	if (!child)
		_exit(pidfd_getfd(pidfd_open(getppid(), 0), STDERR_FILENO, 0) < 0);
	return waitpid(child, &status, 0) == child && !status;
}

struct lab_config stub_config(const char *stub)
{
	struct err err;

	if (netns_privilege(&err) < 0)
		cr_skip_test("no namespace can be made: %s", err.text);
	setenv("LAB_STUB", stub, 1);
	return (struct lab_config){
		.family = AF_INET,
		.observer = SIDE_SERVER,
		.traffic = TRAFFIC_IDLE,
		.deadline_ns = stub_deadline(10000),
	};
}

void stub_lab(struct lab *lab, const char *stub)
{
	struct lab_config config = stub_config(stub);
	struct err err = {""};

	cr_assert_eq(lab_up(lab, &config, &err), 0, "%s", err.text);
}

void stub_reserve(const char *stub, pid_t pids[2])
{
	struct err err = {""};
	char path[64];
	FILE *in;

	stub_config(stub);
	if (!may_trace_its_parent())
		cr_skip_test("a child may not trace its parent here");
	cr_assert_eq(lab_reserve(&err), 0, "%s", err.text);
	snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
	in = fopen(path, "re");
	if (!in)
		cr_skip_test("no %s", path);
	cr_assert_eq(fscanf(in, "%d %d", &pids[0], &pids[1]), 2);
	fclose(in);
}

void stub_dies_with_lab(void (*start)(pid_t pids[2]))
{
	struct pollfd pfd[2];
	pid_t pids[2], child;
	int fds[2];

	cr_assert_eq(pipe(fds), 0);
	child = fork();
	if (!child) {
		start(pids);
		if (write(fds[1], pids, sizeof(pids)) != sizeof(pids))
			_exit(1);
		pause();
	}
	cr_assert_eq(read(fds[0], pids, sizeof(pids)), (ssize_t)sizeof(pids));
	for (int i = 0; i < 2; i++)
		pfd[i] = (struct pollfd){.fd = pidfd_open(pids[i], 0), .events = POLLIN};
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	for (int i = 0; i < 2; i++)
		cr_assert_eq(poll(&pfd[i], 1, 2000), 1, "program %d outlives the lab", i);
}
