/* SPDX-License-Identifier: MIT */
#include "lab/pcapng.h"

#include <string.h>

enum { ETHERNET = 1 }; /* tcpdump.org/linktypes.html */
enum { SECTION = 0x0a0d0d0a, INTERFACE = 1, PACKET = 6, MAGIC = 0x1a2b3c4d };
enum { OPT_END = 0, OPT_COMMENT = 1, OPT_IF_NAME = 2, OPT_EPB_FLAGS = 2, OPT_IF_DESCRIPTION = 3,
       OPT_USERAPPL = 4, OPT_IF_TSRESOL = 9 };

static const uint8_t nanoseconds = 9; /* if_tsresol: 10^-9 */

static uint32_t padded(uint32_t n)
{
	return (n + 3) & ~3u;
}

static void put32(FILE *out, uint32_t value)
{
	fwrite(&value, sizeof(value), 1, out);
}

static void put_padded(FILE *out, const void *bytes, uint32_t n)
{
	static const char zeros[4];

	fwrite(bytes, 1, n, out);
	fwrite(zeros, 1, padded(n) - n, out);
}

static void put_option(FILE *out, uint16_t code, const void *bytes, uint16_t n)
{
	fwrite(&code, sizeof(code), 1, out);
	fwrite(&n, sizeof(n), 1, out);
	put_padded(out, bytes, n);
}

static uint16_t text_size(const char *text)
{
	size_t n = text ? strlen(text) : 0;

	return n > UINT16_MAX ? UINT16_MAX : (uint16_t)n;
}

/* Bytes that an option takes; 0 for one that is left out. */
static uint32_t option_size(uint16_t n)
{
	return n ? 4 + padded(n) : 0;
}

void pcapng_section(FILE *out, const char *about)
{
	static const char program[] = "deadpeer";
	const uint64_t unknown = UINT64_MAX;
	uint16_t n = text_size(about);
	uint32_t size = 28 + option_size(n) + option_size(sizeof(program) - 1) + 4;

	put32(out, SECTION);
	put32(out, size);
	put32(out, MAGIC);
	put32(out, 1); /* version 1.0 */
	fwrite(&unknown, sizeof(unknown), 1, out);
	if (n)
		put_option(out, OPT_COMMENT, about, n);
	put_option(out, OPT_USERAPPL, program, sizeof(program) - 1);
	put32(out, OPT_END);
	put32(out, size);
}

void pcapng_interface(FILE *out, const char *name, const char *about)
{
	uint16_t n = text_size(name), m = text_size(about);
	uint32_t size = 20 + option_size(n) + option_size(m) + option_size(1) + 4;

	put32(out, INTERFACE);
	put32(out, size);
	put32(out, ETHERNET); /* and 16 reserved bits */
	put32(out, 0);		    /* no limit on what is captured of a packet */
	put_option(out, OPT_IF_NAME, name, n);
	put_option(out, OPT_IF_DESCRIPTION, about, m);
	put_option(out, OPT_IF_TSRESOL, &nanoseconds, 1);
	put32(out, OPT_END);
	put32(out, size);
}

void pcapng_packet(FILE *out, uint32_t interface, int64_t at_ns, const void *bytes, uint32_t size,
		   uint32_t whole, enum pcapng_way way, const char *comment)
{
	const uint32_t flags = way;
	uint16_t n = text_size(comment);
	uint32_t block = 32 + padded(size) + option_size(n) + (way ? option_size(4) : 0) + 4;

	put32(out, PACKET);
	put32(out, block);
	put32(out, interface);
	put32(out, (uint32_t)((uint64_t)at_ns >> 32));
	put32(out, (uint32_t)at_ns);
	put32(out, size);
	put32(out, whole);
	put_padded(out, bytes, size);
	if (n)
		put_option(out, OPT_COMMENT, comment, n);
	if (way)
		put_option(out, OPT_EPB_FLAGS, &flags, 4);
	put32(out, OPT_END);
	put32(out, block);
}
