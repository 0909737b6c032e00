/* SPDX-License-Identifier: MIT */
/*
 * TCP over veth and lossy netem between two namespaces, with the time of every answer. Two runs
 * with one seed must print the same, to the nanosecond; another seed loses other packets. In the
 * end the far side is silenced (loss 100 %), and the connections' keepalive, 60 s + 3 times 5 s,
 * has to notice. It shares no code with the lab, so that a mistake there does not hide one here.
 */
#include "engine/virtual/payload/payload.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/link/veth.h>
#include <netlink/route/qdisc.h>
#include <netlink/route/qdisc/netem.h>
#include <netlink/route/tc.h>

enum { CONNECTIONS = 8, PORT = 7 };

static void must(int ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "payload: %s: %s\n", what, strerror(errno));
	exit(1);
}

static struct nl_sock *route_socket(void)
{
	struct nl_sock *sock = nl_socket_alloc();

	must(sock && !nl_connect(sock, NETLINK_ROUTE), "netlink");
	return sock;
}

static void set_loss(int percent)
{
	struct nl_sock *sock = route_socket();
	struct rtnl_qdisc *qdisc = rtnl_qdisc_alloc();

	rtnl_tc_set_ifindex(TC_CAST(qdisc), (int)if_nametoindex("v0"));
	rtnl_tc_set_parent(TC_CAST(qdisc), TC_H_ROOT);
	rtnl_tc_set_handle(TC_CAST(qdisc), TC_HANDLE(1, 0));
	must(!rtnl_tc_set_kind(TC_CAST(qdisc), "netem"), "netem");
	rtnl_netem_set_delay(qdisc, 10000);
	rtnl_netem_set_jitter(qdisc, 2000);
	rtnl_netem_set_loss(qdisc, (int)(UINT32_MAX / 100 * (unsigned)percent));
	rtnl_netem_set_limit(qdisc, 1000);
	must(!rtnl_qdisc_add(sock, qdisc, NLM_F_CREATE | NLM_F_REPLACE), "adding netem");
	rtnl_qdisc_put(qdisc);
	nl_socket_free(sock);
}

static void set_address(const char *text)
{
	struct nl_sock *sock = route_socket();
	struct rtnl_link *up = rtnl_link_alloc(), *link;
	struct rtnl_addr *addr = rtnl_addr_alloc();
	struct nl_addr *local;

	must(!rtnl_link_get_kernel(sock, 0, "v0", &link), "finding the link");
	rtnl_link_set_flags(up, IFF_UP);
	must(!rtnl_link_change(sock, link, up, 0), "link up");
	must(!nl_addr_parse(text, AF_INET, &local), "address");
	rtnl_addr_set_ifindex(addr, rtnl_link_get_ifindex(link));
	must(!rtnl_addr_set_local(addr, local) && !rtnl_addr_add(sock, addr, 0),
	     "adding an address");
	nl_socket_free(sock);
}

static void make_pair(pid_t other)
{
	struct nl_sock *sock = route_socket();

	must(!rtnl_link_veth_add(sock, "v0", "v0", other), "adding a veth");
	nl_socket_free(sock);
}

static struct sockaddr_in server_address(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(PORT) };

	at.sin_addr.s_addr = inet_addr("10.0.0.2");
	return at;
}

static _Noreturn void serve(int told, int tell)
{
	struct sockaddr_in at = server_address();
	int one = 1, server, fd[CONNECTIONS];
	char byte;

	must(!unshare(CLONE_NEWNET), "unshare");
	must(write(tell, "n", 1) == 1 && read(told, &byte, 1) == 1, "waiting for the veth");
	set_address("10.0.0.2/24");
	set_loss(10);
	server = socket(AF_INET, SOCK_STREAM, 0);
	must(!bind(server, (void *)&at, sizeof(at)) && !listen(server, 64), "listen");
	must(write(tell, "l", 1) == 1, "telling");
	for (int i = 0; i < CONNECTIONS; i++) {
		fd[i] = accept(server, NULL, NULL);
		must(fd[i] >= 0, "accept");
		setsockopt(fd[i], IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		if (fork())
			continue;
		while (read(fd[i], &byte, 1) == 1 && write(fd[i], &byte, 1) == 1)
			;
		pause();
	}
	must(read(told, &byte, 1) == 1, "waiting for the end");
	set_loss(100);
	must(write(tell, "s", 1) == 1, "telling");
	for (;;)
		pause();
}

static long long now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

static int connect_one(void)
{
	struct sockaddr_in at = server_address();
	int one = 1, idle = 60, intvl = 5, count = 3;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	must(!connect(fd, (void *)&at, sizeof(at)), "connect");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &intvl, sizeof(intvl));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof(count));
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one));
	return fd;
}

int payload_tcp(int rounds)
{
	int fd[CONNECTIONS], told[2], tell[2];
	long long silent;
	char byte;
	pid_t pid;

	must(!pipe(told) && !pipe(tell), "pipe");
	pid = fork();
	if (!pid)
		serve(told[0], tell[1]);
	must(!unshare(CLONE_NEWNET) && read(tell[0], &byte, 1) == 1, "unshare");
	make_pair(pid);
	set_address("10.0.0.1/24");
	must(write(told[1], "v", 1) == 1 && read(tell[0], &byte, 1) == 1, "waiting to listen");
	for (int i = 0; i < CONNECTIONS; i++) {
		fd[i] = connect_one();
		printf("connected %d %lld\n", i, now());
	}
	for (int round = 0; round < rounds; round++)
		for (int i = 0; i < CONNECTIONS; i++) {
			must(write(fd[i], "x", 1) == 1 && read(fd[i], &byte, 1) == 1, "echo");
			printf("answer %d %d %lld\n", round, i, now());
		}
	must(write(told[1], "e", 1) == 1 && read(tell[0], &byte, 1) == 1, "silencing");
	silent = now();
	for (int i = 0; i < CONNECTIONS; i++) {
		ssize_t n = read(fd[i], &byte, 1);

		printf("dead %d %zd %s after %lld\n", i, n, n < 0 ? strerror(errno) : "",
		       now() - silent);
	}
	return 0;
}
