/* SPDX-License-Identifier: MIT */
#ifndef PEERS_DUE_H
#define PEERS_DUE_H

#include <stdbool.h>
#include <stdint.h>

/* What is due when: a binary heap, earliest first; one timer of the kernel serves all. */

enum due_what {
	DUE_CONNECT, /* the client begins this connection */
	DUE_LIMIT,   /* it must stand by now */
	DUE_BEACON,
	DUE_TRAFFIC,
};

struct due {
	int64_t at_ns;
	int conn;
	enum due_what what;
};

struct due_heap {
	int n, room;
	struct due *heap;
};

/* 0 or -ENOMEM. */
int due_add(struct due_heap *heap, struct due due);

/* Takes the earliest one that is due by @now_ns; false when there is none. */
bool due_take(struct due_heap *heap, int64_t now_ns, struct due *due);

/* The earliest one, which stays; NULL when nothing is due ever. */
const struct due *due_first(const struct due_heap *heap);

void due_free(struct due_heap *heap);

/* The next instant of the schedule @at, @at + @period, … that lies after @now_ns. */
int64_t due_after(int64_t at_ns, int64_t period_ns, int64_t now_ns);

#endif
