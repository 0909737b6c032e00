/* SPDX-License-Identifier: MIT */
/*
 * sock_diag(7), SKNLGRP_INET_TCP_DESTROY: the kernel tells when it destroys a TCP socket. Dead when
 * that is the connection's own, known by its cookie (SO_COOKIE).
 *
 * It sounds like what a watcher wants and is not: the message is sent when the last reference goes
 * (net/core/sock.c: __sk_free), and the descriptor of the program is one. A connection that was
 * reset, or that a timer of TCP's ended, is closed but not destroyed until the program closes it.
 * So whoever holds the connection never hears of it before it acts itself; `ss -E` and its like hear
 * of other programs' connections.
 */
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "method/attempt.h"
#include "method/method.h"
#include "netns/monitor.h"

static int sock_diag_arm(struct watch *watch, struct err *err)
{
	int fd = monitor_open(NETLINK_SOCK_DIAG, 1U << (SKNLGRP_INET_TCP_DESTROY - 1) |
							 1U << (SKNLGRP_INET6_TCP_DESTROY - 1),
			      err);

	if (fd < 0)
		return fd;
	watch->own_fd = fd;
	return 0;
}

static bool told(const struct nlmsghdr *hdr, uint64_t cookie)
{
	const struct inet_diag_msg *diag = NLMSG_DATA(hdr);
	const uint32_t *half;

	if (hdr->nlmsg_type != SOCK_DIAG_BY_FAMILY || hdr->nlmsg_len < NLMSG_LENGTH(sizeof(*diag)))
		return false;
	half = diag->id.idiag_cookie;
	return ((uint64_t)half[1] << 32 | half[0]) == cookie;
}

/* True when the connection's socket was destroyed, or nothing can be heard; saw is written. */
static bool hear(struct watch *watch, uint64_t cookie)
{
	union {
		struct nlmsghdr hdr;
		char bytes[8192];
	} in;
	ssize_t n = recv(watch->own_fd, &in, sizeof(in), 0);
	int err = errno;
	int64_t now = clock_now_ns();

	atomic_fetch_add(&watch->wakeups, 1);
	if (n < 0 && err != EINTR && err != ENOBUFS) {
		watch_saw(watch, now, "recv(netlink)", n, err);
		return true;
	}
	for (struct nlmsghdr *h = &in.hdr; n > 0 && NLMSG_OK(h, (size_t)n); h = NLMSG_NEXT(h, n)) {
		if (!told(h, cookie))
			continue;
		watch->dead_ns = now;
		watch->saw_errno = 0;
		snprintf(watch->saw, sizeof(watch->saw), "sock_diag destroyed");
		return true;
	}
	return false;
}

static void sock_diag_watch(struct watch *watch)
{
	uint64_t cookie = 0;
	socklen_t len = sizeof(cookie);

	if (getsockopt(watch->fd, SOL_SOCKET, SO_COOKIE, &cookie, &len) < 0) {
		watch_saw(watch, clock_now_ns(), "getsockopt(SO_COOKIE)", -1, errno);
	} else {
		while (!hear(watch, cookie))
			;
	}
	close(watch->own_fd);
}

static int64_t sock_diag_period_ns(const struct opt_values *opt, const struct situation *situation)
{
	(void)opt;
	(void)situation;
	return 0;
}

static void sock_diag_window(const struct opt_values *opt, const struct situation *situation,
			     struct window *window)
{
	(void)opt;
	(void)situation;
	window_never(window, "a socket is destroyed when its last reference goes, and the watching "
			     "program holds one (net/core/sock.c: __sk_free)");
}

const struct method method_sock_diag = {
	.name = "sock_diag",
	.about = "SOCK_DIAG destroy events: dead when the kernel destroys the socket",
	.options = (const struct opt[]){ { 0 } },
	.needs = FACT_BIT(FACT_SOCK_DIAG),
	.arm = sock_diag_arm,
	.connect = attempt_unseen,
	.watch = sock_diag_watch,
	.period_ns = sock_diag_period_ns,
	.window = sock_diag_window,
};
