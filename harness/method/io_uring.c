/* SPDX-License-Identifier: MIT */
/*
 * io_uring(7). op recv: a receive is handed to the kernel and its completion is what recv(2) would
 * have returned, 0 or an error being the end. op poll: a one-shot poll is handed over, its
 * completion is poll(2)'s events, and recv(2) follows. Nothing is learnt that recv would not learn:
 * io_uring is another way to wait.
 *
 * A signal ends io_uring_enter(2), not the request: the wait goes on for the same one.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "method/attempt.h"
#include "method/ready.h"
#include "method/ring.h"

enum { IO_URING_OP };
enum { OP_RECV, OP_POLL };

static const char *const io_uring_ops[] = { [OP_RECV] = "recv", [OP_POLL] = "poll", NULL };

static const struct opt io_uring_rows[] = {
	[IO_URING_OP] = { .name = "op",
			  .type = OPT_WORD,
			  .def = "recv",
			  .max = OP_POLL,
			  .words = io_uring_ops,
			  .about = "what is handed to the kernel: a receive, or a poll that recv follows" },
	{ 0 },
};

static int io_uring_arm(struct watch *watch, struct err *err)
{
	struct ring *ring = malloc(sizeof(*ring));
	int ret;

	if (!ring)
		return err_sys(err, ENOMEM, "an io_uring");
	ret = ring_open(ring, err);
	if (ret < 0) {
		free(ring);
		return ret;
	}
	watch->own = ring;
	return 0;
}

static void ask(struct watch *watch, char *bytes, unsigned int size)
{
	struct io_uring_sqe *sqe = ring_request(watch->own);

	sqe->fd = watch->fd;
	if (watch->opt.v[IO_URING_OP] == OP_RECV) {
		sqe->opcode = IORING_OP_RECV;
		sqe->addr = (uintptr_t)bytes;
		sqe->len = size;
	} else {
		sqe->opcode = IORING_OP_POLL_ADD;
		sqe->poll32_events = POLLIN | POLLRDHUP;
	}
}

/* A completion. True when it is the end, and saw is written. */
static bool answered(struct watch *watch, int64_t now, int result, const char *bytes)
{
	char events[48], how[64];

	if (result == -EINTR || result == -EAGAIN)
		return false;
	if (watch->opt.v[IO_URING_OP] == OP_RECV && result > 0) {
		watch_data(watch, bytes, result);
		return false;
	}
	if (watch->opt.v[IO_URING_OP] == OP_RECV || result < 0) {
		watch_saw(watch, now, "io_uring recv", result < 0 ? -1 : result, -result);
		return true;
	}
	snprintf(how, sizeof(how), "io_uring poll=%s",
		 ready_events((unsigned int)result, "POLL", events, sizeof(events)));
	return ready_recv(watch, how);
}

/* Hands the request over and waits for its completion: 0 and *result, or -errno; *now_ns either way. */
static int complete(struct watch *watch, int *result, int64_t *now_ns)
{
	int ret = 0;

	while ((ret == 0 || ret == -EINTR) && !ring_take(watch->own, result)) {
		ret = ring_wait(watch->own);
		*now_ns = clock_now_ns();
		atomic_fetch_add(&watch->wakeups, 1);
	}
	return ret == -EINTR ? 0 : ret;
}

/* The connect itself is handed over, and its completion is what connect(2) would have returned. */
static bool connect_whole(struct watch *watch)
{
	struct io_uring_sqe *sqe = ring_request(watch->own);
	int64_t now = 0;
	int result, ret;

	attempt_blocks(watch, true);
	sqe->opcode = IORING_OP_CONNECT;
	sqe->fd = watch->fd;
	sqe->addr = (uintptr_t)&watch->to;
	sqe->off = watch->to_len;
	ret = complete(watch, &result, &now);
	if (ret == 0 && result == 0)
		return false;
	watch_saw(watch, now, ret ? "io_uring_enter" : "io_uring connect", -1, ret ? -ret : -result);
	return true;
}

/* A connect(2) that does not block, then a poll for POLLOUT. */
static bool connect_poll(struct watch *watch)
{
	int begun = attempt_start(watch), result, ret;
	struct io_uring_sqe *sqe;
	char events[48], how[64];
	int64_t now = 0;

	if (begun <= 0)
		return begun < 0;
	sqe = ring_request(watch->own);
	sqe->opcode = IORING_OP_POLL_ADD;
	sqe->fd = watch->fd;
	sqe->poll32_events = POLLOUT;
	ret = complete(watch, &result, &now);
	if (ret) {
		watch_saw(watch, now, "io_uring_enter", -1, -ret);
		return true;
	}
	snprintf(how, sizeof(how), "io_uring poll=%s",
		 ready_events((unsigned int)result, "POLL", events, sizeof(events)));
	return attempt_ended(watch, now, how);
}

static bool io_uring_connect(struct watch *watch)
{
	return watch->opt.v[IO_URING_OP] == OP_RECV ? connect_whole(watch) : connect_poll(watch);
}

static void io_uring_watch(struct watch *watch)
{
	struct ring *ring = watch->own;
	char bytes[4096];
	int64_t now = 0;
	int result, ret;

	do {
		ask(watch, bytes, sizeof(bytes));
		ret = complete(watch, &result, &now);
		if (ret) {
			watch_saw(watch, now, "io_uring_enter", -1, -ret);
			break;
		}
	} while (!answered(watch, now, result, bytes));
	ring_close(ring);
	free(ring);
}

const struct method method_io_uring = {
	.name = "io_uring",
	.about = "io_uring(7): a receive or a poll handed to the kernel; 0 or an error is the end",
	.options = io_uring_rows,
	.reads = true,
	.needs = FACT_BIT(FACT_IO_URING),
	.arm = io_uring_arm,
	.connect = io_uring_connect,
	.watch = io_uring_watch,
	.period_ns = ready_period_ns,
	.window = ready_window,
};
