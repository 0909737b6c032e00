/* SPDX-License-Identifier: MIT */
#include "netns/probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "netns/link.h"
#include "netns/packet.h"

/*
 * The receiver of a frame listens to its one EtherType on its one device, not to all protocols: such
 * a socket gets a frame only after the ingress hook (__netif_receive_skb_core()), so a frame dropped
 * there has not arrived. That of a packet is a raw socket of the packet's protocol, which gets what
 * its host takes for its own (raw(7)), and whose presence keeps the host from answering that it does
 * not know the protocol. Both listen before the first is sent.
 */

enum { PROBE_ETHERTYPE = 0x88b5, PROBE_PROTOCOL = 253, PROBE_FRAMES = 4 };
enum { FRAME_MIN = 60 }; /* bytes an Ethernet frame has at the least, without its checksum */

struct probe {
	int tx, rx;
	struct sockaddr_ll to;
	uint64_t number;
	size_t number_at; /* in what the receiver gets */
	uint8_t frame[sizeof(struct ethhdr) + PACKET_MAX];
	size_t size;
};

static int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

static void *close_both(void *arg)
{
	int *fds = arg;

	close(fds[0]);
	close(fds[1]);
	free(fds);
	return NULL;
}

/* Closing a packet socket waits for an RCU grace period, 10 ms and more (packet_release()), which
 * nobody else has to wait for. Closing -1 is harmless. */
static void probe_close(const struct probe *p)
{
	pthread_t thread;
	int *fds;

	if (p->tx < 0 && p->rx < 0)
		return;
	fds = malloc(2 * sizeof(*fds));
	if (!fds) {
		close(p->tx);
		close(p->rx);
		return;
	}
	fds[0] = p->tx;
	fds[1] = p->rx;
	if (pthread_create(&thread, NULL, close_both, fds))
		close_both(fds);
	else
		pthread_detach(thread);
}

/* @payload follows the Ethernet header. */
static void make_frame(struct probe *p, const struct link_state *src, const struct link_state *dst,
		       uint16_t type, const void *payload, size_t size)
{
	struct ethhdr eth = { .h_proto = htons(type) };

	p->to = (struct sockaddr_ll){
		.sll_family = AF_PACKET,
		.sll_protocol = htons(type),
		.sll_ifindex = src->ifindex,
		.sll_halen = ETH_ALEN,
	};
	memcpy(p->to.sll_addr, dst->mac, ETH_ALEN);
	memcpy(eth.h_dest, dst->mac, ETH_ALEN);
	memcpy(eth.h_source, src->mac, ETH_ALEN);
	memset(p->frame, 0, sizeof(p->frame));
	memcpy(p->frame, &eth, sizeof(eth));
	memcpy(p->frame + sizeof(eth), payload, size);
	p->size = sizeof(eth) + size > FRAME_MIN ? sizeof(eth) + size : FRAME_MIN;
}

static int draw_number(struct probe *p, struct err *err)
{
	if (getrandom(&p->number, sizeof(p->number), 0) < 0)
		return err_sys(err, errno, "cannot draw a random number");
	return 0;
}

static int open_sender(struct probe *p, struct netns *from, struct err *err)
{
	p->tx = netns_socket(from, AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, 0, err);
	return p->tx < 0 ? p->tx : 0;
}

static int open_receiver(struct probe *p, struct netns *to, const struct link_state *dst,
			 struct err *err)
{
	const struct sockaddr_ll here = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(PROBE_ETHERTYPE),
		.sll_ifindex = dst->ifindex,
	};

	p->rx = netns_socket(to, AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, 0, err);
	if (p->rx < 0)
		return p->rx;
	if (bind(p->rx, (const struct sockaddr *)&here, sizeof(here)))
		return err_sys(err, errno, "cannot listen for probe frames");
	return 0;
}

static int send_frame(const struct probe *p, struct err *err)
{
	ssize_t n = sendto(p->tx, p->frame, p->size, 0, (const struct sockaddr *)&p->to,
			   sizeof(p->to));

	if (n >= 0 || errno == ENETDOWN || errno == ENOBUFS || errno == EAGAIN)
		return 0;
	return err_sys(err, errno, "cannot send a probe frame");
}

/* 1: ours arrived; 0: not yet; or a negative errno. A device that is down says ENETDOWN once. */
static int receive_frames(const struct probe *p, struct err *err)
{
	uint8_t got[sizeof(p->frame)];

	for (;;) {
		ssize_t n = recv(p->rx, got, sizeof(got), 0);

		if (n >= (ssize_t)(p->number_at + sizeof(p->number)) &&
		    !memcmp(got + p->number_at, &p->number, sizeof(p->number)))
			return 1;
		if (n >= 0 || errno == ENETDOWN || errno == EINTR)
			continue;
		return errno == EAGAIN ? 0 : err_sys(err, errno, "cannot receive probe frames");
	}
}

