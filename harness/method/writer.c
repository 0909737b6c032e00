/* SPDX-License-Identifier: MIT */
/*
 * One thread that writes and reads waits for the socket or the next write, whichever comes first.
 * A write that the full socket buffer refuses (EAGAIN) is left out: what is queued already keeps
 * the timers running. The schedule is absolute; ticks missed altogether are left out.
 */
#include "method/writer.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "method/read.h"
#include "method/repair.h"

/* False when the connection has ended, and saw is written. */
static bool writer_write(struct watch *watch)
{
	char data = MSG_DATA;
	ssize_t n = send(watch->fd, &data, 1, MSG_DONTWAIT | MSG_NOSIGNAL);
	int err = errno;

	if (n < 0 && err != EAGAIN && err != EINTR) {
		watch_saw(watch, clock_now_ns(), "send", n, err);
		return false;
	}
	if (n == 1)
		atomic_fetch_add(&watch->messages, 1);
	return true;
}

void writer_until_end(struct watch *watch, int64_t period_ns)
{
	struct pollfd fd = { .fd = watch->fd, .events = POLLIN };
	int64_t due = watch->armed_ns + period_ns;

	if (!period_ns) {
		read_until_end(watch);
		return;
	}
	for (;;) {
		int64_t left = due - clock_now_ns(), now;
		struct timespec timeout = clock_timespec(left > 0 ? left : 0);

		ppoll(&fd, 1, &timeout, NULL);
		atomic_fetch_add(&watch->wakeups, 1);
		if (!read_available(watch, NULL, NULL))
			return;
		now = clock_now_ns();
		if (now < due)
			continue;
		if (!writer_write(watch))
			return;
		due += ((now - due) / period_ns + 1) * period_ns;
	}
}

/* The limit in force against a path that is open, but slow or lossy: only a limit above what the
 * path's repairs need is never met. */
static void impaired(const struct situation *s, const struct tcp_options *o, struct window *w)
{
	bool any = s->effect.kind == EFFECT_IMPAIRED;
	int64_t budget = o->user_timeout_ns - 1, round_trip;

	if (w->kind != WINDOW_NEVER || !o->user_timeout_ns)
		return;
	if (!o->writes_ns && !situation_observer_writes_ns(s) && !o->keepalive)
		return;
	round_trip = repair_round_trip_ns(s, any && s->effect.out, any && s->effect.in, budget);
	if (round_trip < 0)
		window_none(w, "every transmission within the user timeout may be lost by chance");
	else if (round_trip > budget)
		window_none(w, "the path's delay may exceed what the user timeout waits after the "
			       "first retransmission");
}

void writer_window(const struct situation *s, const struct tcp_options *o, struct window *w)
{
	tcp_readable_end(s, o, w);
	if (s->effect.kind == EFFECT_IMPAIRED || s->effect.kind == EFFECT_NOTHING)
		impaired(s, o, w);
}
