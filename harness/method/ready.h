/* SPDX-License-Identifier: MIT */
#ifndef METHOD_READY_H
#define METHOD_READY_H

#include "method/method.h"

/* "POLLIN|POLLRDHUP" for poll(2)'s bits, which are epoll's too; @prefix is what each name begins
 * with, "POLL" or "EPOLL". Returns @buf. */
char *ready_events(unsigned int events, const char *prefix, char *buf, size_t size);

/*
 * What follows once something called the socket ready: a recv(2) that does not block. True when that
 * is the end, and saw is written: "@how recv=0", "@how recv=-1 ECONNRESET".
 */
bool ready_recv(struct watch *watch, const char *how);

/* The window and the span of phases of all that learn of an end as recv(2) does. */
void ready_window(const struct opt_values *opt, const struct situation *situation,
		  struct window *window);
int64_t ready_period_ns(const struct opt_values *opt, const struct situation *situation);

#endif
