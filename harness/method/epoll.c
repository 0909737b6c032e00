/* SPDX-License-Identifier: MIT */
/*
 * epoll_wait(2): EPOLLRDHUP, EPOLLHUP or EPOLLERR is the end, without reading. Only EPOLLIN alone is
 * read. That is how event loops do it, and why data that came before the FIN may be thrown away.
 * What the error was is asked of SO_ERROR, which takes it off the socket (socket(7)).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "method/attempt.h"
#include "method/ready.h"

static int epoll_arm(struct watch *watch, struct err *err)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLRDHUP };

	watch->own_fd = epoll_create1(EPOLL_CLOEXEC);
	if (watch->own_fd < 0)
		return err_sys(err, errno, "epoll_create1");
	if (epoll_ctl(watch->own_fd, EPOLL_CTL_ADD, watch->fd, &event) < 0)
		return err_sys(err, errno, "epoll_ctl(EPOLL_CTL_ADD)");
	return 0;
}

static void epoll_end(struct watch *watch, int64_t now, unsigned int events)
{
	char text[64];
	int err = 0;
	socklen_t len = sizeof(err);

	if (events & EPOLLERR)
		getsockopt(watch->fd, SOL_SOCKET, SO_ERROR, &err, &len);
	watch->dead_ns = now;
	watch->saw_errno = err;
	snprintf(watch->saw, sizeof(watch->saw), "epoll_wait=%s%s%s",
		 ready_events(events, "EPOLL", text, sizeof(text)), err ? " SO_ERROR=" : "",
		 err ? strerrorname_np(err) : "");
}

/* EPOLLOUT, and from then on the events of a connection that stands. */
static bool epoll_connect(struct watch *watch)
{
	struct epoll_event out = { .events = EPOLLOUT }, in = { .events = EPOLLIN | EPOLLRDHUP }, got;
	int ret = attempt_start(watch), n, err;
	char text[64], how[80];
	int64_t now;

	if (ret <= 0)
		return ret < 0;
	epoll_ctl(watch->own_fd, EPOLL_CTL_MOD, watch->fd, &out);
	do {
		n = epoll_wait(watch->own_fd, &got, 1, -1);
		err = errno;
		now = clock_now_ns();
		atomic_fetch_add(&watch->wakeups, 1);
	} while (n < 0 && err == EINTR);
	snprintf(how, sizeof(how), "epoll_wait=%s",
		 n == 1 ? ready_events(got.events, "EPOLL", text, sizeof(text)) : strerrorname_np(err));
	if (attempt_ended(watch, now, how))
		return true;
	epoll_ctl(watch->own_fd, EPOLL_CTL_MOD, watch->fd, &in);
	return false;
}

static void epoll_watch(struct watch *watch)
{
	struct epoll_event event = { 0 };

	for (;;) {
		int n = epoll_wait(watch->own_fd, &event, 1, -1);
		int err = errno;
		int64_t now = clock_now_ns();

		atomic_fetch_add(&watch->wakeups, 1);
		if (n < 0 && err == EINTR)
			continue;
		if (n < 0) {
			watch_saw(watch, now, "epoll_wait", n, err);
			break;
		}
		if (event.events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) {
			epoll_end(watch, now, event.events);
			break;
		}
		if (ready_recv(watch, "epoll_wait=EPOLLIN"))
			break;
	}
	close(watch->own_fd);
}

const struct method method_epoll = {
	.name = "epoll",
	.about = "epoll_wait(2): EPOLLRDHUP, EPOLLHUP or EPOLLERR is the end",
	.options = (const struct opt[]){ { 0 } },
	.reads = true,
	.arm = epoll_arm,
	.connect = epoll_connect,
	.watch = epoll_watch,
	.period_ns = ready_period_ns,
	.window = ready_window,
};
