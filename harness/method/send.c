/* SPDX-License-Identifier: MIT */
/*
 * send(2) of one byte every `period`, at armed + k * period: an error is the end. EAGAIN is not; the
 * byte is left out.
 *
 * A FIN does not stop a write. The first one after it succeeds and draws a RST from the host that
 * has no socket for it any more; the next one fails, with EPIPE and SIGPIPE. After a RST the next
 * write fails with ECONNRESET and without SIGPIPE (net/core/stream.c: sk_stream_error). Into silence
 * every write succeeds, for it only fills the socket's buffer, until TCP gives up retransmitting.
 * Half a close is none: who still reads is still written to.
 *
 * sigpipe: false   MSG_NOSIGNAL, as libraries write
 * sigpipe: true    as programs write that leave SIGPIPE at its default. Here it would end the
 *                  observer, so the method's thread blocks it: a blocked signal stays pending even
 *                  where it is ignored (kernel/signal.c: sig_ignored), and sigtimedwait(2) takes it.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "method/attempt.h"
#include "method/ends.h"
#include "method/look.h"
#include "method/writer.h"
#include "theory/steps.h"

enum { SEND_PERIOD, SEND_SIGPIPE };

static const char *const send_sigpipe[] = { "false", "true", NULL };

static const struct opt send_rows[] = {
	[SEND_PERIOD] = { .name = "period",
			  .type = OPT_DURATION,
			  .def = "1s",
			  .min = NS_PER_MS,
			  .max = LOOK_PERIOD_MAX,
			  .about = "how often a byte is written" },
	[SEND_SIGPIPE] = { .name = "sigpipe",
			   .type = OPT_WORD,
			   .def = "false",
			   .max = 1,
			   .words = send_sigpipe,
			   .about = "let a broken pipe raise SIGPIPE, and say so" },
	{ 0 },
};

static void sigpipe_set(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGPIPE);
}

static int send_arm(struct watch *watch, struct err *err)
{
	sigset_t set;
	int ret;

	if (!watch->opt.v[SEND_SIGPIPE])
		return 0;
	sigpipe_set(&set);
	ret = pthread_sigmask(SIG_BLOCK, &set, NULL);
	return ret ? err_sys(err, ret, "blocking SIGPIPE") : 0;
}

static bool sigpipe_came(void)
{
	struct timespec now = { 0 };
	sigset_t set;
	int ret;

	sigpipe_set(&set);
	do
		ret = sigtimedwait(&set, NULL, &now);
	while (ret < 0 && errno == EINTR);
	return ret == SIGPIPE;
}

static bool send_look(struct watch *watch, void *state)
{
	bool sigpipe = watch->opt.v[SEND_SIGPIPE];
	int flags = MSG_DONTWAIT | (sigpipe ? 0 : MSG_NOSIGNAL);
	char byte = MSG_DATA;
	ssize_t n;
	int64_t now;
	int err;

	(void)state;
	do {
		n = send(watch->fd, &byte, 1, flags);
		err = errno;
		now = clock_now_ns();
	} while (n < 0 && err == EINTR);
	if (n > 0)
		atomic_fetch_add(&watch->messages, 1);
	if (n >= 0 || err == EAGAIN)
		return false;
	watch_saw(watch, now, "send", n, err);
	if (sigpipe && sigpipe_came())
		strncat(watch->saw, " SIGPIPE", sizeof(watch->saw) - strlen(watch->saw) - 1);
	return true;
}

static void send_watch(struct watch *watch)
{
	look_until(watch, watch->opt.v[SEND_PERIOD], send_look, NULL);
}

static int64_t send_period_ns(const struct opt_values *opt, const struct situation *situation)
{
	(void)situation;
	return opt->v[SEND_PERIOD];
}

/* The RST that the first write meeting a closed peer draws is back between these, after the fault.
 * A write that was on its way when the peer closed may be that one. */
static void drawn(const struct situation *s, int64_t writes_ns, struct window *w)
{
	int64_t round_trip = situation_rtt_ns(s), lo, hi;
	bool unread;

	ends_first_write(s, writes_ns, &lo, &hi, &unread);
	steps_add(s->steps, lo, hi, "RFC 9293 3.5.2",
		  "the first write after the FIN succeeds, and draws a RST");
	window_some(w, lo + round_trip, hi + round_trip + 2 * s->path.jitter_ns + tcp_prompt_ns(s),
		    "a FIN lets the first write succeed; the RST that it draws makes the next one fail "
		    "with EPIPE (tcp_input.c: tcp_reset)");
}

static void closed(const struct situation *s, int64_t period, struct window *w)
{
	int64_t traffic = situation_observer_writes_ns(s), armed_hi = s->since_armed_hi_ns, lo, hi, after;
	enum ends_how how = ends_how(s, period);
	struct situation untold = *s; /* the looks are told when all is known */
	struct window other;
	bool unread;

	untold.steps = NULL;

	if (s->path.loss_ppm || s->path.corrupt_ppm) {
		window_none(w, "the FIN, or the RST that a write draws, may be lost on this path");
		return;
	}
	if (how == ENDS_RST) {
		window_some(w, 0, tcp_prompt_ns(s),
			    "a RST arrives after one path delay, and the next write gets ECONNRESET "
			    "(tcp_input.c: tcp_reset)");
		look_window(s, period, w);
		return;
	}
	drawn(s, period, w);
	/* Not the write itself, but one after it. */
	ends_first_write(s, period, &lo, &hi, &unread);
	after = look_next(s->since_armed_lo_ns + lo, period) + period - armed_hi;
	look_window(&untold, period, w);
	if (how == ENDS_FIN && w->lo_ns < after)
		w->lo_ns = after;
	if (how == ENDS_EITHER)
		w->lo_ns = 0;
	if (traffic) {
		drawn(s, traffic, &other);
		look_window(&untold, period, &other);
		ends_earlier(w, &other);
	}
	steps_end(s->steps, w, "send(2): EPIPE; tcp_input.c: tcp_reset",
		  "the next write after the RST fails: EPIPE, or ECONNRESET where no FIN came");
}

static void send_talks(const struct opt_values *opt, struct tcp_options *talks)
{
	talks->writes_ns = opt->v[SEND_PERIOD];
}

static void send_window(const struct opt_values *opt, const struct situation *situation,
			struct window *window)
{
	int64_t period = opt->v[SEND_PERIOD];

	switch (situation->effect.kind) {
	case EFFECT_FIN:
	case EFFECT_GONE:
	case EFFECT_RST:
		closed(situation, period, window);
		break;
	case EFFECT_HALF_CLOSE:
		window_never(window, "the peer goes on taking what is written (RFC 9293 3.6)");
		break;
	default:
		writer_window(situation, &(struct tcp_options){ .writes_ns = period }, window);
		look_window(situation, period, window);
	}
}

static void send_attempt(const struct opt_values *opt, struct attempt_view *view)
{
	view->look_ns = opt->v[SEND_PERIOD];
}

const struct method method_send = {
	.name = "send",
	.about = "send(2) every `period`: an error is the end; the first write after a FIN has none",
	.options = send_rows,
	.arm = send_arm,
	.connect = attempt_begin,
	.attempt = send_attempt,
	.watch = send_watch,
	.talks = send_talks,
	.period_ns = send_period_ns,
	.window = send_window,
};
