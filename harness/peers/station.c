/* SPDX-License-Identifier: MIT */
#include "peers/station.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/clock.h"

#define TIMER_FIRED (-1)

int station_add(struct station *st, int op, int fd, uint32_t events, enum station_tag tag, int conn,
		struct err *err)
{
	struct epoll_event ev = { .events = events, .data.u64 = (uint64_t)tag << 32 | (uint32_t)conn };

	if (epoll_ctl(st->epoll, op, fd, &ev) < 0)
		return err_sys(err, errno, "descriptor %d cannot be waited for", fd);
	return 0;
}

int station_open(struct station *st, const struct args *args, const struct station_role *role,
		 void *state, struct err *err)
{
	int ret;

	*st = (struct station){ .args = args, .role = role, .state = state, .listener = -1,
				.timer_ns = INT64_MAX };
	st->voice = (struct voice){ .args = args, .started_ns = clock_now_ns() };
	st->epoll = epoll_create1(EPOLL_CLOEXEC);
	st->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (st->epoll < 0 || st->timer < 0)
		return err_sys(err, errno, "an epoll set and a timer");
	st->link = calloc((size_t)args->n_conns, sizeof(*st->link));
	if (!st->link)
		return err_sys(err, ENOMEM, "%d connections", args->n_conns);
	for (int i = 0; i < args->n_conns; i++)
		st->link[i].fd = -1;
	ret = station_add(st, EPOLL_CTL_ADD, st->timer, EPOLLIN, TAG_TIMER, 0, err);
	if (!ret && args->commands >= 0)
		ret = station_add(st, EPOLL_CTL_ADD, args->commands, EPOLLIN, TAG_COMMANDS, 0, err);
	if (!ret && args->side == SIDE_SERVER)
		ret = connect_listen(st, err);
	return ret;
}

void station_close(struct station *st)
{
	for (int i = 0; st->link && i < st->args->n_conns; i++) {
		if (st->link[i].fd >= 0)
			close(st->link[i].fd);
	}
	free(st->link);
	due_free(&st->due);
	if (st->listener >= 0)
		close(st->listener);
	if (st->timer >= 0)
		close(st->timer);
	if (st->epoll >= 0)
		close(st->epoll);
}

int station_poll(struct station *st, int conn, uint32_t events, struct err *err)
{
	struct link *link = &st->link[conn];
	int op = !events ? EPOLL_CTL_DEL : link->polled ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;

	if (!events && !link->polled)
		return 0;
	link->polled = events;
	return station_add(st, op, link->fd, events, TAG_CONN, conn, err);
}

int station_inbox(struct station *st, int fd, struct err *err)
{
	return station_add(st, EPOLL_CTL_ADD, fd, EPOLLIN, TAG_INBOX, 0, err);
}

int station_due(struct station *st, struct due due, struct err *err)
{
	if (due_add(&st->due, due) < 0)
		return err_sys(err, ENOMEM, "a schedule of %d entries", st->due.n);
	return 0;
}

int station_say_all(struct station *st, const struct event *events, int n, struct err *err)
{
	int ret = voice_say_all(&st->voice, events, n);

	return ret ? err_sys(err, -ret, "nobody reads what happens") : 0;
}

int station_say(struct station *st, const struct event *event, struct err *err)
{
	return station_say_all(st, event, 1, err);
}

static int take_due(struct station *st, struct err *err)
{
	struct due due;

	st->timer_ns = TIMER_FIRED;
	while (due_take(&st->due, clock_now_ns(), &due)) {
		bool own = due.what == DUE_CONNECT || due.what == DUE_LIMIT;
		int ret = own ? connect_due(st, &due, err) : st->role->due(st, &due, err);

		if (ret)
			return ret;
	}
	return 0;
}

/* The limit of a connection that stands is none any more: nobody wakes up for it. */
static int64_t next_due_ns(struct station *st)
{
	const struct due *first;
	struct due over;

	while ((first = due_first(&st->due)) && first->what == DUE_LIMIT &&
	       st->link[first->conn].stood)
		due_take(&st->due, first->at_ns, &over);
	return first ? first->at_ns : INT64_MAX;
}

/* The kernel's timer follows the earliest entry of the schedule. Setting it takes back that it has
 * fired (fs/timerfd.c: timerfd_setup): it need not be read. */
static void set_timer(struct station *st)
{
	int64_t next = next_due_ns(st);
	struct itimerspec spec = { 0 };

	if (next == st->timer_ns)
		return;
	st->timer_ns = next;
	if (next != INT64_MAX)
		spec.it_value = clock_timespec(next > 0 ? next : 1);
	timerfd_settime(st->timer, TFD_TIMER_ABSTIME, &spec, NULL);
}

static int take_command(struct station *st, struct err *err)
{
	struct command command;
	ssize_t n = read(st->args->commands, &command, sizeof(command));

	if (n < 0 && errno == EINTR)
		return 0;
	if (n < 0)
		return err_sys(err, errno, "commands");
	if (n == 0) {
		st->over = true;
		return 0;
	}
	if (n != sizeof(command))
		return err_set(err, EPROTO, "a command of %zd bytes instead of %zu", n, sizeof(command));
	if (command.kind != COMMAND_GO)
		return st->role->command(st, &command, err);
	return st->args->side == SIDE_CLIENT ? connect_schedule(st, command.at_ns, err) : 0;
}

static int dispatch(struct station *st, const struct epoll_event *ev, struct err *err)
{
	int conn = (int)(ev->data.u64 & UINT32_MAX);

	switch ((enum station_tag)(ev->data.u64 >> 32)) {
	case TAG_TIMER:
		return take_due(st, err);
	case TAG_COMMANDS:
		return take_command(st, err);
	case TAG_LISTENER:
		return connect_accept(st, err);
	case TAG_INBOX:
		return st->role->inbox(st, err);
	case TAG_CONNECTING:
		return connect_finish(st, conn, err);
	case TAG_CONN:
		return st->link[conn].fd >= 0 ? st->role->ready(st, conn, ev->events, err) : 0;
	}
	return 0;
}

int station_run(struct station *st, struct err *err)
{
	struct event ready = { .kind = EVENT_READY, .conn = NO_CONN };
	int ret;

	ready.from_ns = ready.at_ns = clock_now_ns();
	ret = station_say(st, &ready, err);
	if (!ret && st->args->commands < 0 && st->args->side == SIDE_CLIENT)
		ret = connect_schedule(st, clock_now_ns(), err);
	while (!ret && !st->over) {
		struct epoll_event ev[64];
		int n;

		set_timer(st);
		n = epoll_wait(st->epoll, ev, 64, -1);
		if (n < 0 && errno != EINTR)
			return err_sys(err, errno, "epoll_wait");
		for (int i = 0; i < n && !ret && !st->over; i++)
			ret = dispatch(st, &ev[i], err);
	}
	return ret;
}
