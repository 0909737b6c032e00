/* SPDX-License-Identifier: MIT */
/*
 * connect(2), as programs write it. What ends an attempt puts its errno on the socket, wakes who
 * waits for writing with POLLOUT|POLLERR|POLLHUP, and is given out once: by connect(2) itself where
 * it blocks, else by SO_ERROR.
 */
#include "method/attempt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "method/ready.h"

void attempt_blocks(struct watch *watch, bool blocks)
{
	int flags = fcntl(watch->fd, F_GETFL);

	fcntl(watch->fd, F_SETFL, blocks ? flags & ~O_NONBLOCK : flags | O_NONBLOCK);
}

bool attempt_ended(struct watch *watch, int64_t now_ns, const char *how)
{
	int error = 0;
	socklen_t len = sizeof(error);

	if (getsockopt(watch->fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
		error = errno;
	if (!error) {
		attempt_blocks(watch, true);
		return false;
	}
	watch->dead_ns = now_ns;
	watch->saw_errno = error;
	snprintf(watch->saw, sizeof(watch->saw), "connect %s SO_ERROR=%s", how, strerrorname_np(error));
	return true;
}

/* connect(2) is under way: until poll(2) calls the socket writable. */
static bool wait_writable(struct watch *watch)
{
	struct pollfd fd = { .fd = watch->fd, .events = POLLOUT };
	char events[48], how[64];
	int64_t now;
	int n, err;

	do {
		n = poll(&fd, 1, -1);
		err = errno;
		now = clock_now_ns();
		atomic_fetch_add(&watch->wakeups, 1);
	} while (n < 0 && err == EINTR);
	if (n < 0) {
		watch_saw(watch, now, "poll", n, err);
		return true;
	}
	snprintf(how, sizeof(how), "poll=%s",
		 ready_events((unsigned int)fd.revents, "POLL", events, sizeof(events)));
	return attempt_ended(watch, now, how);
}

int attempt_start(struct watch *watch)
{
	int ret = connect(watch->fd, (const struct sockaddr *)&watch->to, watch->to_len);
	int err = errno;

	if (ret == 0)
		return 0;
	if (err == EINPROGRESS || err == EINTR)
		return 1;
	watch_saw(watch, clock_now_ns(), "connect", ret, err);
	return -1;
}

bool attempt_block(struct watch *watch)
{
	int ret;

	attempt_blocks(watch, true);
	ret = attempt_start(watch);
	atomic_fetch_add(&watch->wakeups, 1);
	return ret > 0 ? wait_writable(watch) : ret < 0;
}

bool attempt_poll(struct watch *watch)
{
	int ret = attempt_start(watch);

	return ret > 0 ? wait_writable(watch) : ret < 0;
}

bool attempt_begin(struct watch *watch)
{
	return attempt_start(watch) < 0;
}

bool attempt_unseen(struct watch *watch)
{
	(void)connect(watch->fd, (const struct sockaddr *)&watch->to, watch->to_len);
	return false;
}
