/* SPDX-License-Identifier: MIT */
#ifndef LAB_LAB_H
#define LAB_LAB_H

#include <signal.h>
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
 * The wire is a switch, or a router with a subnet on each cable, or a router that hides the client
 * behind its own address on the server's cable.
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
	enum wire wire;
	enum side observer;    /* which program the observer is */
	enum traffic traffic;
	int size;              /* bytes of a message of the traffic; 0: 1 */
	bool has_link;
	struct netem link;     /* the wire's steady state: on both ports of the wire */
	/* The path may lose the peer's FIN, so its kernel must repeat it as often as by default. Then a
	 * SIGKILL of the lab while the path is cut leaves the peer's namespace to the kernel for up to
	 * 107 s, until its orphaned sockets give up (tcp(7): tcp_orphan_retries). */
	bool peer_retries_fin;
	int n_sysctl;
	struct lab_sysctl sysctl[LAB_SYSCTL_MAX]; /* in the observer's namespace */
	int n_conns;
	char **conns; /* "OFFSET_NS/method:opt=val,…": arguments of both programs, see peers/ */
	const char *exe; /* the file both programs are started from; NULL: /proc/self/exe */
	int64_t deadline_ns; /* absolute: every wait of lab_up gives up then */
};

struct program {
	const char *name; /* in sentences: "the observer", "the peer" */
	pid_t pid;     /* 0: not running (any more) */
	int pidfd;
	int events;    /* struct event, read end; -1: closed by the program */
	int commands;  /* struct command, write end */
	int children;  /* signalfd(2) of SIGCHLD; the lab's, shared by both programs */
	bool killed;   /* by a fault, on purpose: set it before the deed */
	bool stopped;
	int code, status; /* si_code, si_status of the last state change waited for; 0: none yet */
	struct event heard[EVENT_BATCH]; /* what was read of events, and how far it is passed on */
	int n_heard, heard_at;
};

struct lab {
	struct lab_config config;
	struct netns *ns[PLACE_COUNT];
	struct program observer, peer;
	struct undo undo;
	int children;              /* signalfd(2) of SIGCHLD */
	sigset_t old_mask;         /* what lab_down() gives back to the process */
	struct sigaction old_chld, old_pipe;
};

/*
 * Namespaces, links, addresses, sysctls, the path proven open both ways, the steady netem, then both
 * programs, until both are ready. On error everything is undone. The caller needs the privilege
 * of netns_privilege(). Until lab_down() the process ignores SIGPIPE and blocks SIGCHLD.
 */
int lab_up(struct lab *lab, const struct lab_config *config, struct err *err);

/*
 * Lays the ground of a lab behind a switch in advance: the first lab_up() of that family, in this
 * process or in one forked from it, takes it instead of laying its own. For a process that ends
 * before it needs another, as in a guest. What lab_up() asks for holds here too.
 */
int lab_prepare(int family, struct err *err);

/*
 * Starts both programs of a lab in advance: the first lab_up() of this very process gives them their
 * namespaces and command lines instead of starting its own, unless config.exe names another file.
 * Once in a process, and after netns_privilege(), which they inherit. Until then they wait in
 * lab_reserve_wait(), and hold no descriptor of the lab's but their ends of their pipes.
 */
int lab_reserve(struct err *err);

/*
 * From here on this process runs only while none of its labs' programs wants to (SCHED_IDLE, sched(7)),
 * on a machine with one processor: reading /proc/net/tcp once takes 2.6 ms of a guest's time, by which
 * a ping would be late. The programs are scheduled as any (SCHED_OTHER). Where it is refused, nothing
 * changes.
 */
void lab_give_way(void);

/* Where it gives way, it does not while @first (SCHED_FIFO): for a call that is stamped before and
 * after, between which nobody else should run. */
void lab_go_first(bool first);

/* What argv[0] is then. Its main() calls this, and goes on as if it had been started with what it
 * returns: argc, and *@argv for good. Does not return when there is no lab any more, or on error. */
#define LAB_RESERVE "deadpeer-reserve"
int lab_reserve_wait(char ***argv);

/* Ends the programs, frees the namespaces. Takes a half-built lab; safe to call twice. */
void lab_down(struct lab *lab);

/* Next event of either program. 1: *ev and *from_peer are filled in; 0: @deadline_ns passed;
 * -EPIPE: a program ended that no fault killed (the sentence says how), or said EVENT_ERROR (the
 * sentence is its text); else another error. */
int lab_next_event(struct lab *lab, int64_t deadline_ns, struct event *ev, bool *from_peer,
		   struct err *err);

/* -EPIPE: the program has ended. */
int lab_command(struct program *program, enum command_kind kind, int64_t at_ns, struct err *err);

/*
 * waitid(2) on a program until it exited / stopped / continued (WEXITED, WSTOPPED, WCONTINUED);
 * keeps pid, stopped, code and status. -ETIMEDOUT at @deadline_ns; -ESRCH: it does not run, or it
 * ended where WEXITED was not asked for.
 */
int lab_wait_program(struct program *program, int options, int64_t deadline_ns, struct err *err);

/* "was killed by SIGKILL", "exited with status 3", from code and status. Returns @buf. */
char *lab_program_end(const struct program *program, char *buf, size_t size);

/* Address of an end in the lab, as text: behind a switch 10.77.0.x or fd77::x, else 10.77.1.1 and
 * 10.77.2.1, or fd77:0:0:1::1 and fd77:0:0:2::1. */
const char *lab_address(const struct lab_config *config, enum place end);

/* The router's address on an end's cable, and one there that nobody has. */
const char *lab_gateway(const struct lab_config *config, enum place end);
const char *lab_nobody(const struct lab_config *config, enum place end);

/* What an end's device has lost by going down, and is up again: its IPv6 addresses, its routes. */
int lab_link_was_down(struct lab *lab, enum place end, struct err *err);

/* Takes the wire's port towards @end down or up, with what a router's port loses meanwhile. */
int lab_set_port(struct lab *lab, enum place end, bool up, struct err *err);

/* The end's own address, on its device, and behind a router the route that needs it. */
int lab_give_address(struct lab *lab, enum place end, struct err *err);
int lab_take_address(struct lab *lab, enum place end, struct err *err);

/*
 * Does a frame, or over a router a packet, pass from @from (PLACE_OBSERVER, PLACE_PEER) to the
 * other end? Those of netns/probe.h, again and again until one arrives or @deadline_ns passes. They
 * touch no TCP, and no route or neighbour of either end.
 */
int lab_probe(struct lab *lab, enum place from, int64_t deadline_ns, bool *arrived,
	      struct err *err);

/* One TCP segment of no connection, from @from to the other end. Over a router only. */
int lab_stray_segment(struct lab *lab, enum place from, struct err *err);

/* The steady netem of config.link, or none, on the wire's port towards @end. Each way has its own
 * seed, so that losses differ. */
int lab_set_link(struct lab *lab, enum place end, struct err *err);

/* Name of the namespace's device at an end of the path (PLACE_OBSERVER, PLACE_PEER) and of the
 * wire's port towards it. */
const char *lab_device(enum place end);
const char *lab_port(enum place end);

extern const char *const place_names[PLACE_COUNT + 1];

#endif
