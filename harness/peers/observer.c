/* SPDX-License-Identifier: MIT */
/*
 * The observer: the end that watches. The main thread makes the connections, sends the observer's
 * own traffic and reads for those methods that do not read. Each connection has a thread in which
 * its method runs (watched.c), so that methods block as their users' programs do.
 *
 * An error that TCP puts on a socket is given out once (SO_ERROR, socket(7)), and it belongs to the
 * method: the program looks at the state before it writes, reads nothing from a socket that epoll
 * calls broken, and where an error is still taken in between says so beside what the method saw.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "peers/roles.h"
#include "peers/station.h"
#include "peers/watched.h"

struct observer {
	struct station st;
	struct watched *watched;
	int inbox[2];      /* the threads write the index of a connection that needs the main thread */
	int64_t writes_ns; /* traffic: 0: the observer sends none */
	char message;
};

/* @stood_ns: 0: it does not stand yet. */
static int watch_link(struct station *st, int conn, int64_t stood_ns, struct err *err)
{
	struct observer *observer = st->state;
	const struct args_conn *c = &st->args->conns[conn];
	struct watched *w = &observer->watched[conn];

	w->voice = &st->voice;
	w->inbox = observer->inbox[1];
	w->waited_for = !c->method->reads || observer->writes_ns;
	w->stood_ns = stood_ns;
	w->watch.fd = st->link[conn].fd;
	w->watch.index = (unsigned int)conn;
	w->watch.method = c->method;
	w->watch.opt = c->opt;
	w->watch.side = st->args->side;
	w->watch.traffic = st->args->traffic;
	w->watch.size = st->args->size;
	w->watch.to = st->args->addr;
	w->watch.to_len = st->args->addr_len;
	return watched_start(w, err);
}

static int observer_stands(struct station *st, int conn, int64_t stood_ns, struct err *err)
{
	int fd = st->link[conn].fd;

	if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK) < 0)
		return err_sys(err, errno, "connection %d: blocking mode", conn);
	return watch_link(st, conn, stood_ns, err);
}

static int observer_connects(struct station *st, int conn, struct err *err)
{
	return watch_link(st, conn, 0, err);
}

static int armed(struct station *st, int conn, struct err *err)
{
	const struct observer *observer = st->state;
	const struct watched *w = &observer->watched[conn];
	int ret = 0;

	if (atomic_load(&w->phase) == WATCHED_FAILED) {
		*err = w->err;
		return err_prefix(err, -EIO, "connection %d, %s", conn, w->watch.method->name);
	}
	if (!w->watch.method->reads)
		ret = station_poll(st, conn, EPOLLIN, err);
	if (!ret && observer->writes_ns)
		ret = station_due(st,
				  (struct due){ w->watch.armed_ns + observer->writes_ns, conn,
						DUE_TRAFFIC },
				  err);
	return ret;
}

static int observer_inbox(struct station *st, struct err *err)
{
	const struct observer *observer = st->state;
	int conns[256];
	ssize_t n = read(observer->inbox[0], conns, sizeof(conns));
	int ret = 0;

	for (ssize_t i = 0; i < n / (ssize_t)sizeof(conns[0]) && !ret; i++)
		ret = armed(st, conns[i], err);
	return ret;
}

/* For a method that does not read. */
static int observer_ready(struct station *st, int conn, uint32_t events, struct err *err)
{
	struct observer *observer = st->state;
	struct watch *watch = &observer->watched[conn].watch;
	char bytes[4096];
	ssize_t n;

	if (events & (EPOLLERR | EPOLLHUP))
		return station_poll(st, conn, 0, err);
	n = recv(watch->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
	if (n > 0) {
		watch_data(watch, bytes, n);
		return 0;
	}
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n < 0)
		atomic_store(&watch->took, errno);
	return station_poll(st, conn, 0, err);
}

static int observer_due(struct station *st, const struct due *due, struct err *err)
{
	struct observer *observer = st->state;
	struct watched *w = &observer->watched[due->conn];
	struct due next = *due;

	if (atomic_load(&w->phase) != WATCHED_ARMED || !watch_write(&w->watch, observer->message))
		return 0;
	next.at_ns = due_after(due->at_ns, observer->writes_ns, clock_now_ns());
	return station_due(st, next, err);
}

static struct event report_of(struct observer *observer, int conn)
{
	struct watched *w = &observer->watched[conn];
	struct event report = { .kind = EVENT_REPORT, .conn = conn, .from_ns = w->watch.armed_ns };
	enum watched_phase phase = atomic_load(&w->phase);

	report.at_ns = phase == WATCHED_ENDED ? w->ended_ns : clock_now_ns();
	if (phase == WATCHED_ENDED)
		report.cost = w->cost;
	else if (phase == WATCHED_ARMED)
		watched_cost(w, &report.cost);
	return report;
}

static int observer_command(struct station *st, const struct command *command, struct err *err)
{
	struct event said[EVENT_BATCH];
	int64_t from_ns = clock_now_ns();
	int n = 0, ret = 0;

	if (command->kind != COMMAND_REPORT)
		return err_set(err, EPROTO, "the observer does not end connections");
	for (int i = 0; i < st->args->n_conns && !ret; i++) {
		said[n++] = report_of(st->state, i);
		if (n == EVENT_BATCH) {
			ret = station_say_all(st, said, n, err);
			n = 0;
		}
	}
	said[n] = (struct event){ .kind = EVENT_DONE, .conn = NO_CONN, .from_ns = from_ns };
	said[n].at_ns = clock_now_ns();
	return ret ? ret : station_say_all(st, said, n + 1, err);
}

static const struct station_role observer_role = {
	.stands = observer_stands,
	.connects = observer_connects,
	.ready = observer_ready,
	.due = observer_due,
	.command = observer_command,
	.inbox = observer_inbox,
};

/*
 * The threads live as long as the process, and blocked in calls that nothing ends: so what they
 * use is not freed here, and the process ends right after.
 */
int observer_run(const struct args *args, struct err *err)
{
	struct situation situation = { .observer = args->side, .traffic = args->traffic };
	static struct observer the_observer;
	struct observer *observer = &the_observer;
	int ret;

	observer->watched = calloc((size_t)args->n_conns, sizeof(*observer->watched));
	if (!observer->watched)
		return err_sys(err, ENOMEM, "%d connections", args->n_conns);
	observer->writes_ns = situation_observer_writes_ns(&situation);
	observer->message = args->traffic == TRAFFIC_REQUEST ? MSG_REQUEST : MSG_DATA;
	if (pipe2(observer->inbox, O_CLOEXEC) < 0)
		return err_sys(err, errno, "a pipe");
	ret = station_open(&observer->st, args, &observer_role, observer, err);
	if (!ret)
		ret = station_inbox(&observer->st, observer->inbox[0], err);
	return ret ? ret : station_run(&observer->st, err);
}
