/* SPDX-License-Identifier: MIT */
/*
 * getsockopt(SO_ERROR) every `poll`: dead when it is not 0. It is the error that the next call would
 * return, and asking takes it off the socket (socket(7)). A FIN is none: a peer that closed in order
 * is never noticed, unless somebody writes to it and draws a RST.
 *
 * Where there is no error SO_ERROR hands out the soft one, an ICMP unreachable that TCP would have
 * kept for the end (net/core/sock.c: sk_getsockopt): so it reports a connection that lives on, as if
 * IP_RECVERR had been asked for.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "method/attempt.h"
#include "method/ends.h"
#include "method/look.h"
#include "method/unreachable.h"

enum { SO_ERROR_POLL };

static const struct opt so_error_rows[] = {
	[SO_ERROR_POLL] = { .name = "poll",
			    .type = OPT_DURATION,
			    .def = "1s",
			    .min = NS_PER_MS,
			    .max = LOOK_PERIOD_MAX,
			    .about = "how often the error is asked for" },
	{ 0 },
};

static bool so_error_look(struct watch *watch, void *state)
{
	int error = 0;
	socklen_t len = sizeof(error);
	int ret = getsockopt(watch->fd, SOL_SOCKET, SO_ERROR, &error, &len);
	int err = errno;
	int64_t now = clock_now_ns();

	(void)state;
	if (ret < 0) {
		watch_saw(watch, now, "getsockopt", ret, err);
		return true;
	}
	if (!error)
		return false;
	watch->dead_ns = now;
	watch->saw_errno = error;
	snprintf(watch->saw, sizeof(watch->saw), "SO_ERROR=%s", strerrorname_np(error));
	return true;
}

static void so_error_watch(struct watch *watch)
{
	look_until(watch, watch->opt.v[SO_ERROR_POLL], so_error_look, NULL);
}

static int64_t so_error_period_ns(const struct opt_values *opt, const struct situation *situation)
{
	(void)situation;
	return opt->v[SO_ERROR_POLL];
}

static void so_error_window(const struct opt_values *opt, const struct situation *situation,
			    struct window *window)
{
	const struct effect *e = &situation->effect;
	int64_t span = e->kind == EFFECT_FLAPPING ? e->down_ns : e->for_ns, end_ns;

	ends_error(situation, window);
	end_ns = window->hi_ns;
	unreachable_or(situation, window);
	if (window->hi_ns == end_ns)
		span = 0;
	look_window(situation, opt->v[SO_ERROR_POLL], window);
	look_steps(situation, opt->v[SO_ERROR_POLL], window);
	if (span && window->kind == WINDOW_SOME && window->hi_ns > span)
		window_none(window, "the first acknowledgement takes an ICMP error off again, perhaps "
				    "before it is looked for (tcp_input.c: tcp_ack)");
}

static void so_error_attempt(const struct opt_values *opt, struct attempt_view *view)
{
	view->look_ns = opt->v[SO_ERROR_POLL];
}

const struct method method_so_error = {
	.name = "so_error",
	.about = "SO_ERROR asked every `poll`: dead when there is one; a FIN is none",
	.options = so_error_rows,
	.connect = attempt_begin,
	.attempt = so_error_attempt,
	.watch = so_error_watch,
	.period_ns = so_error_period_ns,
	.window = so_error_window,
};
