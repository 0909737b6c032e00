/* SPDX-License-Identifier: MIT */
#include "method/read.h"

#include <errno.h>
#include <sys/socket.h>

#include "base/clock.h"

void read_until_end(struct watch *watch)
{
	char bytes[4096];

	for (;;) {
		ssize_t n = recv(watch->fd, bytes, sizeof(bytes), 0);
		int err = errno;
		int64_t now = clock_now_ns();

		atomic_fetch_add(&watch->wakeups, 1);
		if (n > 0) {
			watch_data(watch, bytes, n);
		} else if (n == 0 || err != EINTR) {
			watch_saw(watch, now, "recv", n, err);
			return;
		}
	}
}

bool read_available(struct watch *watch,
		    void (*take)(void *arg, const char *bytes, ssize_t n, int64_t now), void *arg)
{
	char bytes[4096];

	for (;;) {
		ssize_t n = recv(watch->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
		int err = errno;
		int64_t now = clock_now_ns();

		if (n < 0 && err == EAGAIN)
			return true;
		if (n < 0 && err == EINTR)
			continue;
		if (n <= 0) {
			watch_saw(watch, now, "recv", n, err);
			return false;
		}
		if (take)
			take(arg, bytes, n, now);
		watch_data(watch, bytes, n);
	}
}
