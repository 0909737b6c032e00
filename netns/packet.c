/* SPDX-License-Identifier: MIT */
#include "netns/packet.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

enum { HOPS = 64 };

/* The Internet checksum (RFC 1071) of @size bytes, on top of @sum. */
static uint32_t add_up(const void *bytes, size_t size, uint32_t sum)
{
	const uint8_t *at = bytes;

	for (size_t i = 0; i < size; i++)
		sum += i % 2 ? at[i] : (uint32_t)at[i] << 8;
	return sum;
}

static uint16_t folded(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)~sum);
}

/* With the pseudo header of RFC 9293 3.1 and RFC 8200 8.1: both addresses, length, protocol. */
static void finish_tcp(uint8_t *tcp, size_t size, const void *addresses, size_t n)
{
	uint32_t sum = add_up(addresses, n, (uint32_t)size + IPPROTO_TCP);
	uint16_t check;

	sum = add_up(tcp, size, sum);
	check = folded(sum);
	memcpy(tcp + offsetof(struct tcphdr, check), &check, sizeof(check));
}

static int build_v4(const struct packet *p, uint8_t *bytes)
{
	struct iphdr ip = {
		.version = 4,
		.ihl = sizeof(ip) / 4,
		.tot_len = htons((uint16_t)(sizeof(ip) + p->size)),
		.ttl = HOPS,
		.protocol = p->protocol,
	};

	if (inet_pton(AF_INET, p->src, &ip.saddr) != 1 || inet_pton(AF_INET, p->dst, &ip.daddr) != 1)
		return -EINVAL;
	ip.check = folded(add_up(&ip, sizeof(ip), 0));
	memcpy(bytes, &ip, sizeof(ip));
	memcpy(bytes + sizeof(ip), p->payload, p->size);
	if (p->protocol == IPPROTO_TCP)
		finish_tcp(bytes + sizeof(ip), p->size, bytes + offsetof(struct iphdr, saddr), 8);
	return (int)(sizeof(ip) + p->size);
}

static int build_v6(const struct packet *p, uint8_t *bytes)
{
	struct ip6_hdr ip = { .ip6_flow = htonl(6u << 28),
			      .ip6_plen = htons((uint16_t)p->size),
			      .ip6_nxt = p->protocol,
			      .ip6_hlim = HOPS };

	if (inet_pton(AF_INET6, p->src, &ip.ip6_src) != 1 ||
	    inet_pton(AF_INET6, p->dst, &ip.ip6_dst) != 1)
		return -EINVAL;
	memcpy(bytes, &ip, sizeof(ip));
	memcpy(bytes + sizeof(ip), p->payload, p->size);
	if (p->protocol == IPPROTO_TCP)
		finish_tcp(bytes + sizeof(ip), p->size, bytes + offsetof(struct ip6_hdr, ip6_src),
			   32);
	return (int)(sizeof(ip) + p->size);
}

int packet_build(const struct packet *p, uint8_t bytes[PACKET_MAX], struct err *err)
{
	int n = -EINVAL;

	if (p->size + sizeof(struct ip6_hdr) <= PACKET_MAX)
		n = p->family == AF_INET6 ? build_v6(p, bytes) : build_v4(p, bytes);
	return n < 0 ? err_set(err, EINVAL, "no packet from %s to %s", p->src, p->dst) : n;
}
