/* SPDX-License-Identifier: MIT */
/*
 * Waiting for what programs say and for what becomes of them.
 *
 * Everything is a descriptor: pipes for events, a pidfd for the end of a program (pidfd_open(2):
 * readable when the process has ended), and a signalfd of SIGCHLD for stop and continue, for which
 * a pidfd gives no sign. SIGCHLD is one bit however many children changed; hence every round asks
 * waitid(2) first and waits for the signal only after that, so that no change is missed.
 *
 * What a program wrote before it ended is always delivered before its end is reported.
 */
#include <errno.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "lab/program.h"

int program_poll(struct pollfd *fds, nfds_t n, int64_t deadline_ns)
{
	for (;;) {
		int64_t left = deadline_ns - clock_now_ns();
		struct timespec ts = clock_timespec(left > 0 ? left : 0);
		int ready = ppoll(fds, n, deadline_ns == INT64_MAX ? NULL : &ts, NULL);

		if (ready >= 0)
			return ready;
		if (errno != EINTR)
			return -errno;
	}
}

/* 1: *ev is filled in; 0: nothing is left of what was read. */
static int next_heard(struct program *program, struct event *ev, struct err *err)
{
	if (program->heard_at == program->n_heard)
		return 0;
	*ev = program->heard[program->heard_at++];
	if (ev->kind == EVENT_ERROR)
		return err_set(err, EPIPE, "%s: %.*s", program->name, EVENT_TEXT, ev->text);
	return 1;
}

/* 1: *ev is filled in; 0: the program has closed its end, or nothing was there. */
static int take_event(struct program *program, struct event *ev, struct err *err)
{
	ssize_t n = read(program->events, program->heard, sizeof(program->heard));

	if (n < 0)
		return errno == EINTR ? 0 : err_sys(err, errno, "events of %s", program->name);
	if (n == 0) {
		close(program->events);
		program->events = -1;
		return 0;
	}
	if (n % (ssize_t)sizeof(*ev))
		return err_set(err, EPROTO, "%s wrote %zd bytes that are not events",
			       program->name, n);
	program->heard_at = 0;
	program->n_heard = (int)(n / (ssize_t)sizeof(*ev));
	return next_heard(program, ev, err);
}

static int report_end(struct program *program, struct err *err)
{
	char how[64];

	if (!program_look(program, WEXITED))
		return 0;
	return err_set(err, EPIPE, "%s %s, and no fault did that", program->name,
		       lab_program_end(program, how, sizeof(how)));
}

int lab_next_event(struct lab *lab, int64_t deadline_ns, struct event *ev, bool *from_peer,
		   struct err *err)
{
	struct program *both[2] = {&lab->observer, &lab->peer};
	struct pollfd fds[4];

	for (int i = 0; i < 2; i++) {
		int ret = next_heard(both[i], ev, err);

		*from_peer = i == 1;
		if (ret)
			return ret;
	}
	for (;;) {
		int ret;

		for (int i = 0; i < 2; i++) {
			bool watched = both[i]->pid > 0 && !both[i]->killed;

			fds[i] = (struct pollfd){.fd = both[i]->events, .events = POLLIN};
			fds[2 + i] = (struct pollfd){
				.fd = watched ? both[i]->pidfd : -1, .events = POLLIN};
		}
		ret = program_poll(fds, 4, deadline_ns);
		if (ret <= 0)
			return ret < 0 ? err_sys(err, -ret, "cannot wait for events") : 0;
		for (int i = 0; i < 2; i++) {
			if (!fds[i].revents)
				continue;
			ret = take_event(both[i], ev, err);
			*from_peer = i == 1;
			if (ret)
				return ret;
		}
		for (int i = 0; i < 2; i++) {
			if (!fds[2 + i].revents || fds[i].revents & POLLIN)
				continue;
			ret = report_end(both[i], err);
			if (ret)
				return ret;
		}
	}
}

int lab_command(struct program *program, enum command_kind kind, int64_t at_ns, struct err *err)
{
	struct command command;

	memset(&command, 0, sizeof(command));
	command.kind = kind;
	command.at_ns = at_ns;
	if (write(program->commands, &command, sizeof(command)) == sizeof(command))
		return 0;
	return err_sys(err, errno, "%s takes no commands", program->name);
}

static int not_in_time(const struct program *program, int options, struct err *err)
{
	return err_set(err, ETIMEDOUT, "%s has not %s in time", program->name,
		       options & WEXITED    ? "ended" :
		       options & WSTOPPED   ? "stopped" :
					      "continued");
}

int lab_wait_program(struct program *program, int options, int64_t deadline_ns, struct err *err)
{
	struct signalfd_siginfo si;
	struct pollfd fds[2];

	if (program->pid <= 0)
		return err_set(err, ESRCH, "%s does not run any more", program->name);
	for (;;) {
		int ret;

		if (program_look(program, options))
			return 0;
		fds[0] = (struct pollfd){.fd = program->pidfd, .events = POLLIN};
		fds[1] = (struct pollfd){.fd = program->children, .events = POLLIN};
		ret = program_poll(fds, 2, deadline_ns);
		if (ret < 0)
			return err_sys(err, -ret, "cannot wait for %s", program->name);
		if (ret == 0)
			return not_in_time(program, options, err);
		if (fds[0].revents && !(options & WEXITED))
			return err_set(err, ESRCH, "%s ended instead", program->name);
		if (fds[1].revents && read(program->children, &si, sizeof(si)) < 0 &&
		    errno != EAGAIN && errno != EINTR)
			return err_sys(err, errno, "signalfd");
	}
}
