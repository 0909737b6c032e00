/* SPDX-License-Identifier: MIT */
#ifndef LAB_PACKETS_H
#define LAB_PACKETS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "lab/pcapng.h"

/* Packets in memory, up to a limit, until they are written in the order of time. */

enum { PACKETS_MB = 256 };

struct packet {
	int64_t at_ns;
	uint32_t order, interface, size, whole; /* @whole: on the wire; @size bytes of it are here */
	enum pcapng_way way;
	uint32_t comment; /* where in bytes it begins, up to their end; 0: none */
	char *bytes;      /* with a NUL behind the last */
};

struct packets {
	struct packet *all;
	size_t n, room, bytes, unkept;
};

/* One more, with room for @size bytes; NULL: it is not kept, and counted. */
struct packet *packets_keep(struct packets *packets, uint32_t size);

/* Sorts them and writes their blocks. */
void packets_write(struct packets *packets, FILE *out);

void packets_free(struct packets *packets);

#endif
