/* SPDX-License-Identifier: MIT */
#ifndef METHOD_METHOD_H
#define METHOD_METHOD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "base/opt.h"
#include "netns/err.h"
#include "netns/facts.h"
#include "theory/situation.h"
#include "theory/window.h"

struct tcp_options; /* theory/tcp.h */

/*
 * A method is one way to notice that the other end is gone: one file, and one line in METHOD_TABLE.
 * It runs inside the observer program, one thread for each connection it watches, and never learns
 * which fault was injected.
 *
 * The byte stream: every byte is one message, so that no framing is needed. A message of the traffic
 * that is larger (`size:`) goes on with bytes that say nothing, MSG_DATA.
 */
#define MSG_PING    'P' /* the heartbeat asks; the other end's application answers MSG_PONG */
#define MSG_PONG    'p'
#define MSG_BEACON  'B' /* the peer's application, every beacon period */
#define MSG_REQUEST 'Q' /* traffic `request`: the client asks, the server answers MSG_ANSWER */
#define MSG_ANSWER  'A'
#define MSG_DATA    'D' /* traffic `sending`, `receiving`, `stalled`, `half-closed` */

enum { SAW_MAX = 96 };

/* One connection under observation. Filled in by the observer program, except where noted. */
struct watch {
	int fd; /* connected, TCP_NODELAY, blocking; traffic `connecting`: see connect() */
	unsigned int index;
	const struct method *method;
	struct opt_values opt;
	enum side side; /* of the observer */
	enum traffic traffic;
	int size;           /* bytes of a message of the traffic */
	struct sockaddr_storage to; /* traffic `connecting`: where to */
	socklen_t to_len;
	int64_t armed_ns;   /* clock_now_ns() right after arm(): time zero of a method's schedule */
	int64_t trusted_ns; /* the peer is held for alive since: armed_ns, or as trust() stamps it */
	atomic_int took;    /* errno that a write of the program's own took off the socket; 0: none */
	int own_fd;         /* the method's own, from arm() to watch(), or to release() */
	void *own;          /* likewise */

	/* Filled in by the method before watch() returns. */
	int64_t dead_ns;       /* clock_now_ns() right where the call returned */
	char saw[SAW_MAX];     /* "recv=-1 ETIMEDOUT", "recv=0", "heartbeat 2 of 2 missed" */
	int saw_errno;         /* 0 where the call reported none (EOF, a missed heartbeat) */
	atomic_ulong wakeups;  /* times a waiting call returned */
	atomic_ulong messages; /* what the method itself sent */

	/* Of connections that the method makes beside this one: method/beside.h. */
	atomic_int beside_fd;
	atomic_uint beside_out, beside_in;
};

struct attempt_view; /* method/attempt.h */

struct method {
	const char *name;          /* as in a scenario */
	const char *about;         /* one line for `deadpeer list` */
	const struct opt *options; /* required; an empty table for none */

	/* The method consumes the connection's bytes and hands them to watch_data(). Where false the
	 * program drains the socket, without taking errors off it. */
	bool reads;

	/* FACT_BITs (netns/facts.h) without which it is skipped, with the reason and the cure. */
	unsigned int needs;

	/* Optional. Refuses option values that make no sense together: -EINVAL and a sentence. */
	int (*check)(const struct opt_values *opt, struct err *err);

	/* Optional. Socket options, set right after the connection stands, or in traffic
	 * `connecting` before it is begun, by the thread that will watch. */
	int (*arm)(struct watch *watch, struct err *err);

	/*
	 * Optional; where it is NULL the method needs a connection that stands, and traffic
	 * `connecting` is refused. Called there after arm() and before watch(), on a socket that is
	 * bound, does not block, and has not been connected: connect(2) to watch->to, as a program
	 * would do it. True: the attempt has failed, which the method saw, and watch() is not called.
	 * False: the connection stands, and the socket blocks; or the method does not wait for that.
	 */
	bool (*connect)(struct watch *watch);

	/* Required. Blocks in the method's own thread until it holds the peer for dead; signals may
	 * interrupt every call. Stamps dead_ns right where the call returned. */
	void (*watch)(struct watch *watch);

