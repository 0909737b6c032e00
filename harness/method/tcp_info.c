/* SPDX-License-Identifier: MIT */
/*
 * getsockopt(TCP_INFO) every `poll`, at armed + k * poll: dead when tcpi_state is not ESTABLISHED.
 * The state says what TCP itself has concluded: CLOSE_WAIT after the peer's FIN, CLOSE after a
 * reset or a timeout. Through silent loss it stays ESTABLISHED for as long as no timer ends it.
 *
 * The schedule is absolute, so that a late wake-up delays one look and not those after it; looks
 * missed altogether are left out.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/clock.h"
#include "method/method.h"
#include "theory/tcp.h"

enum { TCP_INFO_POLL };

#define TCP_INFO_POLL_MAX (INT64_C(365) * 24 * 3600 * NS_PER_S)
/* A look may come this much later than due and still see what happened meanwhile. */
#define TCP_INFO_LATE_NS (2 * NS_PER_MS)

static const struct opt tcp_info_rows[] = {
	[TCP_INFO_POLL] = { .name = "poll",
			    .type = OPT_DURATION,
			    .def = "1s",
			    .min = NS_PER_MS,
			    .max = TCP_INFO_POLL_MAX,
			    .about = "how often the state is looked at" },
	{ 0 },
};

/* True when the peer is held for dead, and saw is written. */
static bool tcp_info_look(struct watch *watch)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);
	int ret = getsockopt(watch->fd, IPPROTO_TCP, TCP_INFO, &info, &len);
	int err = errno;
	int64_t now = clock_now_ns();

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
	int64_t poll = watch->opt.v[TCP_INFO_POLL];
	int64_t due = watch->armed_ns + poll;

	for (;;) {
		struct timespec at = clock_timespec(due);
		int ret = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);

		atomic_fetch_add(&watch->wakeups, 1);
		if (ret == EINTR)
			continue;
		if (tcp_info_look(watch))
			return;
		due += ((clock_now_ns() - due) / poll + 1) * poll;
	}
}

static int64_t tcp_info_period_ns(const struct opt_values *opt, const struct situation *situation)
{
	(void)situation;
	return opt->v[TCP_INFO_POLL];
}

static int64_t next_look(int64_t since_armed_ns, int64_t poll)
{
	return since_armed_ns <= poll ? poll : (since_armed_ns + poll - 1) / poll * poll;
}

/* The state changes when a reader would be told; the next look after that sees it. */
static void tcp_info_window(const struct opt_values *opt, const struct situation *situation,
			    struct window *window)
{
	int64_t poll = opt->v[TCP_INFO_POLL];
	int64_t armed_lo = situation->since_armed_lo_ns, armed_hi = situation->since_armed_hi_ns;
	int64_t first, last;
	char text[32];
	size_t n;

	tcp_readable_end(situation, &(struct tcp_options){ 0 }, window);
	if (window->kind != WINDOW_SOME)
		return;
	first = next_look(armed_lo + window->lo_ns - TCP_INFO_LATE_NS, poll) - armed_hi;
	last = next_look(armed_hi + window->hi_ns, poll) - armed_lo;
	window_delay(window, poll);
	if (first > window->lo_ns)
		window->lo_ns = first;
	if (last < window->hi_ns)
		window->hi_ns = last;
	n = strlen(window->why);
	snprintf(window->why + n, sizeof(window->why) - n, "; seen at the next look, every %s",
		 opt_format_duration(poll, text, sizeof(text)));
}

const struct method method_tcp_info = {
	.name = "tcp_info",
	.about = "TCP_INFO looked at every `poll`: dead when the state is not ESTABLISHED",
	.options = tcp_info_rows,
	.watch = tcp_info_watch,
	.period_ns = tcp_info_period_ns,
	.window = tcp_info_window,
};
