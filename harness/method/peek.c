/* SPDX-License-Identifier: MIT */
/*
 * recv(2) of one byte with MSG_PEEK|MSG_DONTWAIT every `poll`: 0 or an error is the end, EAGAIN is a
 * healthy idle connection. The check that connection pools do before they hand out a connection.
 *
 * What it cannot see is the end behind unread data: the kernel gives out data first, then the
 * error, then 0 (net/ipv4/tcp.c: tcp_recvmsg_locked). So it belongs to an application that reads:
 *   unread: read    what a peek finds is read, and the look goes on behind it, as in a read loop
 *   unread: leave   nobody reads: the first byte that arrived hides every end after it
 */
#include <errno.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "method/look.h"
#include "theory/steps.h"
#include "theory/tcp.h"

enum { PEEK_POLL, PEEK_UNREAD };
enum { UNREAD_READ, UNREAD_LEAVE };

/* Two programs' reaction to each other's connection and to a message. */
#define PEEK_SKEW_NS (10 * NS_PER_MS)

static const char *const peek_unread[] = { [UNREAD_READ] = "read", [UNREAD_LEAVE] = "leave", NULL };

static const struct opt peek_rows[] = {
	[PEEK_POLL] = { .name = "poll",
			.type = OPT_DURATION,
			.def = "1s",
			.min = NS_PER_MS,
			.max = LOOK_PERIOD_MAX,
			.about = "how often the connection is peeked at" },
	[PEEK_UNREAD] = { .name = "unread",
			  .type = OPT_WORD,
			  .def = "read",
			  .max = UNREAD_LEAVE,
			  .words = peek_unread,
			  .about = "data that a peek finds: read it and look behind it, or leave it" },
	{ 0 },
};

static bool peek_look(struct watch *watch, void *state)
{
	char bytes[4096];

	(void)state;
	for (;;) {
		ssize_t n = recv(watch->fd, bytes, 1, MSG_PEEK | MSG_DONTWAIT);
		int err = errno;
		int64_t now = clock_now_ns();

		if (n < 0 && err == EINTR)
			continue;
		if (n < 0 && err == EAGAIN)
			return false;
		if (n <= 0) {
			watch_saw(watch, now, "recv(MSG_PEEK)", n, err);
			return true;
		}
		if (watch->opt.v[PEEK_UNREAD] == UNREAD_LEAVE)
			return false;
		n = recv(watch->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
		if (n > 0)
			watch_data(watch, bytes, n);
	}
}

static void peek_watch(struct watch *watch)
{
	look_until(watch, watch->opt.v[PEEK_POLL], peek_look, NULL);
}

static int64_t peek_period_ns(const struct opt_values *opt, const struct situation *situation)
{
	(void)situation;
	return opt->v[PEEK_POLL];
}

/* Where nobody reads: the peer's first message comes one period after arming, or its answer. */
static void hidden(const struct situation *s, struct window *w)
{
	int64_t guard = PEEK_SKEW_NS + situation_rtt_ns(s) + 2 * s->path.jitter_ns;
	bool heard = s->traffic == TRAFFIC_REQUEST || situation_peer_writes_ns(s);

	if (!heard)
		return;
	if (s->since_armed_lo_ns > TRAFFIC_PERIOD_NS + guard) {
		steps_goes_on(s->steps, w);
		window_never(w, "unread data hides the end: the kernel gives out data first (net/ipv4/tcp.c: "
				"tcp_recvmsg_locked)");
	} else if (s->since_armed_hi_ns + guard >= TRAFFIC_PERIOD_NS) {
		window_none(w, "the first data comes about when the fault does, and hides the end if it is "
			       "first");
	} else if (w->kind == WINDOW_SOME && s->effect.kind == EFFECT_SILENCE &&
		   (!s->effect.lose_in || s->effect.for_ns)) {
		window_none(w, "data may still arrive and hide the end");
	}
}

static void peek_window(const struct opt_values *opt, const struct situation *situation,
			struct window *window)
{
	tcp_readable_end(situation, &(struct tcp_options){ 0 }, window);
	if (opt->v[PEEK_UNREAD] == UNREAD_LEAVE && window->kind != WINDOW_NEVER)
		hidden(situation, window);
	if (opt->v[PEEK_UNREAD] == UNREAD_READ && situation->effect.kind == EFFECT_SILENCE &&
	    situation->traffic == TRAFFIC_REQUEST && situation->observer == SIDE_SERVER)
		window_none(window, "a question is answered when a look reads it, and that answer may be the "
				    "first data that is lost");
	look_window(situation, opt->v[PEEK_POLL], window);
	look_steps(situation, opt->v[PEEK_POLL], window);
}

const struct method method_peek = {
	.name = "peek",
	.about = "recv(2) with MSG_PEEK|MSG_DONTWAIT every `poll`: 0 or an error is the end",
	.options = peek_rows,
	.reads = true,
	.watch = peek_watch,
	.period_ns = peek_period_ns,
	.window = peek_window,
};
