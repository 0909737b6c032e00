/* SPDX-License-Identifier: MIT */
#ifndef METHOD_UNREACHABLE_H
#define METHOD_UNREACHABLE_H

#include "theory/situation.h"
#include "theory/window.h"

/*
 * When an ICMP unreachable reaches the observer's socket while the connection lives on. It is an
 * error to the next caller where IP_RECVERR is set. Without, it is soft: kept for the end, or until
 * somebody asks SO_ERROR, which hands out a soft error as well (net/core/sock.c: sk_getsockopt).
 */
void unreachable_window(const struct situation *s, struct window *w);

/* The earlier of @w, TCP's own end, and that. */
void unreachable_or(const struct situation *s, struct window *w);

#endif
