/* SPDX-License-Identifier: MIT */
#ifndef NETNS_PACKET_H
#define NETNS_PACKET_H

#include <stddef.h>
#include <stdint.h>

#include "netns/err.h"

/* An IP packet as bytes: no socket and no kernel takes part. Used inside this room only. */

enum { PACKET_MAX = 128 }; /* bytes, the longest packet that is built here */

struct packet {
	int family;           /* AF_INET or AF_INET6 */
	const char *src, *dst; /* addresses as text */
	uint8_t protocol;     /* IANA's number */
	const void *payload;  /* of IPPROTO_TCP: its checksum is filled in */
	size_t size;
};

/* Its length; -EINVAL: not an address, or too long. */
int packet_build(const struct packet *p, uint8_t bytes[PACKET_MAX], struct err *err);

#endif
