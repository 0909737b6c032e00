/* SPDX-License-Identifier: MIT */
/*
 * The observer: the end that watches. The main thread makes the connections, sends the observer's
 * own traffic and reads for those methods that do not read. Each connection has a thread in which
 * its method runs, so that methods block as their users' programs do. A method that accuses the peer
 * of a connection that still stands, and can tell life when it sees it, goes on: alarm, trust, alarm.
 *
 * An error that TCP puts on a socket is given out once (SO_ERROR, socket(7)), and it belongs to the
 * method: the program looks at the state before it writes, reads nothing from a socket that epoll
 * calls broken, and where an error is still taken in between says so beside what the method saw.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "peers/cost.h"
#include "peers/interrupt.h"
#include "peers/roles.h"
#include "peers/station.h"

#ifdef __SANITIZE_ADDRESS__
enum { THREAD_STACK = 512 << 10 };
#else
enum { THREAD_STACK = 64 << 10 };
#endif

enum phase {
	PHASE_NONE,   /* not armed yet */
	PHASE_ARMED,  /* the method watches, or waits to trust; mark and watch.armed_ns are set */
	PHASE_ENDED,  /* its last alarm is for good; ended_ns and cost are set */
	PHASE_FAILED, /* it could not be armed; err says why */
};

struct watched {
	struct watch watch;
	struct observer *observer;
	int64_t stood_ns;
	_Atomic enum phase phase;
	atomic_uint signals;
	struct cost_mark mark;
	int64_t ended_ns;
	struct event_cost cost;
	struct err err;
};

struct observer {
	struct station st;
	struct watched *watched;
	int inbox[2];      /* the threads write the index of a connection that was armed or failed */
	int64_t writes_ns; /* traffic: 0: the observer sends none */
	char message;
};

static void count_cost(struct watched *w, struct event_cost *cost)
{
	cost_since(w->watch.fd, &w->mark, cost);
	cost->wakeups = (uint32_t)atomic_load(&w->watch.wakeups);
	cost->messages = (uint32_t)atomic_load(&w->watch.messages);
	cost->signals = atomic_load(&w->signals);
}

static void tell_main(struct watched *w)
{
	int conn = (int)w->watch.index;
	ssize_t n;

	do
		n = write(w->observer->inbox[1], &conn, sizeof(conn));
	while (n < 0 && errno == EINTR);
}

/* While the connection stands, the verdict is the method's own: ESTABLISHED, or CLOSE_WAIT where a
 * half closed connection is the usual state. */
static bool may_trust(const struct watch *watch)
{
	bool half_closed = watch->traffic == TRAFFIC_HALF_CLOSED;
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);

	return watch->method->trust &&
	       getsockopt(watch->fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0 &&
	       (info.tcpi_state == TCP_ESTABLISHED || (half_closed && info.tcpi_state == TCP_CLOSE_WAIT));
}

static void say_dead(struct watched *w, int64_t at_ns, bool final)
{
	const struct watch *watch = &w->watch;
	struct event dead = { .kind = EVENT_DEAD,
			      .conn = (int32_t)watch->index,
			      .from_ns = watch->armed_ns,
			      .at_ns = at_ns,
			      .err = watch->saw_errno,
			      .final = final };
	int took = atomic_load(&watch->took);

	count_cost(w, &dead.cost);
	if (final) {
		w->ended_ns = at_ns;
		w->cost = dead.cost;
		atomic_store(&w->phase, PHASE_ENDED);
	}
	snprintf(dead.text, sizeof(dead.text), "%s%s%s%s", watch->saw, took ? " (send took " : "",
		 took ? strerrorname_np(took) : "", took ? ")" : "");
	voice_say(&w->observer->st.voice, &dead);
}

