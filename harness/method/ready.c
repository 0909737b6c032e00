/* SPDX-License-Identifier: MIT */
#include "method/ready.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "theory/tcp.h"

char *ready_events(unsigned int events, const char *prefix, char *buf, size_t size)
{
	static const struct {
		unsigned int bit;
		const char *name;
	} names[] = {
		{ POLLIN, "IN" },   { POLLPRI, "PRI" }, { POLLOUT, "OUT" },
		{ POLLERR, "ERR" }, { POLLHUP, "HUP" }, { POLLRDHUP, "RDHUP" },
	};
	size_t at = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && at < size; i++) {
		if (events & names[i].bit)
			at += (size_t)snprintf(buf + at, size - at, "%s%s%s", at ? "|" : "", prefix,
					       names[i].name);
	}
	return buf;
}

bool ready_recv(struct watch *watch, const char *how)
{
	char bytes[4096], call[SAW_MAX - 24];

	for (;;) {
		ssize_t n = recv(watch->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
		int err = errno;
		int64_t now = clock_now_ns();

		if (n > 0) {
			watch_data(watch, bytes, n);
			return false;
		}
		if (n < 0 && err == EINTR)
			continue;
		if (n < 0 && err == EAGAIN)
			return false;
		snprintf(call, sizeof(call), "%s recv", how);
		watch_saw(watch, now, call, n, err);
		return true;
	}
}

void ready_window(const struct opt_values *opt, const struct situation *situation,
		  struct window *window)
{
	(void)opt;
	tcp_readable_end(situation, &(struct tcp_options){ 0 }, window);
}

int64_t ready_period_ns(const struct opt_values *opt, const struct situation *situation)
{
	(void)opt;
	(void)situation;
	return 0;
}
