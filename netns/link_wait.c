/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "netns/link.h"

/*
 * A notification only says "look again": whatever arrived, and even if the socket overflowed, the
 * state that counts is the one read afterwards. Carrier alone is not enough: until Linux 6.8 a
 * query may show a new carrier before linkwatch has switched the qdisc to match, and what is sent
 * in between is lost. IFF_RUNNING follows in the same critical section as the qdisc.
 */

static int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

static int subscribe(struct netns *ns, struct err *err)
{
	const struct sockaddr_nl groups = {
		.nl_family = AF_NETLINK,
		.nl_groups = RTMGRP_LINK,
	};
	int fd;

	fd = netns_socket(ns, AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK, NETLINK_ROUTE, err);
	if (fd < 0)
		return fd;
	if (bind(fd, (const struct sockaddr *)&groups, sizeof(groups))) {
		int ret = err_sys(err, errno, "cannot subscribe to link notifications");

		close(fd);
		return ret;
	}
	return fd;
}

/* 0: something was told; -ETIMEDOUT; or another error. */
static int wait_told(int fd, int64_t deadline_ns)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	int64_t left = deadline_ns - now_ns();
	struct timespec ts;
	char dump[64];
	int n;

	if (left < 0)
		left = 0;
	ts.tv_sec = left / INT64_C(1000000000);
	ts.tv_nsec = left % INT64_C(1000000000);
	n = ppoll(&pfd, 1, &ts, NULL);
	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	if (!n)
		return -ETIMEDOUT;
	/* Truncated on purpose: the rest of each datagram is thrown away. */
	while (recv(fd, dump, sizeof(dump), MSG_TRUNC) >= 0 || errno == ENOBUFS)
		;
	return 0;
}

int link_wait_carrier(struct netns *ns, const char *name, bool carrier, int64_t timeout_ns,
		      struct err *err)
{
	const int64_t deadline_ns = now_ns() + timeout_ns;
	struct link_state st;
	int fd, ret;

	fd = subscribe(ns, err);
	if (fd < 0)
		return fd;
	for (;;) {
		ret = link_get(ns, name, &st, err);
		if (ret || (st.carrier == carrier && st.running == carrier))
			break;
		ret = wait_told(fd, deadline_ns);
		if (ret == -ETIMEDOUT)
			ret = err_set(err, ETIMEDOUT, "%s still has %s after %g ms", name,
				      carrier ? "no carrier" : "a carrier",
				      (double)timeout_ns / 1e6);
		else if (ret)
			ret = err_sys(err, -ret, "cannot wait for the carrier of %s", name);
		if (ret)
			break;
	}
	close(fd);
	return ret;
}
