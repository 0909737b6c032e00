/* SPDX-License-Identifier: MIT */
#ifndef LAB_PCAPNG_H
#define LAB_PCAPNG_H

#include <stdint.h>
#include <stdio.h>

/*
 * The blocks of a pcapng file (draft-ietf-opsawg-pcapng; IETF), in the machine's byte order, as
 * Wireshark opens it. Times are nanoseconds of one clock.
 */

enum pcapng_way { PCAPNG_UNKNOWN, PCAPNG_INBOUND, PCAPNG_OUTBOUND };

/* Opens a section. @about: what is in the file, as its comment. */
void pcapng_section(FILE *out, const char *about);

/* Interfaces are numbered from 0 in the order in which they are written. All are Ethernet: tcpdump(8)
 * reads no file of several link types. */
void pcapng_interface(FILE *out, const char *name, const char *about);

/* @whole: its length on the wire, of which @size bytes are there. @comment NULL: none. */
void pcapng_packet(FILE *out, uint32_t interface, int64_t at_ns, const void *bytes, uint32_t size,
		   uint32_t whole, enum pcapng_way way, const char *comment);

#endif
