/* SPDX-License-Identifier: MIT */
/*
 * The sockets and the thread that reads them. Packets are kept in memory while the lab runs
 * (lab/packets.c) and written when it is over: a disk that is slow must not slow the lab, and a guest
 * has none. The file says how much was not kept, and what the kernel dropped before the thread read it.
 */
#include "lab/capture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "lab/packets.h"
#include "netns/link.h"

enum { PLACES = 4, NOTES = PLACES, RECEIVE_BUFFER = 8 << 20, PACKET_MAX = 1 << 16 };

/* A note is a frame of the first EtherType for local experiments (IEEE 802), 0x88b5, from nobody to
 * nobody; its text is the frame's payload and the packet's comment. */
enum { NOTE_MAX = 512 };

struct capture {
	int fd[PLACES], stop;
	bool running;
	pthread_t thread;
	int64_t real_ns; /* CLOCK_REALTIME - CLOCK_MONOTONIC */
	struct packets packets;
	char buf[PACKET_MAX];
};

static const struct {
	enum place ns, end;
	bool port;
	const char *about;
} places[PLACES] = {
	{ PLACE_OBSERVER, PLACE_OBSERVER, false, "the observer's device" },
	{ PLACE_WIRE, PLACE_OBSERVER, true, "the wire's port towards the observer" },
	{ PLACE_WIRE, PLACE_PEER, true, "the wire's port towards the peer" },
	{ PLACE_PEER, PLACE_PEER, false, "the peer's device" },
};

static const char *device_of(int place)
{
	return places[place].port ? lab_port(places[place].end) : lab_device(places[place].end);
}

static int open_at(struct lab *lab, int place, struct err *err)
{
	struct netns *ns = lab->ns[places[place].ns];
	struct sockaddr_ll at = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };
	const int size = RECEIVE_BUFFER, on = 1;
	struct link_state st;
	int fd, ret = link_get(ns, device_of(place), &st, err);

	if (ret)
		return ret;
	fd = netns_socket(ns, AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, 0, err);
	if (fd < 0)
		return fd;
	at.sll_ifindex = st.ifindex;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)) ||
	    bind(fd, (struct sockaddr *)&at, sizeof(at))) {
		ret = err_sys(err, errno, "cannot capture at %s", device_of(place));
		close(fd);
		return ret;
	}
	return fd;
}

static int64_t realtime_offset_ns(void)
{
	int64_t before = clock_now_ns();
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec * NS_PER_S + ts.tv_nsec - (before + clock_now_ns()) / 2;
}

static int64_t stamp_of(struct msghdr *msg, int64_t otherwise)
{
	for (struct cmsghdr *m = CMSG_FIRSTHDR(msg); m; m = CMSG_NXTHDR(msg, m)) {
		if (m->cmsg_level == SOL_SOCKET && m->cmsg_type == SCM_TIMESTAMPNS) {
			struct timespec ts;

			memcpy(&ts, CMSG_DATA(m), sizeof(ts));
			return ts.tv_sec * NS_PER_S + ts.tv_nsec;
		}
	}
	return otherwise;
}

static void drain(struct capture *c, int place)
{
	for (;;) {
		char control[128];
		struct sockaddr_ll from = { 0 };
		struct iovec vec = { c->buf, sizeof(c->buf) };
		struct msghdr msg = { .msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &vec,
				      .msg_iovlen = 1, .msg_control = control,
				      .msg_controllen = sizeof(control) };
		ssize_t n = recvmsg(c->fd[place], &msg, MSG_TRUNC);
		struct packet *p;

		if (n < 0 && errno == ENETDOWN) /* told once when the device goes down */
			continue;
		if (n < 0)
			return;
		p = packets_keep(&c->packets, n < PACKET_MAX ? (uint32_t)n : PACKET_MAX);
		if (!p)
			continue;
		memcpy(p->bytes, c->buf, p->size);
		p->at_ns = stamp_of(&msg, clock_now_ns() + c->real_ns) - c->real_ns;
		p->interface = (uint32_t)place;
		p->whole = (uint32_t)n;
		p->way = from.sll_pkttype == PACKET_OUTGOING ? PCAPNG_OUTBOUND : PCAPNG_INBOUND;
	}
}

