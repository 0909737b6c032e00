/* SPDX-License-Identifier: MIT */
/*
 * Every method on a real connection of the loopback, against a peer in the same process: what it
 * says when the peer closes or resets, and when a heartbeat's peer falls silent. Times are judged
 * by the methods' own windows, with an allowance for a busy machine above them and none below.
 */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "method/method.h"

#define ALLOWANCE_NS NS_PER_S

struct scene {
	struct watch watch;
	int peer;
	pthread_t thread;
	sem_t armed; /* by its own thread, as in the observer */
};

static void connect_pair(int *a, int *b)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(addr);
	int one = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	cr_assert_eq(bind(listener, (struct sockaddr *)&addr, len), 0);
	cr_assert_eq(listen(listener, 1), 0);
	cr_assert_eq(getsockname(listener, (struct sockaddr *)&addr, &len), 0);
	*b = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	cr_assert_eq(connect(*b, (struct sockaddr *)&addr, len), 0);
	*a = accept(listener, NULL, NULL);
	cr_assert_geq(*a, 0);
	setsockopt(*a, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	setsockopt(*b, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	close(listener);
}

static void *run(void *arg)
{
	struct scene *s = arg;
	struct err err = { 0 };

	if (s->watch.method->arm)
		cr_assert_eq(s->watch.method->arm(&s->watch, &err), 0, "%s", err.text);
	s->watch.armed_ns = s->watch.trusted_ns = clock_now_ns();
	sem_post(&s->armed);
	s->watch.method->watch(&s->watch);
	if (s->watch.method->release)
		s->watch.method->release(&s->watch);
	return NULL;
}

static void start(struct scene *s, const struct method *m, const char *options)
{
	struct err err = { 0 };

	*s = (struct scene){ .watch = { .method = m, .side = SIDE_SERVER } };
	opt_defaults(m->options, &s->watch.opt);
	cr_assert_eq(opt_set_list(m->options, &s->watch.opt, options, &err), 0, "%s", err.text);
	connect_pair(&s->watch.fd, &s->peer);
	sem_init(&s->armed, 0, 0);
	cr_assert_eq(pthread_create(&s->thread, NULL, run, s), 0);
	while (sem_wait(&s->armed) < 0)
		;
}

/* @before..@after: the stamps of the fault. */
static void judge(struct scene *s, enum effect_kind kind, int64_t before, int64_t after)
{
	struct situation situation = {
		.kernel = kernel_params_default(clock_kernel_hz()),
		.effect = { .kind = kind },
		.since_armed_lo_ns = before - s->watch.armed_ns,
		.since_armed_hi_ns = after - s->watch.armed_ns,
	};
	struct window w;

	pthread_join(s->thread, NULL);
	s->watch.method->window(&s->watch.opt, &situation, &w);
	cr_assert_eq(w.kind, WINDOW_SOME, "%s", w.why);
	cr_assert_geq(s->watch.dead_ns - before, w.lo_ns, "early by %lld ns (%s)",
		      (long long)(before + w.lo_ns - s->watch.dead_ns), w.why);
	cr_assert_leq(s->watch.dead_ns - after, w.hi_ns + ALLOWANCE_NS, "late by %lld ns (%s)",
		      (long long)(s->watch.dead_ns - after - w.hi_ns), w.why);
	close(s->watch.fd);
}

static void close_peer(struct scene *s, bool reset)
{
	struct linger hard = { .l_onoff = 1, .l_linger = 0 };
	int64_t before;

	if (reset)
		setsockopt(s->peer, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
	before = clock_now_ns();
	close(s->peer);
	judge(s, reset ? EFFECT_RST : EFFECT_FIN, before, clock_now_ns());
}

static const struct {
	const struct method *method;
	const char *options, *on_close, *on_reset;
} ends[] = {
	{ &method_recv, "", "recv=0", "recv=-1 ECONNRESET" },
	{ &method_select, "", "recv=0", "recv=-1 ECONNRESET" },
	{ &method_tcp_info, "poll=50ms", "tcp_info state=CLOSE_WAIT", "tcp_info state=CLOSE" },
	{ &method_keepalive, "idle=1s,intvl=1s,cnt=2", "recv=0", "recv=-1 ECONNRESET" },
	{ &method_heartbeat, "period=10s", "recv=0", "recv=-1 ECONNRESET" },
	{ &method_heartbeat, "period=10s,mode=beacon", "recv=0", "recv=-1 ECONNRESET" },
	{ &method_poll, "", "poll=POLLIN|POLLRDHUP recv=0",
	  "poll=POLLIN|POLLERR|POLLHUP|POLLRDHUP recv=-1 ECONNRESET" },
	{ &method_epoll, "", "epoll_wait=EPOLLIN|EPOLLRDHUP",
	  "epoll_wait=EPOLLIN|EPOLLERR|EPOLLHUP|EPOLLRDHUP SO_ERROR=ECONNRESET" },
	{ &method_peek, "poll=50ms", "recv(MSG_PEEK)=0", "recv(MSG_PEEK)=-1 ECONNRESET" },
	{ &method_rcvtimeo, "timeout=10s", "recv=0", "recv=-1 ECONNRESET" },
	{ &method_send, "period=50ms", "send=-1 EPIPE", "send=-1 ECONNRESET" },
	{ &method_send, "period=50ms,sigpipe=true", "send=-1 EPIPE SIGPIPE", "send=-1 ECONNRESET" },
	{ &method_recverr, "", "recv=0", "POLLERR recv=-1 ECONNRESET" },
	{ &method_tcp_info_stall, "poll=50ms", "tcp_info state=CLOSE_WAIT", "tcp_info state=CLOSE" },
};

Test(watch, every_method_says_how_the_connection_ended, .timeout = 30)
{
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		struct scene s;

		start(&s, ends[i].method, ends[i].options);
		close_peer(&s, false);
		cr_assert_str_eq(s.watch.saw, ends[i].on_close);
		cr_assert_eq(s.watch.saw_errno == 0, strstr(ends[i].on_close, "-1") == NULL);
		start(&s, ends[i].method, ends[i].options);
		close_peer(&s, true);
		cr_assert_str_eq(s.watch.saw, ends[i].on_reset);
		cr_assert_gt(atomic_load(&s.watch.wakeups), 0);
	}
}

Test(watch, a_signal_says_what_happened, .timeout = 30)
{
	for (int reset = 0; reset <= 1; reset++) {
		struct scene s;

		start(&s, &method_sigio, "");
		/* Data first: once its signal was taken, the next thing to happen comes as one. */
		cr_assert_eq(write(s.peer, "D", 1), 1);
		while (!atomic_load(&s.watch.wakeups))
			clock_sleep_until(clock_now_ns() + NS_PER_MS);
		close_peer(&s, reset);
		cr_assert_str_eq(s.watch.saw, reset ? "sigwaitinfo=POLL_ERR recv=-1 ECONNRESET"
						    : "sigwaitinfo=POLL_IN recv=0");
	}
}

/* The peer's application answers @answers pings and then does nothing. */
static void answer(int fd, int answers)
{
	char c;

	while (answers > 0 && read(fd, &c, 1) == 1) {
		cr_assert_eq(c, MSG_PING);
		c = MSG_PONG;
		cr_assert_eq(write(fd, &c, 1), 1);
		answers--;
	}
}

Test(watch, an_unanswered_ping_is_death_a_period_later, .timeout = 30)
{
	struct scene s;
	int64_t now;

	start(&s, &method_heartbeat, "period=100ms");
	answer(s.peer, 3);
	now = clock_now_ns();
	judge(&s, EFFECT_FROZEN, now, now);
	cr_assert_str_eq(s.watch.saw, "heartbeat 1 of 1 missed");
	cr_assert_geq(s.watch.dead_ns - s.watch.armed_ns, 500 * NS_PER_MS);
	cr_assert_eq(atomic_load(&s.watch.messages) >= 4, true);
	close(s.peer);
}

Test(watch, only_misses_in_a_row_count, .timeout = 30)
{
	struct scene s;
	int64_t now;

	start(&s, &method_heartbeat, "period=100ms,misses=2");
	answer(s.peer, 2);
	now = clock_now_ns();
	judge(&s, EFFECT_FROZEN, now, now);
	cr_assert_str_eq(s.watch.saw, "heartbeat 2 of 2 missed");
	close(s.peer);
}

Test(watch, other_bytes_are_no_sign_of_life, .timeout = 30)
{
	struct scene s;

	start(&s, &method_heartbeat, "period=100ms");
	for (int i = 0; i < 10; i++)
		cr_assert_eq(write(s.peer, "DDDD", 4), 4);
	judge(&s, EFFECT_FROZEN, s.watch.armed_ns, s.watch.armed_ns);
	cr_assert_str_eq(s.watch.saw, "heartbeat 1 of 1 missed");
	close(s.peer);
}

Test(watch, a_beacon_that_stops_is_missed, .timeout = 30)
{
	struct scene s;
	int64_t armed, now;

	start(&s, &method_heartbeat, "period=100ms,mode=beacon");
	armed = s.watch.armed_ns;
	for (int k = 1; k <= 3; k++) {
		clock_sleep_until(armed + k * 100 * NS_PER_MS);
		cr_assert_eq(write(s.peer, "B", 1), 1);
	}
	clock_sleep_until(armed + 350 * NS_PER_MS);
	now = clock_now_ns();
	judge(&s, EFFECT_FROZEN, now, now);
	cr_assert_str_eq(s.watch.saw, "heartbeat 1 of 1 missed");
	close(s.peer);
}

Test(watch, a_server_answers_requests_and_clients_do_not, .timeout = 30)
{
	struct watch watch = { .side = SIDE_SERVER, .traffic = TRAFFIC_REQUEST };
	char bytes[8];
	int peer;

	connect_pair(&watch.fd, &peer);
	watch_data(&watch, "QDQ", 3);
	cr_assert_eq(recv(peer, bytes, 2, MSG_WAITALL), 2);
	cr_assert_arr_eq(bytes, "AA", 2);
	watch.side = SIDE_CLIENT;
	watch_data(&watch, "Q", 1);
	cr_assert_eq(recv(peer, bytes, sizeof(bytes), MSG_DONTWAIT), -1);
}

Test(watch, the_programs_write_takes_no_error_off_the_socket, .timeout = 30)
{
	struct linger hard = { .l_onoff = 1, .l_linger = 0 };
	struct watch watch = { .method = &method_recv };
	struct pollfd reset;
	int peer;

	connect_pair(&watch.fd, &peer);
	setsockopt(peer, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
	close(peer);
	reset = (struct pollfd){ .fd = watch.fd };
	cr_assert_eq(poll(&reset, 1, 5000), 1);
	cr_assert_not(watch_write(&watch, MSG_DATA));
	cr_assert_eq(atomic_load(&watch.took), 0);
	watch.method->watch(&watch);
	cr_assert_str_eq(watch.saw, "recv=-1 ECONNRESET");
}
