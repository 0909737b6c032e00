/* SPDX-License-Identifier: MIT */
/*
 * The product's half of `make bench` (bench.py): its own functions, timed without Python.
 *
 *   bench-lab links N       N times: namespaces, links and addresses of a lab, up, with carrier; down
 *   bench-lab whole N EXE   N times: lab_up() with both programs, ready; lab_down()
 *   bench-lab ping N GAP    round trips of one byte over TCP between two processes at the two ends
 *                           of such a lab, GAP ns of silence before each
 *
 * Prints one number a line: nanoseconds of each lab (links, whole) or of half of each round trip.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "lab/lab.h"
#include "lab/topology.h"
#include "netns/ns.h"

enum { PING_PORT = 7777, LABS_MAX = 100000 };
#define DEADLINE_NS (20 * NS_PER_S)

static struct lab_config config_of(char **conns, int n_conns, const char *exe)
{
	return (struct lab_config){
		.family = AF_INET,
		.observer = SIDE_SERVER,
		.traffic = TRAFFIC_IDLE,
		.n_conns = n_conns,
		.conns = conns,
		.exe = exe,
		.deadline_ns = clock_now_ns() + DEADLINE_NS,
	};
}

static int links_up(struct lab *lab, struct err *err)
{
	int ret;

	memset(lab, 0, sizeof(*lab));
	lab->config = config_of(NULL, 0, NULL);
	ret = topology_namespaces(lab, err);
	return ret ? ret : topology_links(lab, err);
}

static int time_labs(int n, const char *exe, struct err *err)
{
	char conn[] = "0/recv", *conns[] = { conn, NULL };
	struct lab lab;

	for (int i = 0; i < n; i++) {
		struct lab_config config = config_of(conns, 1, exe);
		int64_t from_ns = clock_now_ns();
		int ret = exe ? lab_up(&lab, &config, err) : links_up(&lab, err);

		lab_down(&lab);
		if (ret)
			return ret;
		printf("%lld\n", (long long)(clock_now_ns() - from_ns));
	}
	return 0;
}

static _Noreturn void answer(const struct lab *lab, int listener, pid_t parent)
{
	int one = 1, fd;
	char byte;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent || netns_enter(lab->ns[PLACE_PEER], NULL))
		_exit(1);
	fd = accept(listener, NULL, NULL);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	while (recv(fd, &byte, 1, 0) == 1) {
		if (send(fd, &byte, 1, MSG_NOSIGNAL) != 1)
			break;
	}
	_exit(0);
}

static int ask(int fd, int n, int64_t gap_ns, struct err *err)
{
	int one = 1;
	char byte = 'x';

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	for (int i = 0; i < n; i++) {
		int64_t from_ns;

		if (gap_ns)
			clock_sleep_until(clock_now_ns() + gap_ns);
		from_ns = clock_now_ns();
		if (send(fd, &byte, 1, MSG_NOSIGNAL) != 1 || recv(fd, &byte, 1, 0) != 1)
			return err_sys(err, errno, "the round trip broke off");
		printf("%lld\n", (long long)(clock_now_ns() - from_ns) / 2);
	}
	return 0;
}

static int ping(struct lab *lab, int n, int64_t gap_ns, struct err *err)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_port = htons(PING_PORT) };
	int listener = netns_socket(lab->ns[PLACE_PEER], AF_INET, SOCK_STREAM, 0, err);
	int fd = netns_socket(lab->ns[PLACE_OBSERVER], AF_INET, SOCK_STREAM, 0, err), ret;
	pid_t parent = getpid(), pid;

	if (listener < 0 || fd < 0)
		return listener < 0 ? listener : fd;
	inet_pton(AF_INET, lab_address(&lab->config, PLACE_PEER), &addr.sin_addr);
	if (bind(listener, (struct sockaddr *)&addr, sizeof(addr)) || listen(listener, 1))
		return err_sys(err, errno, "cannot listen");
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		answer(lab, listener, parent);
	if (pid < 0)
		return err_sys(err, errno, "fork");
	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)))
		ret = err_sys(err, errno, "cannot connect");
	else
		ret = ask(fd, n, gap_ns, err);
	close(fd);
	close(listener);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return ret;
}

static int time_pings(int n, int64_t gap_ns, struct err *err)
{
	struct lab lab;
	int ret = links_up(&lab, err);

	if (!ret)
		ret = ping(&lab, n, gap_ns, err);
	lab_down(&lab);
	return ret;
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[1] : "";
	int n = argc > 2 ? atoi(argv[2]) : 0, ret;
	struct err err = { "" };

	if (n < 1 || n > LABS_MAX || (strcmp(what, "links") != 0 && argc != 4)) {
		fprintf(stderr, "usage: bench-lab links N | whole N EXE | ping N GAP_NS\n");
		return 2;
	}
	ret = netns_privilege(&err);
	if (!ret && strcmp(what, "ping") == 0)
		ret = time_pings(n, atoll(argv[3]), &err);
	else if (!ret)
		ret = time_labs(n, argc == 4 ? argv[3] : NULL, &err);
	if (ret)
		fprintf(stderr, "bench-lab: %s\n", err.text);
	return ret ? 1 : 0;
}
