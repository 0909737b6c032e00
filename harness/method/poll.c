/* SPDX-License-Identifier: MIT */
/*
 * poll(2) for POLLIN and POLLRDHUP, then recv(2): 0 or an error is the end. POLLERR and POLLHUP are
 * reported unasked. POLLHUP means that both directions are shut, so that a FIN alone does not
 * raise it: it is POLLIN|POLLRDHUP, and readable like data (net/ipv4/tcp.c: tcp_poll).
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>

#include "base/clock.h"
#include "method/attempt.h"
#include "method/ready.h"

static void poll_watch(struct watch *watch)
{
	struct pollfd fd = { .fd = watch->fd, .events = POLLIN | POLLRDHUP };
	char events[48], how[64];

	for (;;) {
		int n = poll(&fd, 1, -1);
		int err = errno;
		int64_t now = clock_now_ns();

		atomic_fetch_add(&watch->wakeups, 1);
		if (n < 0 && err == EINTR)
			continue;
		if (n < 0) {
			watch_saw(watch, now, "poll", n, err);
			return;
		}
		snprintf(how, sizeof(how), "poll=%s",
			 ready_events((unsigned int)fd.revents, "POLL", events, sizeof(events)));
		if (ready_recv(watch, how))
			return;
	}
}

const struct method method_poll = {
	.name = "poll",
	.about = "poll(2) for POLLIN and POLLRDHUP, then recv(2): 0 or an error is the end",
	.options = (const struct opt[]){ { 0 } },
	.reads = true,
	.connect = attempt_poll,
	.watch = poll_watch,
	.period_ns = ready_period_ns,
	.window = ready_window,
};
