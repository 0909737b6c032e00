/* SPDX-License-Identifier: MIT */
#ifndef METHOD_BESIDE_H
#define METHOD_BESIDE_H

#include "method/method.h"

/*
 * The cost of connections that a method makes for itself, beside the one under watch: their segments
 * belong to it as its own messages do. TCP_INFO (linux/tcp.h) has them until the socket is closed.
 * One at a time. The thread that watches begins and ends them; any thread may ask.
 */

/* From here on the segments of @fd are counted. */
void beside_begin(struct watch *watch, int fd);

/* Right before close(2) of @fd; a FIN that comes in between the two is not counted, nor its ACK.
 * @resets: that sends a RST (SO_LINGER 0 on a connection that stands). */
void beside_end(struct watch *watch, bool resets);

/* Segments of all of them so far. */
void beside_packets(const struct watch *watch, uint32_t *out, uint32_t *in);

#endif
