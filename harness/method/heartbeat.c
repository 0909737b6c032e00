/* SPDX-License-Identifier: MIT */
/*
 * The application's own heartbeat. It notices what no kernel does: a peer whose process is stopped
 * or wedged while its kernel goes on answering.
 *
 * ping: at armed + k * period, k = 1, 2, …, the observer sends one MSG_PING. A ping is answered
 * when a MSG_PONG arrives within one period after it was sent. `misses` unanswered pings in a row
 * are death. So the peer is declared dead exactly misses * period after the first unanswered ping
 * left. The time counts from when the ping really left, and the socket is read before a ping is
 * judged: an observer that was itself stopped finds the answers waiting and accuses nobody.
 *
 * beacon: the peer's application sends one MSG_BEACON every period and the observer only listens.
 * Beacon n after the last one that arrived is due n periods later, and missed when it is `grace`
 * late, so that death is declared misses * period + grace after the last arrival (at first: after
 * arming). Without grace a beacon that is late by the schedulers' jitter would be a false alarm;
 * half a period is what is usual, and 0 may be had to measure just that.
 *
 * In both modes the end of the connection (recv 0 or an error, send with an error) is death at
 * once: the wait is for the socket as much as for the time. A ping that the socket buffer does not
 * take (EAGAIN) counts as sent and is not answered. Other bytes are no sign of life.
 *
 * Held for dead, the peer is pinged or listened to all the same, and the next pong or beacon is life
 * again; misses are counted anew from there.
 */
#include "method/heartbeat.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "method/read.h"
#include "theory/tcp.h"

/* A year: a hundred of them still fit in an int64_t. */
#define HEARTBEAT_TIME_MAX (INT64_C(365) * 24 * 3600 * NS_PER_S)

static const char *const heartbeat_modes[] = {
	[HEARTBEAT_PING] = "ping",
	[HEARTBEAT_BEACON] = "beacon",
	NULL,
};

static const struct opt heartbeat_rows[] = {
	[HEARTBEAT_PERIOD] = { .name = "period",
			       .type = OPT_DURATION,
			       .def = "20s",
			       .min = NS_PER_MS,
			       .max = HEARTBEAT_TIME_MAX,
			       .about = "how often a ping is sent, or a beacon expected" },
	[HEARTBEAT_MISSES] = { .name = "misses",
			       .type = OPT_COUNT,
			       .def = "1",
			       .min = 1,
			       .max = 100,
			       .about = "missed in a row that mean death" },
	[HEARTBEAT_MODE] = { .name = "mode",
			     .type = OPT_WORD,
			     .def = "ping",
			     .max = HEARTBEAT_BEACON,
			     .words = heartbeat_modes,
			     .about = "ping: ask and be answered; beacon: only listen" },
	[HEARTBEAT_GRACE] = { .name = "grace",
			      .type = OPT_DURATION,
			      .max = HEARTBEAT_TIME_MAX,
			      .about = "mode beacon: how late a beacon may be before it is missed; "
				       "left out: half a period" },
	{ 0 },
};

int64_t heartbeat_grace_ns(const struct opt_values *opt)
{
	if (opt->v[HEARTBEAT_GRACE] == OPT_UNSET)
		return opt->v[HEARTBEAT_PERIOD] / 2;
	return opt->v[HEARTBEAT_GRACE];
}

static int heartbeat_check(const struct opt_values *opt, struct err *err)
{
	if (opt->v[HEARTBEAT_MODE] == HEARTBEAT_PING && opt->v[HEARTBEAT_GRACE] != OPT_UNSET)
		return err_set(err, EINVAL,
			       "heartbeat's grace belongs to mode beacon: a ping is given a full "
			       "period; leave grace out or write mode: beacon");
	return 0;
}

/* Waits for the socket or the time, whichever comes first; or for a signal. */
static void heartbeat_wait(struct watch *watch, int64_t until_ns)
{
	struct pollfd fd = { .fd = watch->fd, .events = POLLIN };
	int64_t left = until_ns - clock_now_ns();
	struct timespec timeout = clock_timespec(left > 0 ? left : 0);

	ppoll(&fd, 1, &timeout, NULL);
	atomic_fetch_add(&watch->wakeups, 1);
}

struct listening {
	char sign;
	int64_t *heard_ns;
};

static void heartbeat_hear(void *arg, const char *bytes, ssize_t n, int64_t now)
{
	const struct listening *l = arg;

	if (memchr(bytes, l->sign, (size_t)n))
		*l->heard_ns = now;
}

/* Reads all there is; *heard_ns: when @sign last arrived. False when the connection has ended, and
 * saw is written. */
static bool heartbeat_read(struct watch *watch, char sign, int64_t *heard_ns)
{
	return read_available(watch, heartbeat_hear, &(struct listening){ sign, heard_ns });
}

static void heartbeat_missed(struct watch *watch, int64_t now)
{
	int misses = (int)watch->opt.v[HEARTBEAT_MISSES];

	watch->dead_ns = now;
	watch->saw_errno = 0;
	snprintf(watch->saw, sizeof(watch->saw), "heartbeat %d of %d missed", misses, misses);
}

/* Pings that are not judged yet: two at most lie within one period after the oldest, and a third
 * when a late one and the next tick coincide. */
enum { PINGS = 4 };

struct pings {
	int64_t sent_ns[PINGS];
	unsigned int first, next; /* modulo PINGS */
	int missed;               /* in a row */
	int64_t heard_ns;         /* the last pong; 0: none yet */
	int64_t tick;             /* when the next one leaves; 0: not armed yet */
};