static int watch_until(const struct probe *p, int64_t deadline_ns, struct err *err)
{
	struct pollfd pfd = { .fd = p->rx, .events = POLLIN };
	struct timespec ts;

	for (;;) {
		int ret = receive_frames(p, err);
		int64_t left = deadline_ns - now_ns();

		if (ret || left <= 0)
			return ret;
		ts.tv_sec = left / INT64_C(1000000000);
		ts.tv_nsec = left % INT64_C(1000000000);
		if (ppoll(&pfd, 1, &ts, NULL) < 0 && errno != EINTR)
			return err_sys(err, errno, "cannot wait for probe frames");
	}
}

static int send_and_watch(const struct probe *p, int64_t timeout_ns, struct err *err)
{
	const int64_t start_ns = now_ns();
	int i;

	for (i = 0; i < PROBE_FRAMES; i++) {
		int ret = send_frame(p, err);

		if (!ret)
			ret = watch_until(p, start_ns + timeout_ns * (i + 1) / PROBE_FRAMES, err);
		if (ret)
			return ret;
	}
	return 0;
}

/* Both ends of a cable, and a frame of the experiment's EtherType between them. */
static int on_link(struct probe *p, struct netns *from, const char *from_dev, struct netns *to,
		   const char *to_dev, struct link_state *dst, struct err *err)
{
	struct link_state src;
	int ret = link_get(from, from_dev, &src, err);

	if (!ret)
		ret = link_get(to, to_dev, dst, err);
	if (!ret)
		ret = draw_number(p, err);
	if (ret)
		return ret;
	make_frame(p, &src, dst, PROBE_ETHERTYPE, &p->number, sizeof(p->number));
	p->number_at = sizeof(struct ethhdr);
	return open_sender(p, from, err);
}

int probe_path(struct netns *from, const char *from_dev, struct netns *to, const char *to_dev,
	       int64_t timeout_ns, bool *arrived, struct err *err)
{
	struct probe p = { .tx = -1, .rx = -1 };
	struct link_state dst;
	int ret = on_link(&p, from, from_dev, to, to_dev, &dst, err);

	*arrived = false;
	if (!ret)
		ret = open_receiver(&p, to, &dst, err);
	if (!ret)
		ret = send_and_watch(&p, timeout_ns, err);
	probe_close(&p);
	if (ret < 0)
		return ret;
	*arrived = ret > 0;
	return 0;
}

int probe_send(struct netns *from, const char *from_dev, struct netns *to, const char *to_dev,
	       struct err *err)
{
	struct probe p = { .tx = -1, .rx = -1 };
	struct link_state dst;
	int ret = on_link(&p, from, from_dev, to, to_dev, &dst, err);

	if (!ret)
		ret = send_frame(&p, err);
	probe_close(&p);
	return ret;
}

/* A packet in a frame for the router's port. */
static int to_router(struct probe *p, const struct probe_route *way, uint8_t protocol,
		     const void *payload, size_t size, struct err *err)
{
	const struct packet packet = { way->family, way->src, way->dst, protocol, payload, size };
	struct link_state src, port;
	uint8_t bytes[PACKET_MAX];
	int n = packet_build(&packet, bytes, err), ret;

	if (n < 0)
		return n;
	ret = link_get(way->from, way->from_dev, &src, err);
	if (!ret)
		ret = link_get(way->router, way->port, &port, err);
	if (ret)
		return ret;
	make_frame(p, &src, &port, way->family == AF_INET6 ? ETH_P_IPV6 : ETH_P_IP, bytes, (size_t)n);
	return open_sender(p, way->from, err);
}

int probe_route(const struct probe_route *way, int64_t timeout_ns, bool *arrived, struct err *err)
{
	struct probe p = { .tx = -1, .rx = -1 };
	int ret = draw_number(&p, err);

	*arrived = false;
	if (!ret)
		ret = to_router(&p, way, PROBE_PROTOCOL, &p.number, sizeof(p.number), err);
	if (!ret) {
		/* raw(7): with its header in IPv4, without in IPv6 */
		p.number_at = way->family == AF_INET6 ? 0 : sizeof(struct iphdr);
		p.rx = netns_socket(way->to, way->family, SOCK_RAW | SOCK_NONBLOCK, PROBE_PROTOCOL,
				    err);
		ret = p.rx < 0 ? p.rx : send_and_watch(&p, timeout_ns, err);
	}
	probe_close(&p);
	if (ret < 0)
		return ret;
	*arrived = ret > 0;
	return 0;
}

int probe_segment(const struct probe_route *way, struct err *err)
{
	const struct tcphdr ack = { .source = htons(1), .dest = htons(1), .doff = sizeof(ack) / 4,
				    .ack = 1, .window = htons(1) };
	struct probe p = { .tx = -1, .rx = -1 };
	int ret = to_router(&p, way, IPPROTO_TCP, &ack, sizeof(ack), err);

	if (!ret)
		ret = send_frame(&p, err);
	probe_close(&p);
	return ret;
}
