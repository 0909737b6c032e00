/* SPDX-License-Identifier: MIT */
#ifndef PEERS_STATION_H
#define PEERS_STATION_H

#include <stdint.h>

#include "lab/event.h"
#include "netns/err.h"
#include "peers/args.h"
#include "peers/due.h"
#include "peers/voice.h"

/*
 * What both programs and both roles share: one epoll loop that makes the connections (the server
 * accepts them, the client connects each at its offset), keeps one timer for everything that is
 * due, and takes commands. What happens on a connection is the role's.
 */
struct station;

struct station_role {
	/* The connection stands; its descriptor is station->link[conn].fd, close-on-exec, nonblocking. It
	 * stood at @stood_ns at the latest. */
	int (*stands)(struct station *st, int conn, int64_t stood_ns, struct err *err);

	/* Traffic `connecting`, the client: the role connects station->link[conn].fd itself, which is
	 * bound, close-on-exec, nonblocking, TCP_NODELAY. */
	int (*connects)(struct station *st, int conn, struct err *err);

	/* @events: EPOLLIN, …, of a descriptor given to station_poll(). */
	int (*ready)(struct station *st, int conn, uint32_t events, struct err *err);

	/* Something that the role added to station->due. */
	int (*due)(struct station *st, const struct due *due, struct err *err);

	/* Every command but COMMAND_GO; EVENT_DONE is the role's too. */
	int (*command)(struct station *st, const struct command *command, struct err *err);

	/* Optional: the descriptor given to station_inbox() is readable. */
	int (*inbox)(struct station *st, struct err *err);
};

struct link {
	int fd;          /* -1: does not stand, or was dropped */
	uint32_t polled; /* what epoll waits for on it */
	bool stood;      /* it has stood at some time */
};

struct station {
	const struct args *args;
	const struct station_role *role;
	void *state; /* the role's */
	struct voice voice;
	struct due_heap due;
	int epoll, timer, listener; /* -1: none */
	int64_t timer_ns;           /* what the timer is set to; INT64_MAX: to nothing */
	struct link *link;          /* one for each connection */
	bool over;
};

int station_open(struct station *st, const struct args *args, const struct station_role *role,
		 void *state, struct err *err);

/* Until the commands end: 0. Or an error. */
int station_run(struct station *st, struct err *err);

/* Takes a half-open one. */
void station_close(struct station *st);

/* The role's ready() is called for @events of connection @conn; 0: no longer. */
int station_poll(struct station *st, int conn, uint32_t events, struct err *err);
int station_inbox(struct station *st, int fd, struct err *err);

int station_due(struct station *st, struct due due, struct err *err);

/* As voice_say and voice_say_all, with a sentence. */
int station_say(struct station *st, const struct event *event, struct err *err);
int station_say_all(struct station *st, const struct event *events, int n, struct err *err);

/* peers/connect.c: making connections. */
int connect_listen(struct station *st, struct err *err);
int connect_accept(struct station *st, struct err *err);
/* Every connection of the client becomes due at @zero_ns and its offset. */
int connect_schedule(struct station *st, int64_t zero_ns, struct err *err);
int connect_due(struct station *st, const struct due *due, struct err *err);
/* The connect(2) under way came to an end. */
int connect_finish(struct station *st, int conn, struct err *err);

/* What an epoll entry means; the connection's index is in the lower half. */
enum station_tag { TAG_TIMER, TAG_COMMANDS, TAG_LISTENER, TAG_INBOX, TAG_CONNECTING, TAG_CONN };
int station_add(struct station *st, int op, int fd, uint32_t events, enum station_tag tag, int conn,
		struct err *err);

#endif
