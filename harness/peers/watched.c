/* SPDX-License-Identifier: MIT */
/*
 * A method's life: armed, then alarm, trust and alarm again until an alarm is for good. A method that
 * accuses the peer of a connection that still stands, and can tell life when it sees it, goes on.
 */
#include "peers/watched.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "method/beside.h"
#include "peers/interrupt.h"

#ifdef __SANITIZE_ADDRESS__
enum { THREAD_STACK = 512 << 10 };
#else
enum { THREAD_STACK = 64 << 10 };
#endif

void watched_cost(struct watched *w, struct event_cost *cost)
{
	uint32_t out, in;

	cost_since(w->watch.fd, &w->mark, cost);
	beside_packets(&w->watch, &out, &in);
	cost->packets_out += out;
	cost->packets_in += in;
	cost->wakeups = (uint32_t)atomic_load(&w->watch.wakeups);
	cost->messages = (uint32_t)atomic_load(&w->watch.messages);
	cost->signals = atomic_load(&w->signals);
}

static void tell_main(struct watched *w)
{
	int conn = (int)w->watch.index;
	ssize_t n;

	do
		n = write(w->inbox, &conn, sizeof(conn));
	while (n < 0 && errno == EINTR);
}

/* While the connection stands, or may still come to stand, the verdict is the method's own:
 * ESTABLISHED, or the state that the traffic makes the usual one. */
static bool may_trust(const struct watch *watch)
{
	uint8_t usual = watch->traffic == TRAFFIC_HALF_CLOSED ? TCP_CLOSE_WAIT :
			watch->traffic == TRAFFIC_CONNECTING  ? TCP_SYN_SENT :
								TCP_ESTABLISHED;
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);

	return watch->method->trust &&
	       getsockopt(watch->fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0 &&
	       (info.tcpi_state == TCP_ESTABLISHED || info.tcpi_state == usual);
}

static void say_dead(struct watched *w, int64_t at_ns, bool final)
{
	const struct watch *watch = &w->watch;
	struct event dead = { .kind = EVENT_DEAD,
			      .conn = (int32_t)watch->index,
			      .from_ns = watch->armed_ns,
			      .at_ns = at_ns,
			      .err = watch->saw_errno,
			      .final = final };
	int took = atomic_load(&watch->took);

	watched_cost(w, &dead.cost);
	if (final) {
		w->ended_ns = at_ns;
		w->cost = dead.cost;
		atomic_store(&w->phase, WATCHED_ENDED);
	}
	snprintf(dead.text, sizeof(dead.text), "%s%s%s%s", watch->saw, took ? " (send took " : "",
		 took ? strerrorname_np(took) : "", took ? ")" : "");
	voice_say(w->voice, &dead);
}

/* From trust to alarm to trust, until an alarm is for good. @over: the first alarm is there. */
static void watch_on(struct watched *w, bool over)
{
	struct watch *watch = &w->watch;
	struct event trust = { .kind = EVENT_TRUST, .conn = (int32_t)watch->index };

	for (;; over = false) {
		bool final;

		if (!over)
			watch->method->watch(watch);
		final = !may_trust(watch);
		say_dead(w, watch->dead_ns, final);
		if (final)
			return;
		if (!watch->method->trust(watch)) {
			say_dead(w, clock_now_ns(), true);
			return;
		}
		trust.from_ns = watch->dead_ns;
		trust.at_ns = watch->trusted_ns;
		voice_say(w->voice, &trust);
	}
}

/* A method's thread. */
static void *watch_thread(void *arg)
{
	struct watched *w = arg;
	struct watch *watch = &w->watch;
	struct event armed = { .kind = EVENT_ARMED,
			       .conn = (int32_t)watch->index,
			       .from_ns = w->stood_ns };
	bool over = false;

	interrupt_here(&w->signals);
	if (watch->method->arm && watch->method->arm(watch, &w->err) < 0) {
		atomic_store(&w->phase, WATCHED_FAILED);
		tell_main(w);
		return NULL;
	}
	armed.at_ns = watch->armed_ns = watch->trusted_ns = clock_now_ns();
	if (!w->stood_ns)
		armed.from_ns = armed.at_ns;
	cost_mark(watch->fd, &w->mark);
	atomic_store(&w->phase, WATCHED_ARMED);
	voice_say(w->voice, &armed);
	if (watch->traffic == TRAFFIC_CONNECTING)
		over = watch->method->connect(watch);
	if (w->waited_for)
		tell_main(w);

	watch_on(w, over);
	if (watch->method->release)
		watch->method->release(watch);
	return NULL;
}

int watched_start(struct watched *w, struct err *err)
{
	pthread_attr_t attr;
	pthread_t thread;
	int ret;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, THREAD_STACK);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	ret = pthread_create(&thread, &attr, watch_thread, w);
	pthread_attr_destroy(&attr);
	return ret ? err_sys(err, ret, "a thread for connection %u", w->watch.index) : 0;
}
