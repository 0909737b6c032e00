/* SPDX-License-Identifier: MIT */
#ifndef LAB_LAB_H
#define LAB_LAB_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/undo.h"
#include "lab/event.h"
#include "netns/err.h"
#include "netns/netem.h"
#include "netns/ns.h"
#include "theory/situation.h"

/*
 * One set of namespaces, links and programs:
 *
 *   observer namespace          wire namespace            peer namespace
 *    [ obs0 ]----- veth -----[ w-obs ]=bridge=[ w-peer ]----- veth -----[ peer0 ]
 *
 * A lab lives in a process of its own. Its programs die with that process and its namespaces have
 * no name, so that SIGKILL leaves nothing behind.
 */

enum place { PLACE_OBSERVER, PLACE_WIRE, PLACE_PEER, PLACE_COUNT };

#define LAB_OBS_DEV  "obs0"
#define LAB_PEER_DEV "peer0"
#define LAB_PORT_OBS  "w-obs"  /* the wire's port towards the observer */
#define LAB_PORT_PEER "w-peer" /* the wire's port towards the peer */

enum { LAB_PORT = 7777, LAB_CLIENT_PORT = 10000, LAB_SYSCTL_MAX = 24 };
/* Connection i of the client is bound to source port LAB_CLIENT_PORT + i: both ends agree on its
 * index without a byte on the stream. */

struct lab_sysctl {
	char name[96], value[64];
};

struct lab_config {
	int family;            /* AF_INET or AF_INET6 */
	enum side observer;    /* which program the observer is */
	enum traffic traffic;
	bool has_link;
	struct netem link;     /* the wire's steady state: on both ports of the wire */
	int n_sysctl;
	struct lab_sysctl sysctl[LAB_SYSCTL_MAX]; /* in the observer's namespace */
	int n_conns;
	char **conns; /* "OFFSET_NS/method:opt=val,…": arguments of both programs, see peers/ */
	int64_t deadline_ns; /* absolute: every wait of lab_up gives up then */
};

struct program {
	pid_t pid;     /* 0: not running (any more) */
	int pidfd;
	int events;    /* struct event, read end */
	int commands;  /* struct command, write end */
	bool killed;   /* by a fault, on purpose */
	bool stopped;
};

struct lab {
	struct lab_config config;
	struct netns *ns[PLACE_COUNT];
	struct program observer, peer;
	struct undo undo;
};

/* Namespaces, links, addresses, neighbours resolved, sysctls, then both programs, until both are
 * ready. On error everything is undone. */
int lab_up(struct lab *lab, const struct lab_config *config, struct err *err);

/* Ends the programs, frees the namespaces. Takes a half-built lab; safe to call twice. */
void lab_down(struct lab *lab);

/* Next event of either program. 1: *ev and *from_peer are filled in; 0: @deadline_ns passed;
 * -EPIPE: a program ended that no fault killed (the sentence says how); else another error. */
int lab_next_event(struct lab *lab, int64_t deadline_ns, struct event *ev, bool *from_peer,
		   struct err *err);

int lab_command(struct program *program, enum command_kind kind, int64_t at_ns, struct err *err);

/* waitid(2) on a program until it exited / stopped / continued (WEXITED, WSTOPPED, WCONTINUED). */
int lab_wait_program(struct program *program, int options, int64_t deadline_ns, struct err *err);

/* Address of a side in the lab, as text: IPv4 10.77.0.x, IPv6 fd77::x. */
const char *lab_address(const struct lab_config *config, enum place place);

extern const char *const place_names[PLACE_COUNT + 1];

#endif
