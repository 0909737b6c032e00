/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "lab/event.h"
#include "peers/args.h"
#include "peers/due.h"
#include "peers/peers.h"

Test(peers, what_is_due_first_comes_first)
{
	struct due_heap heap = { 0 };
	struct due due;
	int64_t last = -1;

	for (int i = 0; i < 500; i++)
		cr_assert_eq(due_add(&heap, (struct due){ .at_ns = i * 7919 % 503, .conn = i }), 0);
	cr_assert_not(due_take(&heap, -1, &due));
	cr_assert_eq(due_first(&heap)->at_ns, 0);
	for (int i = 0; i < 500; i++) {
		cr_assert(due_take(&heap, 1000, &due));
		cr_assert_geq(due.at_ns, last);
		last = due.at_ns;
	}
	cr_assert_not(due_take(&heap, 1000, &due));
	cr_assert_null(due_first(&heap));
	due_free(&heap);
}

Test(peers, a_late_schedule_keeps_its_grid)
{
	cr_assert_eq(due_after(100, 10, 95), 100);
	cr_assert_eq(due_after(100, 10, 100), 110);
	cr_assert_eq(due_after(100, 10, 137), 140);
}

static int parse(struct args *args, struct err *err, const char *a, const char *b, const char *c,
		 const char *d)
{
	const char *argv[] = { "deadpeer-server", a, b, c, d, NULL };
	int argc = 1;

	while (argv[argc])
		argc++;
	memset(err, 0, sizeof(*err));
	return args_parse(argc, (char **)argv, SIDE_SERVER, args, err);
}

Test(peers, arguments_are_read_or_refused)
{
	struct args args;
	struct err err;

	cr_assert_eq(parse(&args, &err, "--listen", "[fd77::1]:80", "--conn", "25/tcp_info:poll=2s"), 0,
		     "%s", err.text);
	cr_assert_eq(args.addr.ss_family, AF_INET6);
	cr_assert_eq(args.conns[0].offset_ns, 25);
	cr_assert_eq(args.conns[0].opt.v[0], 2 * NS_PER_S);
	args_free(&args);
	cr_assert_eq(parse(&args, &err, "--listen", "127.0.0.1", NULL, NULL), 0);
	cr_assert_eq(args.n_conns, 1);
	args_free(&args);
	cr_assert_eq(parse(&args, &err, "--help", NULL, NULL, NULL), 1);

	static const char *const bad[][4] = {
		{ NULL },
		{ "--listen", "nowhere:1", NULL, NULL },
		{ "--listen", "127.0.0.1:99999", NULL, NULL },
		{ "--listen", "127.0.0.1", "--conn", "recv" },
		{ "--listen", "127.0.0.1", "--conn", "0/telepathy" },
		{ "--listen", "127.0.0.1", "--conn", "0/keepalive:idle=1500ms" },
		{ "--listen", "127.0.0.1", "--traffic", "jam" },
		{ "--listen", "127.0.0.1", "--size", "0" },
		{ "--listen", "127.0.0.1", "--size", "64001" },
		{ "--listen", "127.0.0.1", "--commands", "-3" },
		{ "--listen", "127.0.0.1", "--what", "1" },
		{ "--connect", "127.0.0.1", NULL, NULL },
		{ "--listen", "127.0.0.1", "more", NULL },
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		cr_assert_eq(parse(&args, &err, bad[i][0], bad[i][1], bad[i][2], bad[i][3]), -EINVAL,
			     "case %zu", i);
		cr_assert_neq(err.text[0], '\0', "case %zu", i);
		args_free(&args);
	}
}

/* ---- both programs, told what to do through their descriptors, as a lab does ---- */

struct child {
	pid_t pid;
	int events, commands;
};

static struct child spawn(enum side side, bool observer, int port, const char *const *conns)
{
	int events[2], commands[2], n = 0;
	char address[32], bind_to[16];
	char *argv[64];
	struct child child;