static int heartbeat_arm(struct watch *watch, struct err *err)
{
	return watch_new_own(watch, sizeof(struct pings), err);
}

/* A ping that is answered needs no wait for the end of its period. */
static void pings_answered(struct pings *p)
{
	while (p->first != p->next && p->heard_ns >= p->sent_ns[p->first % PINGS]) {
		p->first++;
		p->missed = 0;
	}
}

/* Judges every ping that was not answered and has had its period at @now. True when that makes the
 * peer dead. */
static bool pings_judge(struct pings *p, const struct opt_values *opt, int64_t now)
{
	while (p->first != p->next) {
		int64_t sent = p->sent_ns[p->first % PINGS];

		if (now - sent < opt->v[HEARTBEAT_PERIOD])
			return false;
		p->first++;
		if (++p->missed == opt->v[HEARTBEAT_MISSES])
			return true;
	}
	return false;
}

/* False when the send found the connection ended, and saw is written. */
static bool pings_send(struct pings *p, struct watch *watch)
{
	char ping = MSG_PING;
	ssize_t n = send(watch->fd, &ping, 1, MSG_DONTWAIT | MSG_NOSIGNAL);
	int err = errno;
	int64_t now = clock_now_ns();

	if (n < 0 && err != EAGAIN && err != EINTR) {
		watch_saw(watch, now, "send", n, err);
		return false;
	}
	atomic_fetch_add(&watch->messages, 1);
	p->sent_ns[p->next++ % PINGS] = now;
	return true;
}

/* Asks until the peer is dead, or, where it is @held_dead, alive again. False when the connection has
 * ended. */
static bool heartbeat_ping(struct watch *watch, bool held_dead)
{
	int64_t period = watch->opt.v[HEARTBEAT_PERIOD];
	struct pings *p = watch->own;

	if (!p->tick)
		p->tick = watch->armed_ns + period;
	for (;;) {
		int64_t until = p->tick, heard = p->heard_ns, now;

		if (p->first != p->next && p->sent_ns[p->first % PINGS] + period < until)
			until = p->sent_ns[p->first % PINGS] + period;
		heartbeat_wait(watch, until);
		/* The clock before the read: were the thread stopped in between, the read would
		 * still bring the answer that the clock calls too late. */
		now = clock_now_ns();
		if (!heartbeat_read(watch, MSG_PONG, &p->heard_ns))
			return false;
		pings_answered(p);
		if (held_dead && p->heard_ns > heard) {
			watch->trusted_ns = p->heard_ns;
			p->missed = 0;
			return true;
		}
		if (pings_judge(p, &watch->opt, now) && !held_dead) {
			heartbeat_missed(watch, now);
			return true;
		}
		if (now >= p->tick) {
			if (!pings_send(p, watch))
				return false;
			p->tick += ((now - p->tick) / period + 1) * period;
		}
	}
}

static void heartbeat_listen(struct watch *watch)
{
	int64_t patience = watch->opt.v[HEARTBEAT_MISSES] * watch->opt.v[HEARTBEAT_PERIOD] +
			   heartbeat_grace_ns(&watch->opt);
	int64_t heard = watch->trusted_ns;

	for (;;) {
		int64_t now;

		heartbeat_wait(watch, heard + patience);
		now = clock_now_ns();
		if (!heartbeat_read(watch, MSG_BEACON, &heard))
			return;
		if (now - heard >= patience) {
			heartbeat_missed(watch, now);
			return;
		}
	}
}

static void heartbeat_watch(struct watch *watch)
{
	if (watch->opt.v[HEARTBEAT_MODE] == HEARTBEAT_BEACON)
		heartbeat_listen(watch);
	else
		heartbeat_ping(watch, false);
}

static bool heartbeat_trust(struct watch *watch)
{
	int64_t heard = 0;

	if (watch->opt.v[HEARTBEAT_MODE] == HEARTBEAT_PING)
		return heartbeat_ping(watch, true);
	while (!heard) {
		heartbeat_wait(watch, INT64_MAX);
		if (!heartbeat_read(watch, MSG_BEACON, &heard))
			return false;
	}
	watch->trusted_ns = heard;
	return true;
}

static int64_t heartbeat_beacon_ns(const struct opt_values *opt)
{
	return opt->v[HEARTBEAT_MODE] == HEARTBEAT_BEACON ? opt->v[HEARTBEAT_PERIOD] : 0;
}

static void heartbeat_talks(const struct opt_values *opt, struct tcp_options *talks)
{
	talks->writes_ns = opt->v[HEARTBEAT_MODE] == HEARTBEAT_PING ? opt->v[HEARTBEAT_PERIOD] : 0;
}

static int64_t heartbeat_period_ns(const struct opt_values *opt, const struct situation *situation)
{
	(void)situation;
	return opt->v[HEARTBEAT_PERIOD];
}

const struct method method_heartbeat = {
	.name = "heartbeat",
	.about = "the application asks (ping) or listens (beacon) every `period`",
	.options = heartbeat_rows,
	.reads = true,
	.check = heartbeat_check,
	.arm = heartbeat_arm,
	.watch = heartbeat_watch,
	.trust = heartbeat_trust,
	.release = watch_free_own,
	.beacon_ns = heartbeat_beacon_ns,
	.talks = heartbeat_talks,
	.period_ns = heartbeat_period_ns,
	.window = heartbeat_window,
};
