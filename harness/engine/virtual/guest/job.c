/* SPDX-License-Identifier: MIT */
/*
 * Theory of operation: the job in the guest.
 *
 * Files lie in /job, the program is /bin/deadpeer and starts in /job. Its standard output and
 * error are pipes to this program, which is PID 1: it reaps whatever is left to it, and sends what
 * it reads, in the order in which it reads it. When the program has ended, or says that it is
 * done (BOX_DONE), what its pipes still hold is sent; whoever else holds them open is not waited
 * for. The deadline kills everything first, and then does the same.
 *
 * A program that is loaded is started the same way, but before the snapshot of which each job gets
 * a copy, and with a pipe for its standard input: it says when it is ready (BOX_READY), and reads
 * what it has to do from there.
 */
#include "engine/virtual/guest/guest.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PROGRAM  "/bin/deadpeer"
#define ARGV_MAX 1024

enum { OUT, ERRS, ENDS, TIMER, NFDS };

/* The program, its pipes and what else is waited for. */
static pid_t program;
static struct pollfd fds[NFDS];
static int input = -1; /* of a program that is loaded */

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

static void put_file(const char *path, const char *bytes, size_t len, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);

	if (fd < 0)
		guest_die(errno, "cannot create %s", path);
	for (size_t at = 0; at < len;) {
		ssize_t n = write(fd, bytes + at, len - at);

		if (n <= 0)
			guest_die(n ? errno : ENOSPC, "cannot write %s", path);
		at += (size_t)n;
	}
	close(fd);
}

static void unpack_one(const char *path, const struct box_file *file, mode_t mode)
{
	put_file(path, box_bytes(file->off, file->len), file->len, mode);
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
		argv[i] = strndup(box_bytes(at, 1), BOX_IN_SIZE - at);
		if (!argv[i])
			guest_die(ENOMEM, "cannot copy the arguments");
		at += strlen(argv[i]) + 1;
	}
	return argv;
}

/* Restartable sequences, which nobody here uses, would be looked for at each switch to a thread. */
static _Noreturn void become_program(char **argv, int in, const int out[2], const int errs[2])
{
	static char *const envp[] = { "HOME=/tmp", "PATH=/bin", "DEADPEER_GUEST=1",
				      "GLIBC_TUNABLES=glibc.pthread.rseq=0", NULL };
	int null = in >= 0 ? in : open("/dev/null", O_RDONLY);
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	iopl(0); /* else each switch to it or a child of its sets the I/O ports' permissions anew */
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(out[1], STDOUT_FILENO) < 0 ||
	    dup2(errs[1], STDERR_FILENO) < 0)
		_exit(126);
	if (in < 0 && null > STDERR_FILENO)
		close(null);
	execve(PROGRAM, argv, envp);
	dprintf(STDERR_FILENO, "deadpeer-init: cannot execute the program: %s\n", strerror(errno));
	_exit(127);
}

/* @in: its standard input; -1: it has none. */
static void start(int in)
{
	char **argv = copy_argv();
	int out[2], errs[2];

	if (pipe2(out, O_CLOEXEC) || pipe2(errs, O_CLOEXEC))
		guest_die(errno, "cannot make a pipe");
	box->started_ns = guest_now_ns();
	program = fork();
	if (program < 0)
		guest_die(errno, "cannot fork");
	if (!program)
		become_program(argv, in, out, errs);
	close(out[1]);
	close(errs[1]);
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	fcntl(errs[0], F_SETFL, O_NONBLOCK);
	fds[OUT].fd = out[0];
	fds[ERRS].fd = errs[0];
}

