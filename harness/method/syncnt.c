/* SPDX-License-Identifier: MIT */
/*
 * A health check by connecting: a second connection to the peer's address and port, begun at armed +
 * k * period, dead when connect(2) fails. How long that takes when nobody answers is TCP_SYNCNT
 * (tcp(7)), left out net.ipv4.tcp_syn_retries: theory/syn.c. The watched connection only says where
 * to, once; nothing is sent on it, and that it may end is not looked at. What it costs is what the
 * attempts cost (method/beside.h).
 *
 * What connects is closed at once, with a RST (SO_LINGER 0), so that neither end keeps a TIME_WAIT.
 * A refused connection (ECONNREFUSED) is the peer's host saying that nobody listens. To a client that
 * is the end of the service; a server has nothing to connect to but its client's own port, where
 * nobody ever listens, and takes any answer for life. `refused` says it outright.
 *
 * One attempt at a time: while one waits, those that come due are left out.
 */
#include "method/syncnt.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "method/attempt.h"
#include "method/beside.h"
#include "method/look.h"

static const char *const refused_words[] = { "alive", "dead", NULL };

static const struct opt syncnt_rows[] = {
	[SYNCNT_COUNT] = { .name = "count",
			   .type = OPT_COUNT,
			   .min = 1,
			   .max = 127,
			   .about = "TCP_SYNCNT; left out: net.ipv4.tcp_syn_retries" },
	[SYNCNT_PERIOD] = { .name = "period",
			    .type = OPT_DURATION,
			    .def = "10s",
			    .min = 10 * NS_PER_MS,
			    .max = LOOK_PERIOD_MAX,
			    .about = "how often it connects" },
	[SYNCNT_REFUSED] = { .name = "refused",
			     .type = OPT_WORD,
			     .words = refused_words,
			     .about = "what ECONNREFUSED means; left out: dead to a client, alive to a server" },
	{ 0 },
};

/* 0, or the errno of connect(2). */
static int outcome(struct watch *watch, int fd)
{
	struct pollfd wait = { .fd = fd, .events = POLLOUT };
	int error = 0, n;
	socklen_t len = sizeof(error);

	do {
		n = poll(&wait, 1, -1);
		atomic_fetch_add(&watch->wakeups, 1);
	} while (n < 0 && errno == EINTR);
	if (n < 0 || getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
		return errno;
	return error;
}

static int attempt(struct watch *watch, int fd, const struct sockaddr_storage *to, socklen_t len)
{
	const struct linger hard = { .l_onoff = 1, .l_linger = 0 };
	int count = (int)watch->opt.v[SYNCNT_COUNT];

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
	if (watch->opt.v[SYNCNT_COUNT] != OPT_UNSET &&
	    setsockopt(fd, IPPROTO_TCP, TCP_SYNCNT, &count, sizeof(count)) < 0)
		return errno;
	atomic_fetch_add(&watch->messages, 1);
	if (connect(fd, (const struct sockaddr *)to, len) == 0)
		return 0;
	return errno == EINPROGRESS ? outcome(watch, fd) : errno;
}

struct peer {
	struct sockaddr_storage to;
	socklen_t len;
	bool lost; /* the watched connection has ended */
};

static int where_to(struct watch *watch, struct peer *peer)
{
	peer->len = sizeof(peer->to);
	if (getpeername(watch->fd, (struct sockaddr *)&peer->to, &peer->len) == 0)
		return 0;
	peer->lost = errno == ENOTCONN;
	return errno;
}

/* 0, or the errno of one attempt. */
static int try_once(struct watch *watch, const struct peer *peer)
{
	int fd = socket(peer->to.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), err;

	if (fd < 0)
		return errno;
	beside_begin(watch, fd);
	err = attempt(watch, fd, &peer->to, peer->len);
	beside_end(watch, err == 0);
	close(fd);
	return err;
}

static bool alive(const struct watch *watch, int err)
{
	int64_t refused = watch->opt.v[SYNCNT_REFUSED];

	if (refused == OPT_UNSET)
		refused = watch->side == SIDE_CLIENT ? REFUSED_DEAD : REFUSED_ALIVE;
	return !err || (err == ECONNREFUSED && refused == REFUSED_ALIVE);
}

static bool fails(struct watch *watch, void *state)
{
	int err = try_once(watch, state);

	if (alive(watch, err))
		return false;
	watch_saw(watch, clock_now_ns(), "connect", -1, err);
	return true;
}

static bool succeeds(struct watch *watch, void *state)
{
	struct peer *peer = state;
	int err = where_to(watch, peer);

	if (err || !alive(watch, try_once(watch, peer)))
		return peer->lost;
	watch->trusted_ns = clock_now_ns();
	return true;
}

/* Traffic `connecting`: the watched connection is the attempt, and `refused` is no question. */
static bool syncnt_connect(struct watch *watch)
{
	int count = (int)watch->opt.v[SYNCNT_COUNT];

	if (watch->opt.v[SYNCNT_COUNT] != OPT_UNSET &&
	    setsockopt(watch->fd, IPPROTO_TCP, TCP_SYNCNT, &count, sizeof(count)) < 0) {
		watch_saw(watch, clock_now_ns(), "setsockopt(TCP_SYNCNT)", -1, errno);
		return true;
	}
	return attempt_poll(watch);
}

static void syncnt_attempt(const struct opt_values *opt, struct attempt_view *view)
{
	if (opt->v[SYNCNT_COUNT] != OPT_UNSET)
		view->syn.retries = (int)opt->v[SYNCNT_COUNT];
}

static void syncnt_watch(struct watch *watch)
{
	struct peer peer = { 0 };
	int err = where_to(watch, &peer);

	if (err)
		watch_saw(watch, clock_now_ns(), "getpeername", -1, err);
	else
		look_until(watch, watch->opt.v[SYNCNT_PERIOD], fails, &peer);
}

static bool syncnt_trust(struct watch *watch)
{
	struct peer peer = { 0 };

	look_until(watch, watch->opt.v[SYNCNT_PERIOD], succeeds, &peer);
	return !peer.lost;
}

static int64_t syncnt_period_ns(const struct opt_values *opt, const struct situation *situation)
{
	(void)situation;
	return opt->v[SYNCNT_PERIOD];
}

const struct method method_syncnt = {
	.name = "syncnt",
	.about = "connect(2) anew every `period`: dead when it fails, after TCP_SYNCNT retransmissions",
	.options = syncnt_rows,
	.connect = syncnt_connect,
	.attempt = syncnt_attempt,
	.watch = syncnt_watch,
	.trust = syncnt_trust,
	.period_ns = syncnt_period_ns,
	.window = syncnt_window,
};
