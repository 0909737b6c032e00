/* SPDX-License-Identifier: MIT */
/*
 * getsockopt(TCP_INFO) every `poll`, at armed + k * poll: dead when tcpi_state is not ESTABLISHED.
 * The state says what TCP itself has concluded: CLOSE_WAIT after the peer's FIN, CLOSE after a
 * reset or a timeout. Through silent loss it stays ESTABLISHED for as long as no timer ends it.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "method/attempt.h"
#include "method/look.h"
#include "theory/tcp.h"

enum { TCP_INFO_POLL };

static const struct opt tcp_info_rows[] = {
	[TCP_INFO_POLL] = { .name = "poll",
			    .type = OPT_DURATION,
			    .def = "1s",
			    .min = NS_PER_MS,
			    .max = LOOK_PERIOD_MAX,
			    .about = "how often the state is looked at" },
	{ 0 },
};

/* True when the peer is held for dead, and saw is written. */
static bool tcp_info_look(struct watch *watch, void *state)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);
	int ret = getsockopt(watch->fd, IPPROTO_TCP, TCP_INFO, &info, &len);
	int err = errno;
	int64_t now = clock_now_ns();

	(void)state;
	if (ret < 0) {
		watch_saw(watch, now, "getsockopt", ret, err);
		return true;
	}
	if (info.tcpi_state == TCP_ESTABLISHED)
		return false;
	watch->dead_ns = now;
	watch->saw_errno = 0;
	snprintf(watch->saw, sizeof(watch->saw), "tcp_info state=%s",
		 watch_state_name(info.tcpi_state));
	return true;
}

static void tcp_info_watch(struct watch *watch)
{
	look_until(watch, watch->opt.v[TCP_INFO_POLL], tcp_info_look, NULL);
}

static int64_t tcp_info_period_ns(const struct opt_values *opt, const struct situation *situation)
{
	(void)situation;
	return opt->v[TCP_INFO_POLL];
}

/* The state changes when a reader would be told; the next look after that sees it. */
static void tcp_info_window(const struct opt_values *opt, const struct situation *situation,
			    struct window *window)
{
	tcp_readable_end(situation, &(struct tcp_options){ 0 }, window);
	look_window(situation, opt->v[TCP_INFO_POLL], window);
	look_steps(situation, opt->v[TCP_INFO_POLL], window);
}

static void tcp_info_attempt(const struct opt_values *opt, struct attempt_view *view)
{
	view->look_ns = opt->v[TCP_INFO_POLL];
	view->state = true;
}

const struct method method_tcp_info = {
	.name = "tcp_info",
	.about = "TCP_INFO looked at every `poll`: dead when the state is not ESTABLISHED",
	.options = tcp_info_rows,
	.connect = attempt_begin,
	.attempt = tcp_info_attempt,
	.watch = tcp_info_watch,
	.period_ns = tcp_info_period_ns,
	.window = tcp_info_window,
};