/* From trust to alarm to trust, until an alarm is for good. */
static void watch_on(struct watched *w)
{
	struct watch *watch = &w->watch;
	struct event trust = { .kind = EVENT_TRUST, .conn = (int32_t)watch->index };

	for (;;) {
		bool final;

		watch->method->watch(watch);
		final = !may_trust(watch);
		say_dead(w, watch->dead_ns, final);
		if (final)
			return;
		if (!watch->method->trust(watch)) {
			say_dead(w, clock_now_ns(), true);
			return;
		}
		trust.from_ns = watch->dead_ns;
		trust.at_ns = watch->trusted_ns;
		voice_say(&w->observer->st.voice, &trust);
	}
}

/* A method's thread. */
static void *watch_thread(void *arg)
{
	struct watched *w = arg;
	struct watch *watch = &w->watch;
	struct event armed = { .kind = EVENT_ARMED,
			       .conn = (int32_t)watch->index,
			       .from_ns = w->stood_ns };

	interrupt_here(&w->signals);
	if (watch->method->arm && watch->method->arm(watch, &w->err) < 0) {
		atomic_store(&w->phase, PHASE_FAILED);
		tell_main(w);
		return NULL;
	}
	armed.at_ns = watch->armed_ns = watch->trusted_ns = clock_now_ns();
	cost_mark(watch->fd, &w->mark);
	atomic_store(&w->phase, PHASE_ARMED);
	voice_say(&w->observer->st.voice, &armed);
	tell_main(w);

	watch_on(w);
	if (watch->method->release)
		watch->method->release(watch);
	return NULL;
}

static int start_thread(struct watched *w, struct err *err)
{
	pthread_attr_t attr;
	pthread_t thread;
	int ret;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, THREAD_STACK);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	ret = pthread_create(&thread, &attr, watch_thread, w);
	pthread_attr_destroy(&attr);
	return ret ? err_sys(err, ret, "a thread for connection %u", w->watch.index) : 0;
}

static int observer_stands(struct station *st, int conn, int64_t stood_ns, struct err *err)
{
	struct observer *observer = st->state;
	const struct args_conn *c = &st->args->conns[conn];
	struct watched *w = &observer->watched[conn];
	int fd = st->link[conn].fd;

	if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK) < 0)
		return err_sys(err, errno, "connection %d: blocking mode", conn);
	w->observer = observer;
	w->stood_ns = stood_ns;
	w->watch.fd = fd;
	w->watch.index = (unsigned int)conn;
	w->watch.method = c->method;
	w->watch.opt = c->opt;
	w->watch.side = st->args->side;
	w->watch.traffic = st->args->traffic;
	w->watch.size = st->args->size;
	return start_thread(w, err);
}

static int armed(struct station *st, int conn, struct err *err)
{
	const struct observer *observer = st->state;
	const struct watched *w = &observer->watched[conn];
	int ret = 0;

	if (atomic_load(&w->phase) == PHASE_FAILED) {
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

	if (atomic_load(&w->phase) != PHASE_ARMED || !watch_write(&w->watch, observer->message))
		return 0;
	next.at_ns = due_after(due->at_ns, observer->writes_ns, clock_now_ns());
	return station_due(st, next, err);
}

static int observer_command(struct station *st, const struct command *command, struct err *err)
{
	struct observer *observer = st->state;
	struct event done = { .kind = EVENT_DONE, .conn = NO_CONN, .from_ns = clock_now_ns() };

	if (command->kind != COMMAND_REPORT)
		return err_set(err, EPROTO, "the observer does not end connections");
	for (int i = 0; i < st->args->n_conns; i++) {
		struct watched *w = &observer->watched[i];
		struct event report = { .kind = EVENT_REPORT, .conn = i };
		enum phase phase = atomic_load(&w->phase);
		int ret;

		report.from_ns = w->watch.armed_ns;
		report.at_ns = phase == PHASE_ENDED ? w->ended_ns : clock_now_ns();
		if (phase == PHASE_ENDED)
			report.cost = w->cost;
		else if (phase == PHASE_ARMED)
			count_cost(w, &report.cost);
		ret = station_say(st, &report, err);
		if (ret)
			return ret;
	}
	done.at_ns = clock_now_ns();
	return station_say(st, &done, err);
}

static const struct station_role observer_role = {
	.stands = observer_stands,
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
