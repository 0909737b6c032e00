/* SPDX-License-Identifier: MIT */
#include "lab/packets.h"

#include <stdlib.h>
#include <string.h>

static struct packet *unkept(struct packets *packets)
{
	packets->unkept++;
	return NULL;
}

struct packet *packets_keep(struct packets *packets, uint32_t size)
{
	struct packet *p;

	if (packets->bytes + size > (size_t)PACKETS_MB << 20)
		return unkept(packets);
	if (packets->n == packets->room) {
		size_t room = packets->room ? 2 * packets->room : 1024;
		struct packet *more = reallocarray(packets->all, room, sizeof(*more));

		if (!more)
			return unkept(packets);
		packets->all = more;
		packets->room = room;
	}
	p = &packets->all[packets->n];
	*p = (struct packet){ .order = (uint32_t)packets->n, .size = size, .whole = size };
	p->bytes = malloc(size + 1);
	if (!p->bytes)
		return unkept(packets);
	p->bytes[size] = '\0';
	packets->bytes += size;
	packets->n++;
	return p;
}

static int by_time(const void *a, const void *b)
{
	const struct packet *p = a, *q = b;

	if (p->at_ns != q->at_ns)
		return p->at_ns < q->at_ns ? -1 : 1;
	return p->order < q->order ? -1 : p->order > q->order;
}

void packets_write(struct packets *packets, FILE *out)
{
	if (packets->n)
		qsort(packets->all, packets->n, sizeof(*packets->all), by_time);
	for (size_t i = 0; i < packets->n; i++) {
		const struct packet *p = &packets->all[i];

		pcapng_packet(out, p->interface, p->at_ns, p->bytes, p->size, p->whole, p->way,
			      p->comment ? p->bytes + p->comment : NULL);
	}
}

void packets_free(struct packets *packets)
{
	for (size_t i = 0; i < packets->n; i++)
		free(packets->all[i].bytes);
	free(packets->all);
	*packets = (struct packets){ 0 };
}
