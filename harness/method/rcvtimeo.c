/* SPDX-License-Identifier: MIT */
/*
 * A blocking recv(2) with SO_RCVTIMEO: EAGAIN, nothing for `timeout`, is death. It is a limit on
 * inactivity and asks nobody: on a connection that is idle by right it cries wolf, always.
 *
 * The timeout is counted in jiffies and goes through the timer wheel (net/core/sock.c:
 * sock_set_timeout, kernel/time/timer.c: schedule_timeout), so it is up to 12.5 % late. A signal
 * ends recv with EINTR and takes the time already waited with it; the next wait is given only what
 * is left. After a stop that outlasted the limit the socket is read before anybody is accused.
 *
 * Nothing has happened to the connection when recv says EAGAIN; the next byte is life again.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "base/clock.h"
#include "method/ends.h"
#include "method/method.h"
#include "method/quiet.h"
#include "theory/wheel.h"

enum { RCVTIMEO_TIMEOUT };

#define RCVTIMEO_MAX (INT64_C(365) * 24 * 3600 * NS_PER_S)

static const struct opt rcvtimeo_rows[] = {
	[RCVTIMEO_TIMEOUT] = { .name = "timeout",
			       .type = OPT_DURATION,
			       .def = "30s",
			       .min = NS_PER_MS,
			       .max = RCVTIMEO_MAX,
			       .about = "SO_RCVTIMEO: how long nothing may arrive" },
	{ 0 },
};

static int rcvtimeo_set(const struct watch *watch, int64_t ns)
{
	struct timeval t = { .tv_sec = ns / NS_PER_S, .tv_usec = ns % NS_PER_S / NS_PER_US };

	/* 0 would mean for ever. */
	if (!t.tv_sec && !t.tv_usec)
		t.tv_usec = 1;
	return setsockopt(watch->fd, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof(t)) < 0 ? -errno : 0;
}

static int rcvtimeo_arm(struct watch *watch, struct err *err)
{
	int ret = rcvtimeo_set(watch, watch->opt.v[RCVTIMEO_TIMEOUT]);

	return ret < 0 ? err_sys(err, -ret, "setsockopt(SO_RCVTIMEO)") : 0;
}

static void rcvtimeo_watch(struct watch *watch)
{
	int64_t timeout = watch->opt.v[RCVTIMEO_TIMEOUT], heard = watch->trusted_ns;
	bool shortened = false;
	char bytes[4096];
	int flags = 0;

	for (;;) {
		ssize_t n = recv(watch->fd, bytes, sizeof(bytes), flags);
		int err = errno;
		int64_t now = clock_now_ns(), left;

		atomic_fetch_add(&watch->wakeups, 1);
		if (n == 0 || (n < 0 && err != EINTR)) {
			watch_saw(watch, now, "recv", n, err);
			return;
		}
		flags = 0;
		if (n > 0) {
			watch_data(watch, bytes, n);
			heard = now;
			if (shortened)
				rcvtimeo_set(watch, timeout);
			shortened = false;
			continue;
		}
		left = heard + timeout - now;
		if (left > 0)
			rcvtimeo_set(watch, left);
		else
			flags = MSG_DONTWAIT;
		shortened = true;
	}
}

static bool rcvtimeo_trust(struct watch *watch)
{
	char bytes[4096];

	rcvtimeo_set(watch, watch->opt.v[RCVTIMEO_TIMEOUT]);
	for (;;) {
		ssize_t n = recv(watch->fd, bytes, sizeof(bytes), 0);
		int err = errno;
		int64_t now = clock_now_ns();

		atomic_fetch_add(&watch->wakeups, 1);
		if (n > 0) {
			watch_data(watch, bytes, n);
			watch->trusted_ns = now;
			return true;
		}
		if (n == 0 || (err != EINTR && err != EAGAIN))
			return false;
	}
}

/* The timer that ends it: its rounding is what a phase can change. */
static int64_t rcvtimeo_period_ns(const struct opt_values *opt, const struct situation *situation)
{
	int hz = situation->kernel.hz;

	return wheel_to_ns(wheel_granule(wheel_from_ns(opt->v[RCVTIMEO_TIMEOUT], hz)), hz);
}

static void rcvtimeo_window(const struct opt_values *opt, const struct situation *situation,
			    struct window *window)
{
	int hz = situation->kernel.hz;
	int64_t ticks = wheel_from_ns(opt->v[RCVTIMEO_TIMEOUT], hz);
	struct quiet quiet = { .lo_ns = wheel_to_ns(ticks - 1, hz),
			       .hi_ns = wheel_to_ns(ticks + wheel_granule(ticks), hz) };
	struct window end;

	quiet_window(situation, &quiet, window);
	tcp_readable_end(situation, &(struct tcp_options){ 0 }, &end);
	ends_earlier(window, &end);
}

const struct method method_rcvtimeo = {
	.name = "rcvtimeo",
	.about = "SO_RCVTIMEO: nothing received for `timeout` is the end, idle or not",
	.options = rcvtimeo_rows,
	.reads = true,
	.arm = rcvtimeo_arm,
	.watch = rcvtimeo_watch,
	.trust = rcvtimeo_trust,
	.period_ns = rcvtimeo_period_ns,
	.window = rcvtimeo_window,
};
