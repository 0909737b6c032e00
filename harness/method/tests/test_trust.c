/* SPDX-License-Identifier: MIT */
/*
 * Methods that take their verdict back: on real connections of the loopback, alarm, evidence of
 * life, trust, and alarm again; and what ends it.
 */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "method/method.h"
#include "netns/monitor.h"
#include "netns/tests/scratch.h"

struct scene {
	struct watch watch;
	int peer;
	pthread_t thread;
	bool trusted;
};

static void connect_pair(int *a, int *b)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(addr);
	int one = 1, small = 4096, listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	cr_assert_eq(bind(listener, (struct sockaddr *)&addr, len), 0);
	cr_assert_eq(listen(listener, 1), 0);
	cr_assert_eq(getsockname(listener, (struct sockaddr *)&addr, &len), 0);
	*b = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(*b, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	cr_assert_eq(connect(*b, (struct sockaddr *)&addr, len), 0);
	*a = accept(listener, NULL, NULL);
	cr_assert_geq(*a, 0);
	setsockopt(*a, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	close(listener);
}

static void set_up(struct scene *s, const struct method *m, const char *options)
{
	struct err err = { "" };

	*s = (struct scene){ .watch = { .method = m, .side = SIDE_SERVER } };
	opt_defaults(m->options, &s->watch.opt);
	cr_assert_eq(opt_set_list(m->options, &s->watch.opt, options, &err), 0, "%s", err.text);
	connect_pair(&s->watch.fd, &s->peer);
	if (m->arm)
		cr_assert_eq(m->arm(&s->watch, &err), 0, "%s", err.text);
	s->watch.armed_ns = s->watch.trusted_ns = clock_now_ns();
}

static void tear_down(struct scene *s)
{
	if (s->watch.method->release)
		s->watch.method->release(&s->watch);
	close(s->watch.fd);
	close(s->peer);
}

static void *trust_thread(void *arg)
{
	struct scene *s = arg;

	s->trusted = s->watch.method->trust(&s->watch);
	return NULL;
}

static void begin_trust(struct scene *s)
{
	cr_assert_eq(pthread_create(&s->thread, NULL, trust_thread, s), 0);
}

static void end_trust(struct scene *s, bool trusted, int64_t since_ns)
{
	pthread_join(s->thread, NULL);
	cr_assert_eq(s->trusted, trusted, "%s", s->watch.method->name);
	if (trusted)
		cr_assert(s->watch.trusted_ns >= since_ns && s->watch.trusted_ns <= clock_now_ns());
}

static void alarm_again(struct scene *s, int64_t patience_ns)
{
	s->watch.dead_ns = 0;
	s->watch.saw[0] = '\0';
	s->watch.method->watch(&s->watch);
	cr_assert_geq(s->watch.dead_ns, s->watch.trusted_ns + patience_ns, "%s accuses too soon",
		      s->watch.method->name);
	cr_assert_neq(s->watch.saw[0], '\0');
}

/* Alarm; other bytes, which only rcvtimeo takes for life; the sign; trust; alarm again. */
static const struct {
	const struct method *method;
	const char *options;
	char sign;
	int64_t patience_ms;
} listeners[] = {
	{ &method_heartbeat, "period=50ms", MSG_PONG, 50 },
	{ &method_heartbeat, "period=50ms,misses=2", MSG_PONG, 50 },
	{ &method_heartbeat, "period=50ms,mode=beacon,grace=20ms", MSG_BEACON, 70 },
	{ &method_phi, "period=50ms,min_std=5ms", MSG_BEACON, 50 },
	{ &method_rcvtimeo, "timeout=50ms", MSG_DATA, 48 },
};

Test(trust, a_sign_of_life_takes_the_alarm_back, .timeout = 30)
{
	for (size_t i = 0; i < sizeof(listeners) / sizeof(listeners[0]); i++) {
		struct scene s;
		int64_t signed_ns;

		set_up(&s, listeners[i].method, listeners[i].options);
		s.watch.method->watch(&s.watch);
		cr_assert_gt(s.watch.dead_ns, s.watch.armed_ns);
		begin_trust(&s);
		signed_ns = clock_now_ns();
		cr_assert_eq(write(s.peer, &listeners[i].sign, 1), 1);
		end_trust(&s, true, signed_ns);
		alarm_again(&s, listeners[i].patience_ms * NS_PER_MS);
		tear_down(&s);
	}
}

Test(trust, the_end_of_the_connection_is_no_sign_of_life, .timeout = 30)
{
	for (size_t i = 0; i < sizeof(listeners) / sizeof(listeners[0]); i++) {
		struct scene s;

		set_up(&s, listeners[i].method, listeners[i].options);
		s.watch.method->watch(&s.watch);
		begin_trust(&s);
		shutdown(s.peer, SHUT_WR);
		end_trust(&s, false, 0);
		tear_down(&s);
	}
}

Test(trust, a_ping_is_sent_while_the_peer_is_held_for_dead, .timeout = 30)
{
	struct scene s;
	unsigned long pings;

	set_up(&s, &method_heartbeat, "period=50ms");
	s.watch.method->watch(&s.watch);
	pings = atomic_load(&s.watch.messages);
	begin_trust(&s);
	while (atomic_load(&s.watch.messages) < pings + 3)
		clock_sleep_until(clock_now_ns() + 10 * NS_PER_MS);
	cr_assert_eq(write(s.peer, "D", 1), 1, "no sign of life");
	cr_assert_eq(write(s.peer, "p", 1), 1);
	end_trust(&s, true, s.watch.dead_ns + 100 * NS_PER_MS);
	tear_down(&s);
}

Test(trust, a_long_pause_stays_out_of_phis_history, .timeout = 30)
{
	struct scene s;
	int64_t first, second;

	set_up(&s, &method_phi, "period=50ms,min_std=5ms");
	s.watch.method->watch(&s.watch);
	first = s.watch.dead_ns - s.watch.armed_ns;
	begin_trust(&s);
	clock_sleep_until(s.watch.dead_ns + 20 * first);
	cr_assert_eq(write(s.peer, "B", 1), 1);
	end_trust(&s, true, s.watch.dead_ns + 20 * first);
	alarm_again(&s, 50 * NS_PER_MS);
	second = s.watch.dead_ns - s.watch.trusted_ns;
	/* One interval of 20 times the patience among three would make it ten times as long. */
	cr_assert_lt(second, 3 * first, "%lld ms, at first %lld ms", (long long)(second / NS_PER_MS),
		     (long long)(first / NS_PER_MS));
	tear_down(&s);
}

/* Fills both buffers, so that what is left neither moves nor is acknowledged. */
static void fill(const struct scene *s)
{
	static const char bytes[65536];

	while (send(s->watch.fd, bytes, sizeof(bytes), MSG_DONTWAIT) > 0)
		;
}

static const struct {
	const struct method *method;
	const char *options, *saw;
} lookers[] = {
	{ &method_outq, "poll=20ms,stall=300ms", "SIOCOUTQ" },
	{ &method_tcp_info_stall, "poll=20ms,unacked=300ms", "tcp_info unacked=" },
};

Test(trust, a_queue_that_drains_takes_the_alarm_back, .timeout = 30)
{
	for (size_t i = 0; i < sizeof(lookers) / sizeof(lookers[0]); i++) {
		char bytes[65536];
		struct scene s;
		int64_t read_ns;

		set_up(&s, lookers[i].method, lookers[i].options);
		fill(&s);
		s.watch.method->watch(&s.watch);
		cr_assert_eq(strncmp(s.watch.saw, lookers[i].saw, strlen(lookers[i].saw)), 0, "%s",
			     s.watch.saw);
		begin_trust(&s);
		read_ns = clock_now_ns();
		cr_assert_gt(read(s.peer, bytes, sizeof(bytes)), 0);
		while (recv(s.peer, bytes, sizeof(bytes), MSG_DONTWAIT) > 0)
			clock_sleep_until(clock_now_ns() + NS_PER_MS);
		end_trust(&s, true, read_ns);
		fill(&s);
		alarm_again(&s, 280 * NS_PER_MS);
		tear_down(&s);
	}
}

Test(trust, limits_are_not_kept_by_a_connection_that_has_ended, .timeout = 30)
{
	struct scene s;

	set_up(&s, &method_tcp_info_stall, "poll=20ms,unacked=100ms");
	fill(&s);
	s.watch.method->watch(&s.watch);
	begin_trust(&s);
	close(s.peer); /* with unread data: RST */
	s.peer = -1;
	end_trust(&s, false, 0);
	tear_down(&s);
}

Test(trust, a_link_that_runs_again_is_trusted, .timeout = 30)
{
	struct scene s;
	struct netns *ns = scratch_enter();
	int64_t up_ns;

	set_up(&s, &method_link_watch, "");
	scratch_ok(link_set_up(ns, "lo", false, e));
	s.watch.method->watch(&s.watch);
	begin_trust(&s);
	up_ns = clock_now_ns();
	scratch_ok(link_set_up(ns, "lo", true, e));
	end_trust(&s, true, up_ns);
	/* Down and up again before anybody reads of it: one alarm, and trust at once. */
	scratch_ok(link_set_up(ns, "lo", false, e));
	scratch_ok(link_set_up(ns, "lo", true, e));
	alarm_again(&s, 0);
	begin_trust(&s);
	end_trust(&s, true, s.watch.dead_ns);
	tear_down(&s);
	netns_free(ns);
}

Test(trust, a_neighbour_that_answers_is_trusted, .timeout = 30)
{
	struct monitor_path *path = malloc(sizeof(*path));
	struct scene s = { .watch = { .method = &method_neigh_watch }, .peer = -1 };
	struct scratch_pair pair = scratch_pair();
	struct err err = { "" };
	int64_t there_ns;

	scratch_ok(netns_enter(pair.a, e));
	scratch_neighbour(pair.a, 2, "10.9.0.2", NUD_REACHABLE);
	*path = (struct monitor_path){ .family = AF_INET,
				       .ifindex = 2,
				       .device = "near",
				       .hop = { 10, 9, 0, 2 },
				       .hop_len = 4 };
	opt_defaults(method_neigh_watch.options, &s.watch.opt);
	s.watch.own = path;
	s.watch.own_fd = monitor_open(NETLINK_ROUTE, RTMGRP_NEIGH, &err);
	cr_assert_geq(s.watch.own_fd, 0, "%s", err.text);
	scratch_neighbour(pair.a, 2, "10.9.0.2", NUD_FAILED);
	s.watch.method->watch(&s.watch);
	cr_assert_str_eq(s.watch.saw, "neighbour on near FAILED");
	begin_trust(&s);
	there_ns = clock_now_ns();
	scratch_neighbour(pair.a, 2, "10.9.0.2", NUD_REACHABLE);
	end_trust(&s, true, there_ns);
	/* It fails while nobody listens for that: the state is looked at. */
	scratch_neighbour(pair.a, 2, "10.9.0.2", NUD_FAILED);
	alarm_again(&s, 0);
	begin_trust(&s);
	there_ns = clock_now_ns();
	scratch_neighbour(pair.a, 2, "10.9.0.2", NUD_STALE);
	end_trust(&s, true, there_ns);
	tear_down(&s);
	scratch_pair_free(&pair);
}

/* Which ones can, and that each can give back what trust() needs. */
Test(trust, who_accuses_a_connection_that_stands_can_take_it_back)
{
	static const char *const revocable[] = { "heartbeat", "phi", "rcvtimeo", "tcp_info_stall",
						 "outq", "link_watch", "neigh_watch", "syncnt" };
	size_t n = 0;

	for (const struct method *const *m = method_table; *m; m++) {
		bool named = false;

		for (size_t i = 0; i < sizeof(revocable) / sizeof(revocable[0]); i++)
			named |= !strcmp(revocable[i], (*m)->name);
		cr_assert_eq((*m)->trust != NULL, named, "%s", (*m)->name);
		n += named;
	}
	cr_assert_eq(n, sizeof(revocable) / sizeof(revocable[0]));
}