static void *run(void *arg)
{
	struct capture *c = arg;
	struct pollfd fds[PLACES + 1];
	bool stop = false;

	for (int i = 0; i < PLACES; i++)
		fds[i] = (struct pollfd){ .fd = c->fd[i], .events = POLLIN };
	fds[PLACES] = (struct pollfd){ .fd = c->stop, .events = POLLIN };
	while (!stop) {
		if (poll(fds, PLACES + 1, -1) < 0 && errno != EINTR)
			break;
		stop = fds[PLACES].revents & POLLIN;
		for (int i = 0; i < PLACES; i++)
			drain(c, i);
	}
	return NULL;
}

static void release(struct capture *c)
{
	for (int i = 0; i < PLACES; i++) {
		if (c->fd[i] >= 0)
			close(c->fd[i]);
	}
	if (c->stop >= 0)
		close(c->stop);
	packets_free(&c->packets);
	free(c);
}

struct capture *capture_start(struct lab *lab, struct err *err)
{
	struct capture *c = calloc(1, sizeof(*c));
	int ret = 0;

	if (!c) {
		err_set(err, ENOMEM, "no memory for the capture");
		return NULL;
	}
	for (int i = 0; i < PLACES; i++)
		c->fd[i] = -1;
	c->stop = eventfd(0, EFD_CLOEXEC);
	c->real_ns = realtime_offset_ns();
	for (int i = 0; i < PLACES && ret >= 0; i++)
		ret = c->fd[i] = open_at(lab, i, err);
	if (ret >= 0) {
		ret = -pthread_create(&c->thread, NULL, run, c);
		c->running = ret == 0;
		if (ret)
			err_sys(err, -ret, "cannot start the capture");
	}
	if (ret < 0) {
		release(c);
		return NULL;
	}
	return c;
}

static void join(struct capture *c)
{
	const uint64_t one = 1;

	if (c->running && write(c->stop, &one, sizeof(one)) == sizeof(one))
		pthread_join(c->thread, NULL);
	c->running = false;
}

void capture_note(struct capture *c, int64_t at_ns, const char *fmt, ...)
{
	struct packet *p;
	char frame[NOTE_MAX] = { [12] = '\x88', [13] = '\xb5' };
	va_list ap;

	join(c);
	va_start(ap, fmt);
	vsnprintf(frame + ETH_HLEN, sizeof(frame) - ETH_HLEN, fmt, ap);
	va_end(ap);
	p = packets_keep(&c->packets, (uint32_t)(ETH_HLEN + strlen(frame + ETH_HLEN)));
	if (!p)
		return;
	memcpy(p->bytes, frame, p->size);
	p->at_ns = at_ns;
	p->interface = NOTES;
	p->comment = ETH_HLEN;
}

/* Packets that the kernel had no room for, over all sockets. */
static unsigned int dropped(const struct capture *c)
{
	unsigned int n = 0;

	for (int i = 0; i < PLACES; i++) {
		struct tpacket_stats st = { 0 };
		socklen_t size = sizeof(st);

		if (getsockopt(c->fd[i], SOL_PACKET, PACKET_STATISTICS, &st, &size) == 0)
			n += st.tp_drops;
	}
	return n;
}

static void write_out(struct capture *c, const char *about, FILE *out)
{
	pcapng_section(out, about);
	for (int i = 0; i < PLACES; i++)
		pcapng_interface(out, device_of(i), places[i].about);
	pcapng_interface(out, "deadpeer", "what the lab did, and what methods noticed");
	packets_write(&c->packets, out);
}

char *capture_stop(struct capture *c, const char *about, size_t *size)
{
	char *text = NULL;
	unsigned int lost;
	FILE *out;

	join(c);
	lost = dropped(c);
	if (lost || c->packets.unkept)
		capture_note(c, clock_now_ns(), "not in this file: %u packets that the kernel dropped, "
			     "%zu beyond %d MB", lost, c->packets.unkept, PACKETS_MB);
	out = open_memstream(&text, size);
	if (out) {
		write_out(c, about, out);
		if (fclose(out)) {
			free(text);
			text = NULL;
		}
	}
	release(c);
	return text;
}