	cr_assert_eq(pipe2(events, O_CLOEXEC), 0);
	cr_assert_eq(pipe2(commands, O_CLOEXEC), 0);
	snprintf(address, sizeof(address), "127.0.0.1:%d", port);
	snprintf(bind_to, sizeof(bind_to), "%d", port + 1);
	argv[n++] = "deadpeer";
	argv[n++] = side == SIDE_SERVER ? "--listen" : "--connect";
	argv[n++] = address;
	argv[n++] = "--bind";
	argv[n++] = bind_to;
	argv[n++] = "--events";
	argv[n++] = "100";
	argv[n++] = "--commands";
	argv[n++] = "101";
	if (observer)
		argv[n++] = "--observer";
	for (; *conns; conns++) {
		argv[n++] = "--conn";
		argv[n++] = (char *)*conns;
	}
	argv[n] = NULL;
	child.pid = fork();
	cr_assert_geq(child.pid, 0);
	if (child.pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		/* Nothing else: another program's commands held open here would never end. */
		dup2(events[1], 100);
		dup2(commands[0], 101);
		close_range(3, 99, 0);
		close_range(102, ~0U, 0);
		_exit(side == SIDE_SERVER ? peers_server_main(n, argv) : peers_client_main(n, argv));
	}
	close(events[1]);
	close(commands[0]);
	child.events = events[0];
	child.commands = commands[1];
	return child;
}

/* The next event of the given kind; others are passed over, but an error never is. */
static struct event next(const struct child *child, enum event_kind kind)
{
	struct event ev;

	do {
		struct pollfd fd = { .fd = child->events, .events = POLLIN };

		cr_assert_eq(poll(&fd, 1, 10000), 1, "no event of kind %d came", (int)kind);
		cr_assert_eq(read(child->events, &ev, sizeof(ev)), (ssize_t)sizeof(ev));
		cr_assert(ev.kind == kind || ev.kind != EVENT_ERROR, "%s", ev.text);
	} while (ev.kind != kind);
	return ev;
}

static void tell(const struct child *child, enum command_kind kind, int64_t at_ns)
{
	struct command command = { .kind = kind, .at_ns = at_ns };

	cr_assert_eq(write(child->commands, &command, sizeof(command)), (ssize_t)sizeof(command));
}

static void finish(struct child *child)
{
	int status;

	close(child->commands);
	cr_assert_eq(waitpid(child->pid, &status, 0), child->pid);
	cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %d", status);
	close(child->events);
}

static int free_port(void)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(addr);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	cr_assert_eq(bind(fd, (struct sockaddr *)&addr, len), 0);
	cr_assert_eq(getsockname(fd, (struct sockaddr *)&addr, &len), 0);
	close(fd);
	return ntohs(addr.sin_port);
}

static void close_is_seen(enum side observer_side)
{
	static const char *const conns[] = { "0/recv", "1000000/tcp_info:poll=20ms", "0/null", NULL };
	int port = free_port();
	struct child server = spawn(SIDE_SERVER, observer_side == SIDE_SERVER, port, conns), client;
	struct child *observer, *peer;
	struct event ev, faults[3];
	int64_t zero;

	next(&server, EVENT_READY);
	client = spawn(SIDE_CLIENT, observer_side == SIDE_CLIENT, port, conns);
	next(&client, EVENT_READY);
	observer = observer_side == SIDE_SERVER ? &server : &client;
	peer = observer_side == SIDE_SERVER ? &client : &server;
	zero = clock_now_ns();
	tell(&client, COMMAND_GO, zero);
	for (int i = 0; i < 3; i++) {
		ev = next(observer, EVENT_ARMED);
		cr_assert(zero <= ev.at_ns && ev.from_ns <= ev.at_ns);
	}
	/* What was connected, or waits to be accepted, is ready before this is, and taken first. */
	tell(peer, COMMAND_CLOSE, 0);
	for (int i = 0; i < 3; i++) {
		ev = next(peer, EVENT_FAULT);
		cr_assert_leq(ev.from_ns, ev.at_ns);
		faults[ev.conn] = ev;
	}
	next(peer, EVENT_DONE);
	for (int i = 0; i < 2; i++) {
		ev = next(observer, EVENT_DEAD);
		cr_assert_str_eq(ev.text, ev.conn ? "tcp_info state=CLOSE_WAIT" : "recv=0");
		cr_assert_geq(ev.at_ns, faults[ev.conn].from_ns);
	}
	tell(observer, COMMAND_REPORT, 0);
	for (int i = 0; i < 3; i++) {
		ev = next(observer, EVENT_REPORT);
		cr_assert_eq(ev.conn, i);
		cr_assert_gt(ev.cost.packets_in, 0, "the FIN counts");
	}
	next(observer, EVENT_DONE);
	finish(peer);
	finish(observer);
}

Test(peers, a_server_sees_its_client_close, .timeout = 30)
{
	close_is_seen(SIDE_SERVER);
}

Test(peers, a_client_sees_its_server_close, .timeout = 30)
{
	close_is_seen(SIDE_CLIENT);
}
