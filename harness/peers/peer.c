/* SPDX-License-Identifier: MIT */
/*
 * The peer: the end that is watched. It answers pings and requests, sends the beacons that a
 * connection's method expects and the traffic that is the peer's, and does to every connection
 * what it is told. One thread, so that stopping the process stops all of it at one moment.
 *
 * Each connection's schedule is absolute, from the moment it stood. A peer that was stopped sends
 * one overdue message and falls in with its schedule again.
 *
 * A connection that ends is dropped and no more is said of it: the observer is the one to judge. Nor is
 * a lab told that one began, which it knows from the observer: to read that costs it a wake-up each.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "peers/interrupt.h"
#include "peers/roles.h"
#include "peers/station.h"

struct peer {
	int64_t writes_ns; /* traffic: 0: the peer sends none */
	char message;
};

static void drop(struct station *st, int conn)
{
	struct link *link = &st->link[conn];

	close(link->fd);
	link->fd = -1;
	link->polled = 0;
}

/* EPIPE: it has shut down its own sending half, and goes on reading. Any other end of the connection
 * is seen by the reading half too. */
static void send_one(struct station *st, int conn, char message, int size)
{
	if (watch_send(st->link[conn].fd, message, size) < 0 && errno != EAGAIN && errno != EPIPE)
		drop(st, conn);
}

static int64_t beacon_ns(const struct station *st, int conn)
{
	const struct args_conn *c = &st->args->conns[conn];

	return c->method->beacon_ns ? c->method->beacon_ns(&c->opt) : 0;
}

static int peer_stands(struct station *st, int conn, int64_t stood_ns, struct err *err)
{
	const struct peer *peer = st->state;
	int64_t now = clock_now_ns(), beacon = beacon_ns(st, conn);
	struct event armed = { .kind = EVENT_ARMED, .conn = conn, .from_ns = stood_ns, .at_ns = now };
	bool by_hand = st->args->events < 0;
	int ret = 0;

	if (st->args->traffic == TRAFFIC_HALF_CLOSED)
		shutdown(st->link[conn].fd, SHUT_WR);
	if (st->args->traffic != TRAFFIC_STALLED)
		ret = station_poll(st, conn, EPOLLIN, err);
	if (!ret && beacon)
		ret = station_due(st, (struct due){ now + beacon, conn, DUE_BEACON }, err);
	if (!ret && peer->writes_ns)
		ret = station_due(st, (struct due){ now + peer->writes_ns, conn, DUE_TRAFFIC }, err);
	return ret || !by_hand ? ret : station_say(st, &armed, err);
}

/* In the order of what is asked; most bytes ask nothing. */
static void answer(struct station *st, int conn, const char *bytes, size_t n)
{
	const char *end = bytes + n;
	const char *ping = memchr(bytes, MSG_PING, n), *request = memchr(bytes, MSG_REQUEST, n);

	while ((ping || request) && st->link[conn].fd >= 0) {
		if (ping && (!request || ping < request)) {
			send_one(st, conn, MSG_PONG, 1);
			ping = memchr(ping + 1, MSG_PING, (size_t)(end - ping - 1));
		} else {
			send_one(st, conn, MSG_ANSWER, st->args->size);
			request = memchr(request + 1, MSG_REQUEST, (size_t)(end - request - 1));
		}
	}
}

