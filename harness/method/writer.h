/* SPDX-License-Identifier: MIT */
#ifndef METHOD_WRITER_H
#define METHOD_WRITER_H

#include "method/method.h"
#include "theory/tcp.h"

/*
 * Reading that also writes: shared by the methods whose limit counts only while data is in flight.
 * One MSG_DATA leaves at armed + k * @period_ns, k >= 1; 0: none, and it is a blocking recv(2).
 * Returns when recv returns 0 or an error, or send an error; writes what was seen.
 */
void writer_until_end(struct watch *watch, int64_t period_ns);

/* The option row of the period: what a program that never writes learns is a question too. */
#define WRITER_PERIOD_MAX (INT64_C(365) * 24 * 3600 * NS_PER_S)
#define WRITER_ROW(default_, about_)                                                               \
	{ .name = "period", .type = OPT_DURATION, .def = (default_), .min = NS_PER_MS,             \
	  .max = WRITER_PERIOD_MAX, .about = (about_) }

/* When such a reader is told the end. @o: the socket's options; its writes_ns is the method's own
 * period. Beyond tcp_readable_end() it knows that a short limit meets the loss and the delay of a
 * path that is open. */
void writer_window(const struct situation *s, const struct tcp_options *o, struct window *w);

#endif
