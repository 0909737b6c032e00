/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "fault/proof.h"

enum { KNOCK_PORT = 9 /* discard, RFC 863: nobody listens */, KNOCK_WAIT_MS = 20,
       LARGE_UDP = 1472 };

static socklen_t address_of(const struct lab *lab, enum place place, struct sockaddr_storage *at)
{
	const char *text = lab_address(&lab->config, place);

	memset(at, 0, sizeof(*at));
	at->ss_family = (sa_family_t)lab->config.family;
	if (lab->config.family == AF_INET6) {
		struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)at;

		inet_pton(AF_INET6, text, &v6->sin6_addr);
		v6->sin6_port = htons(KNOCK_PORT);
		return sizeof(*v6);
	}
	inet_pton(AF_INET, text, &((struct sockaddr_in *)at)->sin_addr);
	((struct sockaddr_in *)at)->sin_port = htons(KNOCK_PORT);
	return sizeof(struct sockaddr_in);
}

int proof_knock(struct lab *lab, enum place from, int64_t deadline_ns, struct err *err)
{
	enum place to = from == PLACE_PEER ? PLACE_OBSERVER : PLACE_PEER;
	int fd = netns_socket(lab->ns[from], lab->config.family, SOCK_STREAM | SOCK_NONBLOCK, 0, err);
	int64_t left_ms = (deadline_ns - clock_now_ns()) / NS_PER_MS;
	struct sockaddr_storage at;
	socklen_t len = address_of(lab, to, &at);
	struct pollfd answer = {.fd = fd, .events = POLLOUT};

	if (fd < 0)
		return fd;
	if (connect(fd, (const struct sockaddr *)&at, len) < 0 && errno == EINPROGRESS)
		poll(&answer, 1, left_ms < KNOCK_WAIT_MS ? (int)(left_ms > 0 ? left_ms : 0) :
							   KNOCK_WAIT_MS);
	close(fd);
	return 0;
}

int proof_large(struct lab *lab, enum place from, struct err *err)
{
	enum place to = from == PLACE_PEER ? PLACE_OBSERVER : PLACE_PEER;
	int fd = netns_socket(lab->ns[from], lab->config.family, SOCK_DGRAM, 0, err), ret = 0;
	static const char bytes[LARGE_UDP];
	struct sockaddr_storage at;
	socklen_t len = address_of(lab, to, &at);

	if (fd < 0)
		return fd;
	if (sendto(fd, bytes, lab->config.family == AF_INET6 ? sizeof(bytes) - 20 : sizeof(bytes), 0,
		   (const struct sockaddr *)&at, len) < 0)
		ret = err_sys(err, errno, "a large datagram");
	close(fd);
	return ret;
}

int proof_address(struct lab *lab, enum place end, bool *has, struct err *err)
{
	int fd = netns_socket(lab->ns[end], lab->config.family, SOCK_DGRAM, 0, err), ret = 0;
	struct sockaddr_storage at;
	socklen_t len = address_of(lab, end, &at);

	if (fd < 0)
		return fd;
	*has = !bind(fd, (const struct sockaddr *)&at, len);
	if (!*has && errno != EADDRNOTAVAIL)
		ret = err_sys(err, errno, "bind to %s", lab_address(&lab->config, end));
	close(fd);
	return ret;
}

struct count {
	const char *path;
	int n;
	int64_t unread;
};

/* Every line but the first is a socket (proc_net_tcp.rst). */
static int count_lines(void *arg, struct err *err)
{
	struct count *count = arg;
	FILE *file = fopen(count->path, "re");
	unsigned int state, unread;
	char line[512];

	if (!file)
		return err_sys(err, errno, "%s", count->path);
	count->n = -1;
	while (fgets(line, sizeof(line), file)) {
		count->n++;
		if (sscanf(line, "%*d: %*s %*s %x %*x:%x", &state, &unread) == 2 &&
		    state == TCP_ESTABLISHED)
			count->unread += unread;
	}
	fclose(file);
	return count->n < 0 ? err_set(err, ENODATA, "%s is empty", count->path) : 0;
}

static int count_sockets(struct lab *lab, enum place place, struct count *count, struct err *err)
{
	*count = (struct count){.path = lab->config.family == AF_INET6 ? "/proc/thread-self/net/tcp6" :
									 "/proc/thread-self/net/tcp"};
	return netns_within(lab->ns[place], count_lines, count, err);
}

int proof_sockets(struct lab *lab, enum place place, int *n, struct err *err)
{
	struct count count;
	int ret = count_sockets(lab, place, &count, err);

	*n = count.n;
	return ret;
}

int proof_unread(struct lab *lab, enum place place, int64_t *bytes, struct err *err)
{
	struct count count;
	int ret = count_sockets(lab, place, &count, err);

	*bytes = count.unread;
	return ret;
}
