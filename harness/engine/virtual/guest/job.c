/* SPDX-License-Identifier: MIT */
/*
 * Theory of operation: the job in the guest.
 *
 * Files lie in /job, the program is /bin/deadpeer and starts in /job. Its standard output and
 * error are pipes to this program, which is PID 1: it reaps whatever is left to it, and sends what
 * it reads, in the order in which it reads it. When the program has ended, what its pipes still
 * hold is sent; whoever else holds them open is not waited for. The deadline kills everything
 * first, and then does the same.
 */
#include "engine/virtual/guest/guest.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PROGRAM  "/bin/deadpeer"
#define ARGV_MAX 1024

enum { OUT, ERRS, CHILD, TIMER, NFDS };

static struct timespec timespec_of(int64_t ns)
{
	return (struct timespec){ .tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000 };
}

/* @off and @len come from the host: they must lie inside the box. */
static const char *box_bytes(uint64_t off, uint64_t len)
{
	if (off > BOX_IN_SIZE || len > BOX_IN_SIZE - off)
		guest_die(0, "the job points outside the box");
	return (const char *)box + BOX_IN + off;
}

static void unpack_one(const char *path, const struct box_file *file, mode_t mode)
{
	const char *bytes = box_bytes(file->off, file->len);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);

	if (fd < 0)
		guest_die(errno, "cannot create %s", path);
	for (uint64_t at = 0; at < file->len;) {
		ssize_t n = write(fd, bytes + at, file->len - at);

		if (n <= 0)
			guest_die(n ? errno : ENOSPC, "cannot write %s", path);
		at += (uint64_t)n;
	}
	close(fd);
}

void job_unpack(void)
{
	const struct box_file *file;
	char path[sizeof(file->name) + 8];

	if (!box->nfiles)
		guest_die(0, "the box holds no program");
	file = (const void *)box_bytes(box->files_off, box->nfiles * sizeof(*file));
	mkdir("/bin", 0755);
	mkdir("/job", 0755);
	if (chdir("/job"))
		guest_die(errno, "cannot enter /job");
	unpack_one(PROGRAM, &file[0], 0755);
	for (uint32_t i = 1; i < box->nfiles; i++) {
		snprintf(path, sizeof(path), "/job/%.*s", (int)sizeof(file->name), file[i].name);
		unpack_one(path, &file[i], 0644);
	}
}

static char **copy_argv(void)
{
	static char *argv[ARGV_MAX + 1];
	uint64_t at = box->argv_off;

	if (!box->argc || box->argc > ARGV_MAX)
		guest_die(0, "the job has %u arguments; 1 to %d are possible", box->argc, ARGV_MAX);
	for (uint32_t i = 0; i < box->argc; i++) {
		argv[i] = strdup(box_bytes(at, 1));
		if (!argv[i])
			guest_die(ENOMEM, "cannot copy the arguments");
		at += strlen(argv[i]) + 1;
	}
	return argv;
}

static _Noreturn void become_program(char **argv, const int out[2], const int errs[2])
{
	static char *const envp[] = { "HOME=/tmp", "PATH=/bin", "DEADPEER_GUEST=1", NULL };
	int null = open("/dev/null", O_RDONLY);
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(out[1], STDOUT_FILENO) < 0 ||
	    dup2(errs[1], STDERR_FILENO) < 0)
		_exit(126);
	if (null > STDERR_FILENO)
		close(null);
	execve(PROGRAM, argv, envp);
	dprintf(STDERR_FILENO, "deadpeer-init: cannot execute the program: %s\n", strerror(errno));
	_exit(127);
}

static pid_t start(struct pollfd *fds)
{
	char **argv = copy_argv();
	int out[2], errs[2];
	pid_t pid;

	if (pipe2(out, O_CLOEXEC) || pipe2(errs, O_CLOEXEC))
		guest_die(errno, "cannot make a pipe");
	box->started_ns = guest_now_ns();
	pid = fork();
	if (pid < 0)
		guest_die(errno, "cannot fork");
	if (!pid)
		become_program(argv, out, errs);
	close(out[1]);
	close(errs[1]);
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	fcntl(errs[0], F_SETFL, O_NONBLOCK);
	fds[OUT].fd = out[0];
	fds[ERRS].fd = errs[0];
	return pid;
}

static void pass_on(struct pollfd *fd, enum box_stream stream)
{
	static char text[BOX_SLOT_MAX];
	ssize_t n;

	if (fd->fd < 0)
		return;
	while ((n = read(fd->fd, text, sizeof(text))) > 0)
		box_send(stream, text, (uint32_t)n);
	if (!n) {
		close(fd->fd);
		fd->fd = -1;
	}
}

/* Reaps every child there is; true and its status when @pid was one of them. */
static int reap(pid_t pid, int *status)
{
	int found = 0, st;
	pid_t got;

	while ((got = waitpid(-1, &st, WNOHANG)) > 0) {
		if (got != pid)
			continue;
		*status = st;
		found = 1;
	}
	return found;
}

static int open_timer(int64_t at_ns)
{
	struct itimerspec spec = { .it_value = timespec_of(at_ns) };
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);

	if (fd < 0 || timerfd_settime(fd, TFD_TIMER_ABSTIME, &spec, NULL))
		guest_die(errno, "cannot set the deadline");
	return fd;
}

_Noreturn void job_run(int64_t start_ns)
{
	struct pollfd fds[NFDS] = { 0 };
	struct timespec at = timespec_of(start_ns);
	struct signalfd_siginfo info;
	enum box_end end = BOX_END_NONE;
	int status = 0;
	sigset_t child;
	pid_t pid;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
	fds[CHILD].fd = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
	fds[TIMER].fd = open_timer(start_ns + box->deadline_ns);
	for (int i = 0; i < NFDS; i++)
		fds[i].events = POLLIN;
	if (guest_now_ns() > start_ns)
		guest_die(0, "unpacking the job took longer than the time set aside for it");
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR)
		;

	pid = start(fds);
	while (!end) {
		if (poll(fds, NFDS, -1) < 0 && errno != EINTR)
			guest_die(errno, "cannot poll");
		pass_on(&fds[OUT], BOX_STDOUT);
		pass_on(&fds[ERRS], BOX_STDERR);
		if (fds[CHILD].revents && read(fds[CHILD].fd, &info, sizeof(info)) > 0 &&
		    reap(pid, &status))
			end = BOX_END_EXIT;
		else if (fds[TIMER].revents)
			end = BOX_END_DEADLINE;
	}
	if (end == BOX_END_DEADLINE)
		kill(-1, SIGKILL);
	pass_on(&fds[OUT], BOX_STDOUT);
	pass_on(&fds[ERRS], BOX_STDERR);
	box_exit(end, status);
}
