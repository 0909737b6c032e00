/* SPDX-License-Identifier: MIT */
/*
 *   payload tcp ROUNDS    see tcp.c
 *   payload sleep SECONDS one line, then the time it woke up at
 *   payload exit STATUS   one line on each stream, then that exit status
 *   payload cat FILE      the file
 *   payload flood LINES   that many numbered lines
 *   payload half          half a line, then waits for ever
 *   payload spin          computes for ever
 *   payload orphan        leaves a child behind that keeps the pipes open
 *   payload panic         makes the kernel panic
 *   payload wait          stops itself; then the file argv, a.txt, the time and a random number
 *   payload done STATUS   stops itself; then a line and half a line, says that it is done with that
 *                         status, and waits for ever
 */
#include "engine/virtual/payload/payload.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "engine/virtual/box.h"

static int do_sleep(const char *arg)
{
	struct timespec ts;

	puts("asleep");
	fflush(stdout);
	sleep((unsigned)atoi(arg));
	clock_gettime(CLOCK_MONOTONIC, &ts);
	printf("awake at %lld.%09ld\n", (long long)ts.tv_sec, ts.tv_nsec);
	return 0;
}

static int do_exit(const char *arg)
{
	puts("to standard output");
	fflush(stdout);
	fputs("to standard error\n", stderr);
	return atoi(arg);
}

static int do_cat(const char *arg)
{
	FILE *in = fopen(arg, "re");
	int c;

	while (in && (c = getc(in)) != EOF)
		putchar(c);
	return !in;
}

static int do_flood(const char *arg)
{
	for (int i = 0; i < atoi(arg); i++)
		printf("line %d of a long and tedious output that says nothing at all\n", i);
	return 0;
}

static _Noreturn int do_half(const char *arg)
{
	(void)arg;
	fputs("a whole line\nhalf a li", stdout);
	fflush(stdout);
	for (;;)
		pause();
}

static _Noreturn int do_spin(const char *arg)
{
	(void)arg;
	for (volatile int i = 0;; i++)
		;
}

static int do_orphan(const char *arg)
{
	(void)arg;
	if (!fork())
		for (;;)
			pause();
	puts("gone");
	return 0;
}

/* Documentation/admin-guide/sysrq.rst: c crashes. */
static int do_panic(const char *arg)
{
	int fd = open("/proc/sysrq-trigger", O_WRONLY | O_CLOEXEC);

	(void)arg;
	puts("before");
	fflush(stdout);
	sleep(1);
	return write(fd, "c", 1) != 1;
}

/* Each line of its input, and the last on standard error. */
static int do_wait(const char *arg)
{
	char line[64] = "";
	struct timespec ts;
	unsigned number;

	(void)arg;
	puts("ready");
	fflush(stdout);
	kill(getppid(), BOX_READY);
	while (fgets(line, sizeof(line), stdin))
		fputs(line, stdout);
	if (getrandom(&number, sizeof(number), 0) != sizeof(number))
		return 1;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	printf("%lld.%09ld %u\n", (long long)ts.tv_sec, ts.tv_nsec, number);
	fprintf(stderr, "last of all: %s", line);
	return 0;
}

static _Noreturn int do_done(const char *arg)
{
	kill(getppid(), BOX_READY);
	getchar();
	fputs("all is said\nwithout an end\n", stdout);
	fflush(stdout);
	sigqueue(getppid(), BOX_DONE, (union sigval){ .sival_int = atoi(arg) });
	for (;;)
		pause();
}

static int do_tcp(const char *arg)
{
	return payload_tcp(atoi(arg));
}

static const struct {
	const char *name;
	int (*act)(const char *arg);
} mode[] = {
	{ "tcp", do_tcp },     { "sleep", do_sleep }, { "exit", do_exit },
	{ "cat", do_cat },     { "flood", do_flood }, { "half", do_half },
	{ "spin", do_spin },   { "orphan", do_orphan }, { "panic", do_panic },
	{ "wait", do_wait },   { "done", do_done },
};

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, argc > 1 && !strcmp(argv[1], "tcp") ? _IOLBF : _IOFBF, 0);
	for (size_t i = 0; argc > 1 && i < sizeof(mode) / sizeof(mode[0]); i++)
		if (!strcmp(argv[1], mode[i].name))
			return mode[i].act(argc > 2 ? argv[2] : "0");
	return 2;
}
