/* SPDX-License-Identifier: MIT */
#ifndef REPORT_TEXT_H
#define REPORT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Text for a terminal. Everything is UTF-8, whatever the locale. */

enum tone {
	TONE_PLAIN,
	TONE_BOLD,
	TONE_DIM,
	TONE_GOOD,
	TONE_BAD,
	TONE_WARN,
};

struct style {
	FILE *out;
	int width;   /* columns */
	bool colour; /* SGR sequences (ECMA-48); without, every mark is still in the text */
};

/* Columns that @n bytes of UTF-8 take: 2 for wide East Asian characters and emoji, 0 for combining
 * ones (Unicode UAX #11, UAX #44); bytes that are not UTF-8 count 1. */
int text_width_n(const char *text, size_t n);
int text_width(const char *text);

/* The text in its tone, then spaces up to @width columns. */
void text_put(const struct style *style, enum tone tone, const char *text, int width);

/* How many bytes of @text go on a line of @width columns: up to the last of @breaks that fits, or
 * as much as fits. A break that is a space is left out of the line; see text_next(). */
size_t text_fit(const char *text, int width, const char *breaks);

/* Words onto lines of at most style->width columns, every line indented by @indent, the first one
 * only where @first is set (otherwise the caller stands there already). */
void text_wrap(const struct style *style, enum tone tone, const char *text, int indent, bool first);

/* "2.95 s", "12.3 ms", "938 µs", "15.6 m", "2.18 h": @digits significant digits, 3..9. */
char *text_time(int64_t ns, int digits, char *buf, size_t size);

/* "1.95–2.90 s" or "980 ms–1.20 s". */
char *text_range(int64_t lo_ns, int64_t hi_ns, char *buf, size_t size);

/* Both with as many digits as it takes to tell them apart: "3.201 s > 3.200 s". */
char *text_pair(int64_t a_ns, const char *sign, int64_t b_ns, char *buf, size_t size);

#endif
