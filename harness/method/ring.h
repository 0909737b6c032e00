/* SPDX-License-Identifier: MIT */
#ifndef METHOD_RING_H
#define METHOD_RING_H

#include <linux/io_uring.h>
#include <stdbool.h>
#include <stddef.h>

#include "netns/err.h"

/*
 * One io_uring(7) with room for one request, by its system calls. For a single thread.
 */
struct ring {
	int fd;
	unsigned int *sq_tail, *sq_array;
	unsigned int *cq_head, *cq_tail, cq_mask;
	struct io_uring_sqe *sqe;
	struct io_uring_cqe *cqes;
	void *rings; /* mapped: both rings, and the request */
	size_t rings_size;
	unsigned int unsubmitted;
};

int ring_open(struct ring *ring, struct err *err);
void ring_close(struct ring *ring);

/* The request, cleared, to be filled in; it is submitted by the next ring_wait(). */
struct io_uring_sqe *ring_request(struct ring *ring);

/* Submits what is not submitted yet and blocks until a completion or a signal: 0 or -errno. */
int ring_wait(struct ring *ring);

/* Takes a completion, if there is one: *result is its cqe->res. */
bool ring_take(struct ring *ring, int *result);

#endif
