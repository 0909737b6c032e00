/* SPDX-License-Identifier: MIT */
#ifndef PEERS_VOICE_H
#define PEERS_VOICE_H

#include "lab/event.h"
#include "peers/args.h"

/* How a program tells what happens: whole events on a descriptor, or by hand a line of text each.
 * Any thread may speak; what is said at once is one write(2) of at most PIPE_BUF. */
struct voice {
	const struct args *args;
	int64_t started_ns; /* text lines count from here */
};

/* 0, or a negative errno when nobody listens any more. */
int voice_say(const struct voice *voice, const struct event *event);

/* At most EVENT_BATCH of them at once. */
int voice_say_all(const struct voice *voice, const struct event *events, int n);

#endif
