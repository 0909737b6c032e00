/* SPDX-License-Identifier: MIT */
#ifndef PEERS_ARGS_H
#define PEERS_ARGS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>

#include "base/opt.h"
#include "method/method.h"
#include "netns/err.h"
#include "theory/situation.h"

/* The command line of both programs; see peers.h. */

struct args_conn {
	int64_t offset_ns; /* after COMMAND_GO */
	const struct method *method;
	struct opt_values opt;
};

struct args {
	enum side side; /* which program this is */
	bool observer;
	struct sockaddr_storage addr; /* to listen on or to connect to */
	socklen_t addr_len;
	char address[80]; /* the same as it was written */
	int bind_port;    /* connection i has the client's port bind_port + i */
	enum traffic traffic;
	int size; /* bytes of a message of the traffic */
	int events, commands; /* descriptors; -1: by hand */
	int n_conns;
	struct args_conn *conns; /* malloc'ed */
};

/* 0; 1: help was asked for; -EINVAL and a sentence. */
int args_parse(int argc, char **argv, enum side side, struct args *args, struct err *err);
void args_free(struct args *args);

void args_help(FILE *to, enum side side);

/* The observer's side, whichever of the two this program is. */
enum side args_observer_side(const struct args *args);

#endif
