/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "netns/facts_net.h"
#include "netns/monitor.h"

/* The message comes from a work queue (net/core/sock_diag.c), at once. */
enum { TOLD_MS = 2000 };

static int open_and_close(void *arg, struct err *err)
{
	struct pollfd told = { .events = POLLIN };
	int fd, n;

	(void)arg;
	told.fd = monitor_open(NETLINK_SOCK_DIAG, 1U << (SKNLGRP_INET_TCP_DESTROY - 1), err);
	if (told.fd < 0)
		return told.fd;
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0)
		close(fd);
	do
		n = poll(&told, 1, fd < 0 ? 0 : TOLD_MS);
	while (n < 0 && errno == EINTR);
	close(told.fd);
	if (n != 1)
		return err_set(err, EOPNOTSUPP, "the kernel did not tell that a TCP socket was destroyed");
	return 0;
}

int facts_net_sock_diag(struct netns *a, struct netns *b, struct err *err)
{
	(void)b;
	return netns_within(a, open_and_close, NULL, err);
}
