/* SPDX-License-Identifier: MIT */
/* The command lines of both programs, as peers/peers.h documents them. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "lab/program.h"

enum { ARGV_FIXED = 18 }; /* arguments besides the connections, and the final NULL */

struct args {
	char **argv;
	int n;
	bool failed;
};

static void add(struct args *args, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void add(struct args *args, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&args->argv[args->n], fmt, ap) < 0)
		args->failed = true;
	else
		args->n++;
	va_end(ap);
}

void program_argv_free(char **argv)
{
	for (int i = 0; argv && argv[i]; i++)
		free(argv[i]);
	free(argv);
}

char **program_argv(const struct lab_config *config, enum side side, struct err *err)
{
	bool server = side == SIDE_SERVER, observes = side == config->observer;
	enum place home = config->observer == SIDE_SERVER ? PLACE_OBSERVER : PLACE_PEER;
	const char *fmt = config->family == AF_INET6 ? "[%s]:%d" : "%s:%d";
	struct args args = {0};
	char at[64];

	args.argv = calloc(ARGV_FIXED + 2 * (size_t)config->n_conns, sizeof(char *));
	if (!args.argv) {
		err_sys(err, ENOMEM, "command line");
		return NULL;
	}
	add(&args, "deadpeer-%s", server ? "server" : "client");
	if (observes)
		add(&args, "--observer");
	snprintf(at, sizeof(at), fmt, lab_address(config, home), LAB_PORT);
	add(&args, server ? "--listen" : "--connect");
	add(&args, "%s", at);
	if (!server) {
		add(&args, "--bind");
		add(&args, "%d", LAB_CLIENT_PORT);
	}
	add(&args, "--traffic");
	add(&args, "%s", traffic_names[config->traffic]);
	add(&args, "--size");
	add(&args, "%d", config->size ? config->size : 1);
	add(&args, "--events");
	add(&args, "%d", PROGRAM_EVENTS);
	add(&args, "--commands");
	add(&args, "%d", PROGRAM_COMMANDS);
	for (int i = 0; i < config->n_conns; i++) {
		add(&args, "--conn");
		add(&args, "%s", config->conns[i]);
	}
	if (args.failed) {
		program_argv_free(args.argv);
		err_sys(err, ENOMEM, "command line");
		return NULL;
	}
	return args.argv;
}
