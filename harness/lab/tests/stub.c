/* SPDX-License-Identifier: MIT */
#include "lab/tests/stub.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "lab/program.h"

static const char *stub_kind;

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

static void obey(const struct command *command)
{
	if (command->kind == COMMAND_GO && !strcmp(stub_kind, "wordy"))
		say_much();
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
	if (stub_kind && argc > 0 && !strncmp(argv[0], "deadpeer-", 9))
		stub_run();
}

int64_t stub_deadline(int ms)
{
	return clock_now_ns() + ms * NS_PER_MS;
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