	/*
	 * Optional: for a method whose verdict can be revoked, which is one that accuses a peer while
	 * the connection still stands. Called in the same thread after watch() on a connection that
	 * stands. Blocks until there is evidence of life, which the method sees by its own
	 * means, and stamps trusted_ns: true, and watch() is called again. False: the connection has
	 * ended, or nothing can be heard any more, and the verdict is for good.
	 */
	bool (*trust)(struct watch *watch);

	/* Optional. Gives back own_fd and own where trust() needs them after watch(). */
	void (*release)(struct watch *watch);

	/* Optional. The peer's application sends MSG_BEACON this often; 0: not at all. */
	int64_t (*beacon_ns)(const struct opt_values *opt);

	/* Optional. What the method itself has pass on a connection that is well, besides the traffic and
	 * the beacons: keepalive and its options, writes_ns. A router on the way goes by it. @talks is
	 * cleared. */
	void (*talks)(const struct opt_values *opt, struct tcp_options *talks);

	/* Required. The span over which `-n PHASES` spreads the fault, in ns: the method's own
	 * period, else the granule of the timer that will end it, else 0 (the phase is without
	 * meaning). */
	int64_t (*period_ns)(const struct opt_values *opt, const struct situation *situation);

	/* Required. What theory predicts. */
	void (*window)(const struct opt_values *opt, const struct situation *situation,
		       struct window *window);

	/* Optional, with connect(): what its options make of an attempt, and how it is told of the end;
	 * NULL: nothing, and at once (method/attempt.h). */
	void (*attempt)(const struct opt_values *opt, struct attempt_view *view);
};

/* NULL-terminated, in the order of `deadpeer list`. */
extern const struct method *const method_table[];

/* NULL when there is none. */
const struct method *method_find(const char *name);

/* -EINVAL and a sentence with the remedy where the method cannot watch that traffic; else 0. */
int method_refuses(const struct method *method, enum traffic traffic, struct err *err);

/* Zeroed memory of the method's own: for arm(). watch_free_own() is its release(). */
int watch_new_own(struct watch *watch, size_t size, struct err *err);
void watch_free_own(struct watch *watch);

/* What was read from the connection, by the method or by the program: where the observer is the
 * server and the traffic is `request`, every MSG_REQUEST is answered. */
void watch_data(struct watch *watch, const char *bytes, long n);

/* send(2) of a message of @size bytes, 1 to TRAFFIC_SIZE_MAX, without blocking and without SIGPIPE. */
ssize_t watch_send(int fd, char message, int size);

/*
 * One message of the program's own traffic, without blocking; what the socket's buffer does not
 * take is left out. False when the connection no longer takes any. An error waiting on the socket
 * belongs to the method, so the state is looked at first (TCP_INFO takes nothing off); an error
 * that still comes in between is kept in watch->took.
 */
bool watch_write(struct watch *watch, char message);

/* "ESTABLISHED", "CLOSE_WAIT", … for a tcpi_state; "" for what is not one. */
const char *watch_state_name(int state);

/* "call=ret", and where @ret < 0 " ERRNO" after it, into saw; saw_errno; dead_ns = @at_ns. */
void watch_saw(struct watch *watch, int64_t at_ns, const char *call, long ret, int err);

/* Every method, in the order of `deadpeer list`. The one line that a new one needs. */
#define METHOD_TABLE(ROW) \
	ROW(recv) \
	ROW(select) \
	ROW(tcp_info) \
	ROW(keepalive) \
	ROW(heartbeat) \
	ROW(null) \
	ROW(user_timeout) \
	ROW(rto_max) \
	ROW(retries2) \
	ROW(poll) \
	ROW(epoll) \
	ROW(io_uring) \
	ROW(sigio) \
	ROW(peek) \
	ROW(so_error) \
	ROW(send) \
	ROW(rcvtimeo) \
	ROW(outq) \
	ROW(recverr) \
	ROW(tcp_info_stall) \
	ROW(phi) \
	ROW(link_watch) \
	ROW(sock_diag) \
	ROW(neigh_watch) \
	ROW(syncnt)

#define METHOD_DECLARE(name) extern const struct method method_##name;
METHOD_TABLE(METHOD_DECLARE)

#endif
