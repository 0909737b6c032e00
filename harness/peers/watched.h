/* SPDX-License-Identifier: MIT */
#ifndef PEERS_WATCHED_H
#define PEERS_WATCHED_H

#include "method/method.h"
#include "peers/cost.h"
#include "peers/voice.h"

/*
 * A connection under watch, with a thread of its own in which its method runs. The thread tells the
 * lab of what happens; the main thread is told when it failed, or was armed where it has then something
 * to do, and else only looks.
 */

enum watched_phase {
	WATCHED_NONE,   /* not armed yet */
	WATCHED_ARMED,  /* the method watches, or waits to trust; mark and watch.armed_ns are set */
	WATCHED_ENDED,  /* its last alarm is for good; ended_ns and cost are set */
	WATCHED_FAILED, /* it could not be armed; err says why */
};

struct watched {
	struct watch watch; /* the caller's: fd, index, method, opt, side, traffic, size */
	const struct voice *voice;
	int inbox;        /* failed, or armed and waited for: the connection's index, an int, comes here */
	bool waited_for;  /* the main thread has something to do once it is armed */
	int64_t stood_ns; /* since when it stands; 0: the method makes it (traffic `connecting`) */
	_Atomic enum watched_phase phase;
	atomic_uint signals;
	struct cost_mark mark;
	int64_t ended_ns;
	struct event_cost cost;
	struct err err;
};

/* Starts the thread. It may block in calls that nothing ends, and use @w for as long as the process
 * lives. */
int watched_start(struct watched *w, struct err *err);

/* What watching has cost from arming to now; of one that is armed. */
void watched_cost(struct watched *w, struct event_cost *cost);

#endif