static int peer_ready(struct station *st, int conn, uint32_t events, struct err *err)
{
	char bytes[4096];

	(void)events;
	(void)err;
	while (st->link[conn].fd >= 0) {
		ssize_t n = recv(st->link[conn].fd, bytes, sizeof(bytes), MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return 0;
		if (n <= 0) {
			drop(st, conn);
			return 0;
		}
		answer(st, conn, bytes, (size_t)n);
		/* That was all there was; what has come since, the end too, epoll tells. */
		if (n < (ssize_t)sizeof(bytes))
			return 0;
	}
	return 0;
}

static int peer_due(struct station *st, const struct due *due, struct err *err)
{
	const struct peer *peer = st->state;
	bool beacon = due->what == DUE_BEACON;
	int64_t period = beacon ? beacon_ns(st, due->conn) : peer->writes_ns;
	char message = peer->message;
	struct due next = *due;

	if (st->link[due->conn].fd < 0)
		return 0;
	if (beacon)
		message = MSG_BEACON;
	send_one(st, due->conn, message, beacon ? 1 : st->args->size);
	next.at_ns = due_after(due->at_ns, period, clock_now_ns());
	return station_due(st, next, err);
}

/* What the fault is, stamped right around the call. */
static void act(struct station *st, int conn, enum command_kind kind, struct event *fault)
{
	struct linger hard = { .l_onoff = 1, .l_linger = 0 };
	int fd = st->link[conn].fd;

	if (kind == COMMAND_RESET)
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
	fault->from_ns = clock_now_ns();
	if (kind == COMMAND_SHUTDOWN)
		shutdown(fd, SHUT_WR);
	else
		close(fd);
	fault->at_ns = clock_now_ns();
	if (kind != COMMAND_SHUTDOWN)
		st->link[conn] = (struct link){ .fd = -1, .stood = true };
}

/* From here on what arrives stays in the kernel. */
static int stall(struct station *st, int conn, struct event *fault, struct err *err)
{
	int ret;

	fault->from_ns = clock_now_ns();
	ret = station_poll(st, conn, 0, err);
	fault->at_ns = clock_now_ns();
	return ret;
}

static int resume(struct station *st, struct err *err)
{
	int ret = 0;

	for (int i = 0; i < st->args->n_conns && !ret; i++) {
		if (st->link[i].fd >= 0)
			ret = station_poll(st, i, EPOLLIN, err);
	}
	return ret;
}

/* With nothing left for the kernel to finish: neither FIN nor TIME-WAIT. */
static _Noreturn void vanish(const struct station *st)
{
	const struct linger hard = { .l_onoff = 1, .l_linger = 0 };

	for (int i = 0; i < st->args->n_conns; i++) {
		if (st->link[i].fd >= 0)
			setsockopt(st->link[i].fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
	}
	_exit(0);
}

static int peer_command(struct station *st, const struct command *command, struct err *err)
{
	struct event done = { .kind = EVENT_DONE, .conn = NO_CONN, .from_ns = clock_now_ns() };

	if (command->kind == COMMAND_REPORT)
		return err_set(err, EPROTO, "the peer has nothing to report");
	if (command->kind == COMMAND_VANISH)
		vanish(st);
	if (command->kind == COMMAND_RESUME)
		return resume(st, err);
	for (int i = 0; i < st->args->n_conns; i++) {
		struct event fault = { .kind = EVENT_FAULT, .conn = i };
		int ret = 0;

		if (st->link[i].fd < 0)
			continue;
		if (command->kind == COMMAND_STALL)
			ret = stall(st, i, &fault, err);
		else
			act(st, i, command->kind, &fault);
		if (!ret)
			ret = station_say(st, &fault, err);
		if (ret)
			return ret;
	}
	done.at_ns = clock_now_ns();
	return station_say(st, &done, err);
}

static const struct station_role peer_role = {
	.stands = peer_stands,
	.ready = peer_ready,
	.due = peer_due,
	.command = peer_command,
};

int peer_run(const struct args *args, struct err *err)
{
	struct situation situation = { .observer = args_observer_side(args),
				       .traffic = args->traffic };
	struct peer peer = {
		.writes_ns = situation_peer_writes_ns(&situation),
		.message = args->traffic == TRAFFIC_REQUEST ? MSG_REQUEST : MSG_DATA,
	};
	static atomic_uint interrupted; /* a signal ends no call of the peer for good: nobody asks */
	struct station st;
	int ret;

	interrupt_here(&interrupted);
	ret = station_open(&st, args, &peer_role, &peer, err);

	if (!ret)
		ret = station_run(&st, err);
	station_close(&st);
	return ret;
}
