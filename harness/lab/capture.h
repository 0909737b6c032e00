/* SPDX-License-Identifier: MIT */
#ifndef LAB_CAPTURE_H
#define LAB_CAPTURE_H

#include <stdint.h>

#include "lab/lab.h"

/*
 * Every packet of a lab, at both ends and at both ports of the wire, from a thread with packet(7)
 * sockets. Each packet is seen where it passes: one that the wire loses is in the file at one port and
 * not at the other. Its time is the kernel's own stamp, turned from CLOCK_REALTIME into the
 * CLOCK_MONOTONIC of the records, so that both can be laid side by side.
 *
 * Capturing takes time of its own. In virtual time a run with it is as reproducible as one without,
 * but it is another run: times differ by microseconds.
 */
struct capture;

/* NULL and a sentence: it could not be started. */
struct capture *capture_start(struct lab *lab, struct err *err);

/* What happened at @at_ns: a line of its own in the file, on the interface "deadpeer". */
void capture_note(struct capture *capture, int64_t at_ns, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Ends the capture. The whole pcapng file, malloc'ed; NULL: no memory. @about: the file's comment. */
char *capture_stop(struct capture *capture, const char *about, size_t *size);

#endif
