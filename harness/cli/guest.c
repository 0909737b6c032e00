/* SPDX-License-Identifier: MIT */
#include "cli/guest.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "engine/engine.h"
#include "engine/virtual/box.h"

enum { ARGS_MAX = 1024, TEXT_MAX = 1 << 17 }; /* MAX_ARG_STRLEN, linux/binfmts.h */

/* Splits what is between NULs; argv[argc] is NULL. Returns argc, -1 when there is no such file. */
static int read_argv(char *text, char *argv[ARGS_MAX])
{
	FILE *in = fopen("argv", "re");
	size_t len, at;
	int argc = 0;

	if (!in)
		return -1;
	len = fread(text, 1, TEXT_MAX - 1, in);
	fclose(in);
	text[len] = '\0';
	for (at = 0; at < len && argc < ARGS_MAX - 1; at += strlen(text + at) + 1)
		argv[argc++] = text + at;
	argv[argc] = NULL;
	return argc;
}

/*
 * Says how it ends, and lets the machine end first: everything in it would be taken down otherwise,
 * connection by connection.
 */
static _Noreturn void end_machine(int status)
{
	fflush(NULL);
	sigqueue(getppid(), BOX_DONE, (union sigval){ .sival_int = status });
	for (;;)
		pause();
}

int guest_main(void)
{
	static char text[TEXT_MAX], *argv[ARGS_MAX];
	struct err err;
	int argc;

	if (engine_native_prepare(&err))
		return cli_fail(CLI_INTERNAL, &err);
	raise(SIGSTOP);
	argc = read_argv(text, argv);
	if (argc < 0)
		return cli_failf(CLI_INTERNAL, "this guest has no job: %s", strerror(errno));
	end_machine(cli_main(argc, argv));
}
