/* SPDX-License-Identifier: MIT */
/*
 * Programs that are started before there is a lab for them.
 *
 * A machine that is copied for each lab (engine/virtual) starts both once, before it is copied: fork,
 * exec and the C library's start are then in the copy, and not done in each. Nobody else does.
 *
 * Such a program is started as any other (program.c), in the namespace of its parent. It says
 * EVENT_READY, and waits for one order on its command pipe: a head, and the command line. It enters
 * the namespace by its parent's descriptor, since that may be made later than the program, and from
 * then on nothing tells it from one that was started for the lab.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/whole.h"
#include "lab/program.h"

#define START_NS (20 * NS_PER_S)

/* Before the arguments, each with its NUL. */
struct order_head {
	uint32_t size; /* of all arguments */
	int32_t ns;    /* the lab's descriptor of the namespace */
};

/* Observer and peer: what waits, and for a lab of which process. */
static struct lab waiting;
static pid_t owner;

static struct program *reserve(enum place place)
{
	return place == PLACE_OBSERVER ? &waiting.observer : &waiting.peer;
}

static int start(enum place place, struct err *err)
{
	char *argv[] = {(char *)LAB_RESERVE, NULL};
	struct program *program = reserve(place);
	struct event ev = {.kind = EVENT_DONE};
	bool from_peer;
	int ret = program_start(NULL, PROGRAM_SELF, argv, program, err);

	if (ret < 0)
		return ret;
	ret = lab_next_event(&waiting, clock_now_ns() + START_NS, &ev, &from_peer, err);
	if (ret == 0)
		return err_set(err, ETIMEDOUT, "%s does not wait in time", program->name);
	if (ret > 0 && ev.kind != EVENT_READY)
		return err_set(err, EPROTO, "event %d of %s", (int)ev.kind, program->name);
	return ret < 0 ? ret : 0;
}

int lab_reserve(struct err *err)
{
	const struct program none = PROGRAM_NONE;
	int ret;

	waiting.observer = waiting.peer = none;
	waiting.observer.name = waiting.peer.name = "a program in reserve";
	ret = start(PLACE_OBSERVER, err);
	if (!ret)
		ret = start(PLACE_PEER, err);
	if (ret) {
		program_end(&waiting.observer);
		program_end(&waiting.peer);
	}
	owner = getpid();
	return ret;
}

/* Only a parent can wait for a program, and is what the program dies with. */
bool reserve_is_there(enum place place)
{
	return owner == getpid() && reserve(place)->pid > 0;
}

static char *write_order(char **argv, int ns, size_t *size)
{
	struct order_head head = {.ns = ns};
	char *text, *at;

	for (int i = 0; argv[i]; i++)
		head.size += (uint32_t)strlen(argv[i]) + 1;
	*size = sizeof(head) + head.size;
	text = malloc(*size);
	if (!text)
		return NULL;
	memcpy(text, &head, sizeof(head));
	at = text + sizeof(head);
	for (int i = 0; argv[i]; i++)
		at = stpcpy(at, argv[i]) + 1;
	return text;
}

static int order_failed(struct lab *lab, struct program *program, int code, struct err *err)
{
	char how[64];

	if (code != -EPIPE)
		return err_sys(err, -code, "%s takes no order", program->name);
	if (lab_wait_program(program, WEXITED, lab->config.deadline_ns, err) < 0)
		return -EPIPE;
	return err_set(err, EPIPE, "%s %s before it was needed", program->name,
		       lab_program_end(program, how, sizeof(how)));
}

int reserve_give(struct lab *lab, enum place place, char **argv, struct program *program,
		 struct err *err)
{
	struct program *ready = reserve(place);
	size_t size;
	char *order = write_order(argv, netns_fd(lab->ns[place]), &size);
	int ret;

	if (!order)
		return err_sys(err, ENOMEM, "command line");
	program->pid = ready->pid;
	program->pidfd = ready->pidfd;
	program->events = ready->events;
	program->commands = ready->commands;
	ready->pid = 0;
	ret = write_whole(program->commands, order, size);
	free(order);
	if (ret < 0) {
		ret = order_failed(lab, program, ret, err);
		program_end(program);
	}
	return ret;
}

/* The rest is the program's side. */

/* A lab that is gone before it had an order is no error. */
static void read_whole(char *bytes, size_t size)
{
	while (size) {
		ssize_t n = read(PROGRAM_COMMANDS, bytes, size);

		if (n == 0)
			_exit(EXIT_SUCCESS);
		if (n < 0 && errno != EINTR)
			program_fail_errno(PROGRAM_EVENTS, "cannot read the order");
		if (n > 0) {
			bytes += n;
			size -= (size_t)n;
		}
	}
}

static void say_ready(void)
{
	struct event ready = {.kind = EVENT_READY, .conn = NO_CONN, .at_ns = clock_now_ns()};

	if (write(PROGRAM_EVENTS, &ready, sizeof(ready)) != sizeof(ready))
		_exit(EXIT_FAILURE);
}

static int split(char *text, size_t size, char ***argv)
{
	int argc = 0;

	for (size_t i = 0; i < size; i++)
		argc += !text[i];
	*argv = calloc((size_t)argc + 1, sizeof(**argv));
	if (!*argv)
		program_fail_errno(PROGRAM_EVENTS, "a command line");
	for (int i = 0; i < argc; i++) {
		(*argv)[i] = text;
		text += strlen(text) + 1;
	}
	return argc;
}

int lab_reserve_wait(char ***argv)
{
	int parent = pidfd_open(getppid(), 0);
	struct order_head head;
	struct err err;
	char *text;

	if (parent < 0)
		program_fail_errno(PROGRAM_EVENTS, "pidfd_open");
	say_ready();
	read_whole((char *)&head, sizeof(head));
	text = malloc(head.size);
	if (!text)
		program_fail_errno(PROGRAM_EVENTS, "a command line");
	read_whole(text, head.size);
	if (netns_enter_held(parent, head.ns, &err) < 0)
		program_fail(PROGRAM_EVENTS, err.text);
	close(parent);
	return split(text, head.size, argv);
}
