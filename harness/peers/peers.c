/* SPDX-License-Identifier: MIT */
#include "peers/peers.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "lab/lab.h"
#include "peers/args.h"
#include "peers/interrupt.h"
#include "peers/roles.h"
#include "peers/voice.h"

enum { EXIT_USAGE = 2 };

/* One descriptor for each connection: as many as this process may have. */
static void raise_files(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
}

static void say_error(const struct args *args, const char *text)
{
	struct event error = { .kind = EVENT_ERROR, .conn = NO_CONN };
	struct voice voice = { .args = args };

	error.from_ns = error.at_ns = clock_now_ns();
	snprintf(error.text, sizeof(error.text), "%.*s", EVENT_TEXT - 1, text);
	voice_say(&voice, &error);
}

static int peers_main(int argc, char **argv, enum side side)
{
	struct err err = { 0 };
	struct args args;
	int ret = args_parse(argc, argv, side, &args, &err);

	if (ret > 0) {
		args_help(stdout, side);
		args_free(&args);
		return EXIT_SUCCESS;
	}
	if (ret == 0) {
		raise_files();
		/* A sanitizer catches it; a program that is sent it is to die of it. */
		signal(SIGSEGV, SIG_DFL);
		interrupt_setup(args.commands < 0);
		ret = args.observer ? observer_run(&args, &err) : peer_run(&args, &err);
		if (ret == 0)
			_exit(EXIT_SUCCESS);
		if (args.events >= 0)
			say_error(&args, err.text);
		fprintf(stderr, "deadpeer-%s: %s\n", side_names[side], err.text);
		_exit(EXIT_FAILURE);
	}
	args_free(&args);
	fprintf(stderr, "deadpeer-%s: %s\n", side_names[side], err.text);
	return EXIT_USAGE;
}

int peers_client_main(int argc, char **argv)
{
	return peers_main(argc, argv, SIDE_CLIENT);
}

int peers_server_main(int argc, char **argv)
{
	return peers_main(argc, argv, SIDE_SERVER);
}

int peers_reserve_main(void)
{
	char **argv;
	int argc = lab_reserve_wait(&argv);

	return strcmp(argv[0], "deadpeer-server") ? peers_client_main(argc, argv) :
						    peers_server_main(argc, argv);
}