/* All of its input, and the end of it. */
static void go_on(void)
{
	const char *bytes = box_bytes(box->input_off, box->input_len);

	box->started_ns = guest_now_ns();
	if (input < 0)
		guest_die(0, "there is no program that waits for a job");
	if (box->input_len && write(input, bytes, box->input_len) != (ssize_t)box->input_len)
		guest_die(errno, "the program does not take its input");
	close(input);
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

/* Reaps every child there is; true and its status when the program was one of them. */
static int reap(int *status)
{
	int found = 0, st;
	pid_t got;

	while ((got = waitpid(-1, &st, WNOHANG)) > 0) {
		if (got != program)
			continue;
		*status = st;
		found = 1;
	}
	return found;
}

static int has_ended(const struct signalfd_siginfo *info, int *status)
{
	if (info->ssi_signo != BOX_DONE)
		return reap(status);
	*status = W_EXITCODE(info->ssi_int, 0);
	return 1;
}

static int open_timer(int64_t at_ns)
{
	struct itimerspec spec = { .it_value = timespec_of(at_ns) };
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);

	if (fd < 0 || timerfd_settime(fd, TFD_TIMER_ABSTIME, &spec, NULL))
		guest_die(errno, "cannot set the deadline");
	return fd;
}

/* It ended instead of waiting: its last line on standard error says more than its status. */
static _Noreturn void die_unready(int status)
{
	static char text[BOX_SLOT_MAX];
	ssize_t n = read(fds[ERRS].fd, text, sizeof(text) - 1);
	size_t len = n > 0 ? (size_t)n : 0, from;

	while (len && text[len - 1] == '\n')
		len--;
	for (from = len; from && text[from - 1] != '\n'; from--)
		;
	guest_die(0, "the program did not wait for a job (wait status %d)%s%.*s", status,
		  len > from ? ": " : "", (int)(len - from), text + from);
}

static void block_signals(void)
{
	sigset_t ends;

	sigemptyset(&ends);
	sigaddset(&ends, SIGCHLD);
	sigaddset(&ends, BOX_READY);
	sigaddset(&ends, BOX_DONE);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	fds[ENDS].fd = signalfd(-1, &ends, SFD_CLOEXEC | SFD_NONBLOCK);
}

void job_load(void)
{
	struct pollfd ends;
	struct signalfd_siginfo info = { 0 };
	int status = 0, in[2];

	block_signals();
	if (pipe2(in, O_CLOEXEC) || fcntl(in[1], F_SETPIPE_SZ, BOX_INPUT_MAX) < 0)
		guest_die(errno, "cannot make a pipe");
	start(in[0]);
	close(in[0]);
	input = in[1];
	ends = (struct pollfd){ .fd = fds[ENDS].fd, .events = POLLIN };
	while (info.ssi_signo != BOX_READY) {
		if (poll(&ends, 1, -1) < 0 && errno != EINTR)
			guest_die(errno, "cannot wait for the program");
		if (read(ends.fd, &info, sizeof(info)) > 0 && info.ssi_signo == SIGCHLD &&
		    reap(&status))
			die_unready(status);
	}
}

_Noreturn void job_run(int64_t start_ns)
{
	struct timespec at = timespec_of(start_ns);
	struct signalfd_siginfo info;
	enum box_end end = BOX_END_NONE;
	int status = 0;

	if (box->task != BOX_GO_ON)
		block_signals();
	fds[TIMER].fd = open_timer(start_ns + box->deadline_ns);
	for (int i = 0; i < NFDS; i++)
		fds[i].events = POLLIN;
	if (guest_now_ns() > start_ns)
		guest_die(0, "unpacking the job took longer than the time set aside for it");
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR)
		;

	if (box->task == BOX_GO_ON)
		go_on();
	else
		start(-1);
	while (!end) {
		if (poll(fds, NFDS, -1) < 0 && errno != EINTR)
			guest_die(errno, "cannot poll");
		pass_on(&fds[OUT], BOX_STDOUT);
		pass_on(&fds[ERRS], BOX_STDERR);
		if (fds[ENDS].revents && read(fds[ENDS].fd, &info, sizeof(info)) > 0 &&
		    has_ended(&info, &status))
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
