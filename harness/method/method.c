/* SPDX-License-Identifier: MIT */
#include "method/method.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define METHOD_ENTRY(name) &method_##name,
const struct method *const method_table[] = { METHOD_TABLE(METHOD_ENTRY) NULL };

const struct method *method_find(const char *name)
{
	for (const struct method *const *m = method_table; *m; m++) {
		if (!strcmp((*m)->name, name))
			return *m;
	}
	return NULL;
}

int method_refuses(const struct method *method, enum traffic traffic, struct err *err)
{
	if (traffic != TRAFFIC_CONNECTING || method->connect)
		return 0;
	return err_set(err, EINVAL,
		       "%s needs a connection that stands, and with traffic: connecting none does yet; "
		       "write traffic: idle, or a method that waits for connect(2), such as recv or poll",
		       method->name);
}

const char *watch_state_name(int state)
{
	/* include/net/tcp_states.h; the values are part of the ABI of TCP_INFO. */
	static const char *const names[] = {
		[TCP_ESTABLISHED] = "ESTABLISHED", [TCP_SYN_SENT] = "SYN_SENT",
		[TCP_SYN_RECV] = "SYN_RECV",	   [TCP_FIN_WAIT1] = "FIN_WAIT1",
		[TCP_FIN_WAIT2] = "FIN_WAIT2",	   [TCP_TIME_WAIT] = "TIME_WAIT",
		[TCP_CLOSE] = "CLOSE",		   [TCP_CLOSE_WAIT] = "CLOSE_WAIT",
		[TCP_LAST_ACK] = "LAST_ACK",	   [TCP_LISTEN] = "LISTEN",
		[TCP_CLOSING] = "CLOSING",
	};

	if (state < 0 || state >= (int)(sizeof(names) / sizeof(names[0])) || !names[state])
		return "";
	return names[state];
}

void watch_saw(struct watch *watch, int64_t at_ns, const char *call, long ret, int err)
{
	watch->dead_ns = at_ns;
	watch->saw_errno = ret < 0 ? err : 0;
	if (ret < 0) {
		const char *name = strerrorname_np(err);

		snprintf(watch->saw, sizeof(watch->saw), "%s=%ld %s", call, ret, name ? name : "?");
	} else {
		snprintf(watch->saw, sizeof(watch->saw), "%s=%ld", call, ret);
	}
}

int watch_new_own(struct watch *watch, size_t size, struct err *err)
{
	watch->own = calloc(1, size);
	return watch->own ? 0 : err_sys(err, ENOMEM, "what %s remembers", watch->method->name);
}

void watch_free_own(struct watch *watch)
{
	free(watch->own);
	watch->own = NULL;
}

ssize_t watch_send(int fd, char message, int size)
{
	static char rest[TRAFFIC_SIZE_MAX - 1] = { [0 ... TRAFFIC_SIZE_MAX - 2] = MSG_DATA };
	struct iovec parts[] = { { &message, 1 }, { rest, (size_t)size - 1 } };
	struct msghdr msg = { .msg_iov = parts, .msg_iovlen = size > 1 ? 2 : 1 };

	return sendmsg(fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
}

bool watch_write(struct watch *watch, char message)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);

	if (getsockopt(watch->fd, IPPROTO_TCP, TCP_INFO, &info, &len) < 0)
		return false;
	if (info.tcpi_state != TCP_ESTABLISHED && info.tcpi_state != TCP_CLOSE_WAIT)
		return false;
	if (watch_send(watch->fd, message, watch->size ? watch->size : 1) < 0 && errno != EAGAIN) {
		atomic_store(&watch->took, errno);
		return false;
	}
	return true;
}

void watch_data(struct watch *watch, const char *bytes, long n)
{
	const char *end = bytes + n, *at;

	if (watch->side != SIDE_SERVER || watch->traffic != TRAFFIC_REQUEST)
		return;
	at = memchr(bytes, MSG_REQUEST, (size_t)n);
	while (at && watch_write(watch, MSG_ANSWER))
		at = memchr(at + 1, MSG_REQUEST, (size_t)(end - at - 1));
}
