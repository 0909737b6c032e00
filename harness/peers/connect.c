/* SPDX-License-Identifier: MIT */
/*
 * Connections of both programs. The client binds connection i to port bind_port + i, so that the
 * server knows its index from the peer's port and no byte of the stream is spent on it. By hand a
 * server takes any client: one from another port gets the lowest free index. In a lab (--events) it is
 * a method's own attempt, and closed.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "peers/station.h"

/* A SYN that is lost is sent again after 1, 3, 7, 15, 31 s (tcp(7)): a lossy path may need that. */
#define CONNECT_LIMIT_NS (60 * NS_PER_S)

enum { CONNECT_BACKLOG = 4096 };

static void set_port(struct sockaddr_storage *addr, int port)
{
	if (addr->ss_family == AF_INET)
		((struct sockaddr_in *)addr)->sin_port = htons((uint16_t)port);
	else
		((struct sockaddr_in6 *)addr)->sin6_port = htons((uint16_t)port);
}

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static int get_port(const union address *addr)
{
	return ntohs(addr->any.sa_family == AF_INET ? addr->v4.sin_port : addr->v6.sin6_port);
}

static int new_socket(const struct args *args, struct err *err)
{
	int one = 1, fd;

	fd = socket(args->addr.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return err_sys(err, errno, "a socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	return fd;
}

int connect_listen(struct station *st, struct err *err)
{
	const struct args *args = st->args;
	int fd = new_socket(args, err);

	if (fd < 0)
		return fd;
	st->listener = fd;
	if (bind(fd, (const struct sockaddr *)&args->addr, args->addr_len) < 0)
		return err_sys(err, errno, "bind to %s", args->address);
	if (listen(fd, CONNECT_BACKLOG) < 0)
		return err_sys(err, errno, "listen on %s", args->address);
	return station_add(st, EPOLL_CTL_ADD, fd, EPOLLIN, TAG_LISTENER, 0, err);
}

/* When the handshake ended, at the latest: its last acknowledgement arrived then. */
static int64_t stood_ns(int fd, int64_t now)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);

	getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len);
	if (info.tcpi_last_ack_recv > 60000)
		return now;
	return now - info.tcpi_last_ack_recv * NS_PER_MS;
}

static void no_delay(int fd)
{
	int one = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
}

static int stands(struct station *st, int conn, int fd, int64_t now, struct err *err)
{
	no_delay(fd);
	st->link[conn].fd = fd;
	st->link[conn].stood = true;
	return st->role->stands(st, conn, stood_ns(fd, now), err);
}

/* The index of a client at @port, or -1. */
static int index_of(const struct station *st, int port)
{
	int conn = port - st->args->bind_port;

	if (conn >= 0 && conn < st->args->n_conns && !st->link[conn].stood)
		return conn;
	if (st->args->events >= 0)
		return -1;
	for (conn = 0; conn < st->args->n_conns; conn++) {
		if (!st->link[conn].stood)
			return conn;
	}
	return -1;
}

int connect_accept(struct station *st, struct err *err)
{
	for (;;) {
		union address from = { 0 };
		socklen_t len = sizeof(from);
		int64_t now = clock_now_ns();
		int fd = accept4(st->listener, &from.any, &len,
				 SOCK_NONBLOCK | SOCK_CLOEXEC);
		int conn, ret;

		if (fd < 0 && (errno == EINTR || errno == ECONNABORTED))
			continue;
		if (fd < 0)
			return errno == EAGAIN ? 0 : err_sys(err, errno, "accept");
		conn = index_of(st, get_port(&from));
		if (conn < 0) {
			close(fd);
			continue;
		}
		ret = stands(st, conn, fd, now, err);
		if (ret < 0)
			return ret;
	}
}

int connect_schedule(struct station *st, int64_t zero_ns, struct err *err)
{
	for (int i = 0; i < st->args->n_conns; i++) {
		struct due due = { .at_ns = zero_ns + st->args->conns[i].offset_ns,
				   .conn = i,
				   .what = DUE_CONNECT };
		int ret = station_due(st, due, err);

		if (ret)
			return ret;
	}
	return 0;
}

/* The role makes the connection, and it may never stand. */
static int hand_over(struct station *st, int conn, struct err *err)
{
	no_delay(st->link[conn].fd);
	return st->role->connects(st, conn, err);
}

static int begin(struct station *st, int conn, struct err *err)
{
	const struct args *args = st->args;
	struct sockaddr_storage own = { .ss_family = args->addr.ss_family };
	int fd = new_socket(args, err), ret;

	if (fd < 0)
		return fd;
	st->link[conn].fd = fd;
	set_port(&own, args->bind_port + conn);
	if (bind(fd, (struct sockaddr *)&own, args->addr_len) < 0)
		return err_sys(err, errno, "connection %d: bind to port %d", conn,
			       args->bind_port + conn);
	if (args->traffic == TRAFFIC_CONNECTING)
		return hand_over(st, conn, err);
	/* First, so that it is ready before whatever follows from it: what the other end's program is
	 * told once it has accepted, and this one as soon as that has said so. */
	ret = station_add(st, EPOLL_CTL_ADD, fd, EPOLLOUT, TAG_CONNECTING, conn, err);
	if (ret)
		return ret;
	if (connect(fd, (const struct sockaddr *)&args->addr, args->addr_len) < 0 &&
	    errno != EINPROGRESS)
		return err_sys(err, errno, "connection %d: connect to %s", conn, args->address);
	return station_due(st,
			   (struct due){ .at_ns = clock_now_ns() + CONNECT_LIMIT_NS,
					 .conn = conn,
					 .what = DUE_LIMIT },
			   err);
}

int connect_due(struct station *st, const struct due *due, struct err *err)
{
	if (due->what == DUE_CONNECT)
		return begin(st, due->conn, err);
	if (st->link[due->conn].stood)
		return 0;
	return err_set(err, ETIMEDOUT, "connection %d: connect to %s took longer than %d s", due->conn,
		       st->args->address, (int)(CONNECT_LIMIT_NS / NS_PER_S));
}

int connect_finish(struct station *st, int conn, struct err *err)
{
	int64_t now = clock_now_ns();
	int fd = st->link[conn].fd, code = 0;
	socklen_t len = sizeof(code);

	getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &len);
	if (code)
		return err_sys(err, code, "connection %d: connect to %s", conn, st->args->address);
	if (station_add(st, EPOLL_CTL_DEL, fd, 0, TAG_CONNECTING, conn, err))
		return -EIO;
	return stands(st, conn, fd, now, err);
}
