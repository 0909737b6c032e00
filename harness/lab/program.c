/* SPDX-License-Identifier: MIT */
/*
 * The life of one program.
 *
 * A program is this same binary, started by fork and exec inside its namespace, with two pipes:
 * events come out, commands go in. It is held by a pidfd, so that no signal can ever reach a
 * stranger, and it dies with the lab: PR_SET_PDEATHSIG is set after the last change of credentials
 * (which would clear it, prctl(2)), and getppid() closes the race with a lab that died before.
 *
 * It is the leader of a process group of its own, for two reasons: what a terminal sends to the lab's
 * group (SIGINT, SIGWINCH) must not look like a fault, and a group whose parent is elsewhere in
 * the session is not orphaned, so that SIGTSTP stops it as it would from a shell
 * (kernel/signal.c, get_signal: the default action of SIGTSTP is skipped in an orphaned group).
 *
 * A program that a scenario ends by SIGSEGV must leave no core file: RLIMIT_CORE 1 stops both the
 * file and the pipe handler, which ignores 0 (fs/coredump.c).
 *
 * In a guest both were started before there was a lab for them (reserve.c): the same, but that they
 * enter their namespace after exec.
 */
#include "lab/program.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

enum { CHILD_SPARE = 10 }; /* above every number that the program is given */

static const struct sched_param no_priority;
static bool gives_way;

void lab_give_way(void)
{
	gives_way = sched_setscheduler(0, SCHED_IDLE, &no_priority) == 0;
}

void lab_go_first(bool first)
{
	const struct sched_param priority = {.sched_priority = first ? 1 : 0};

	if (gives_way)
		sched_setscheduler(0, first ? SCHED_FIFO : SCHED_IDLE, &priority);
}

_Noreturn void program_fail(int events, const char *text)
{
	struct event ev = {.kind = EVENT_ERROR, .conn = NO_CONN, .at_ns = clock_now_ns()};

	snprintf(ev.text, sizeof(ev.text), "%s", text);
	if (write(events, &ev, sizeof(ev)) < 0)
		_exit(126);
	_exit(127);
}

_Noreturn void program_fail_errno(int events, const char *what)
{
	char text[EVENT_TEXT];

	snprintf(text, sizeof(text), "%s: %s", what, strerror(errno));
	program_fail(events, text);
}

/* Only standard error, for a sanitizer's report, is shared with the lab. */
static void child_descriptors(int events, int commands)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null >= 0 && (dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0))
		program_fail_errno(events, "cannot redirect the standard descriptors");
	if (dup2(events, PROGRAM_EVENTS) < 0 || dup2(commands, PROGRAM_COMMANDS) < 0)
		program_fail_errno(events, "cannot place the descriptors");
	if (close_range(PROGRAM_COMMANDS + 1, ~0U, CLOSE_RANGE_CLOEXEC) < 0)
		program_fail_errno(events, "close_range");
}

static void child_signals(void)
{
	sigset_t none;

	for (int sig = 1; sig <= SIGRTMAX; sig++)
		signal(sig, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static _Noreturn void child_run(const struct netns *ns, const char *exe, char **argv, int events,
				int commands, pid_t parent)
{
	struct rlimit no_core = {1, 1};
	struct err err;

	if (events < 0 || commands < 0 || (parent != getppid()))
		_exit(126);
	if (ns && netns_enter(ns, &err) < 0)
		program_fail(events, err.text);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		program_fail_errno(events, "PR_SET_PDEATHSIG");
	if (getppid() != parent)
		_exit(126);
	if (setpgid(0, 0) < 0 || setrlimit(RLIMIT_CORE, &no_core) < 0)
		program_fail_errno(events, "setpgid or setrlimit");
	/* It is inherited: SCHED_RESET_ON_FORK is for real-time policies (kernel/sched/core.c). */
	if (gives_way && sched_setscheduler(0, SCHED_OTHER, &no_priority) < 0)
		program_fail_errno(events, "SCHED_OTHER");
	child_descriptors(events, commands);
	child_signals();
	execv(exe, argv);
	program_fail_errno(events, exe);
}

static void close_pipe(int fds[2])
{
	for (int i = 0; i < 2; i++) {
		if (fds[i] >= 0)
			close(fds[i]);
		fds[i] = -1;
	}
}

int program_start(const struct netns *ns, const char *exe, char **argv, struct program *program,
		  struct err *err)
{
	int events[2] = {-1, -1}, commands[2] = {-1, -1}, ret;
	pid_t parent = getpid(), pid;

	if (pipe2(events, O_CLOEXEC) < 0 || pipe2(commands, O_CLOEXEC) < 0) {
		ret = err_sys(err, errno, "cannot make a pipe");
		goto fail;
	}
	pid = fork();
	if (pid == 0)
		child_run(ns, exe, argv, fcntl(events[1], F_DUPFD_CLOEXEC, CHILD_SPARE),
			  fcntl(commands[0], F_DUPFD_CLOEXEC, CHILD_SPARE), parent);
	if (pid < 0) {
		ret = err_sys(err, errno, "cannot start %s", argv[0]);
		goto fail;
	}
	program->pidfd = pidfd_open(pid, 0);
	if (program->pidfd < 0) {
		ret = err_sys(err, errno, "pidfd_open");
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		goto fail;
	}
	program->pid = pid;
	program->events = events[0];
	program->commands = commands[1];
	program->heard_at = program->n_heard = 0;
	close(events[1]);
	close(commands[0]);
	return 0;
fail:
	close_pipe(events);
	close_pipe(commands);
	return ret;
}

int program_spawn(struct lab *lab, enum place place, char **argv, struct program *program,
		  struct err *err)
{
	const char *exe = lab->config.exe ? lab->config.exe : PROGRAM_SELF;

	program->children = lab->children;
	if (!lab->config.exe && reserve_is_there(place))
		return reserve_give(lab, place, argv, program, err);
	return program_start(lab->ns[place], exe, argv, program, err);
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void program_end(struct program *program)
{
	siginfo_t si;

	program->killed = true;
	if (program->pid > 0) {
		pidfd_send_signal(program->pidfd, SIGKILL, NULL, 0);
		while (waitid(P_PIDFD, (id_t)program->pidfd, &si, WEXITED) < 0 && errno == EINTR)
			;
		program->pid = 0;
	}
	close_fd(&program->pidfd);
	close_fd(&program->events);
	close_fd(&program->commands);
}

int program_look(struct program *program, int options)
{
	siginfo_t si = {0};

	if (waitid(P_PIDFD, (id_t)program->pidfd, &si, options | WNOHANG) < 0 || !si.si_pid)
		return 0;
	program->code = si.si_code;
	program->status = si.si_status;
	if (si.si_code == CLD_STOPPED || si.si_code == CLD_CONTINUED)
		program->stopped = si.si_code == CLD_STOPPED;
	else
		program->pid = 0;
	return 1;
}

char *lab_program_end(const struct program *program, char *buf, size_t size)
{
	const char *sig = sigabbrev_np(program->status);

	switch (program->code) {
	case CLD_EXITED:
		snprintf(buf, size, "exited with status %d", program->status);
		break;
	case CLD_KILLED:
	case CLD_DUMPED:
		snprintf(buf, size, "was killed by SIG%s", sig ? sig : "RT");
		break;
	case CLD_STOPPED:
		snprintf(buf, size, "was stopped by SIG%s", sig ? sig : "RT");
		break;
	case CLD_CONTINUED:
		snprintf(buf, size, "was continued");
		break;
	default:
		snprintf(buf, size, "is in its first state");
	}
	return buf;
}
