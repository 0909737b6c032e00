/* SPDX-License-Identifier: MIT */
#ifndef THEORY_WINDOW_H
#define THEORY_WINDOW_H

#include <stddef.h>
#include <stdint.h>

/*
 * What theory says of one method and one fault: the earliest and the latest instant, in
 * nanoseconds after the fault, at which the method notices; or that it never does; or nothing.
 * The latest instant is pure theory: the allowance for a late scheduler is added by the verdict.
 */
enum window_kind {
	WINDOW_NONE,  /* theory cannot say; `why` says what is missing */
	WINDOW_SOME,  /* noticed between lo_ns and hi_ns */
	WINDOW_NEVER, /* not noticed, however long one waits */
};

enum { WINDOW_WHY_MAX = 320 };

struct window {
	enum window_kind kind;
	int64_t lo_ns, hi_ns;     /* WINDOW_SOME only; lo_ns <= hi_ns; negative: before the fault */
	char why[WINDOW_WHY_MAX]; /* one sentence, with its source */
};

void window_some(struct window *w, int64_t lo_ns, int64_t hi_ns, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void window_never(struct window *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void window_none(struct window *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The hull of both; never and a range give none, because theory then says "either". */
void window_join(struct window *into, const struct window *other);

/* "1.95 s..4.12 s", "never" or "none". Returns @buf. */
char *window_format(const struct window *w, char *buf, size_t size);

#endif
