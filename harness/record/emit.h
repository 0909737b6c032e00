/* SPDX-License-Identifier: MIT */
#ifndef RECORD_EMIT_H
#define RECORD_EMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A JSON printer (RFC 8259): text grows in one buffer, members come out in the order of the calls
 * and integers are exact. Nothing is allocated for a value, so that a trial's line costs a few
 * microseconds. Reading is jansson's work (read.c).
 *
 * A failed allocation is remembered and reported by emit_take(); no call in between needs a check.
 */
struct emit {
	char *text;
	size_t len, size;
	bool more;   /* the next value needs a comma before it */
	bool failed; /* out of memory */
};

#define EMIT_INIT { 0 }

void emit_object(struct emit *emit);
void emit_object_end(struct emit *emit);
void emit_array(struct emit *emit);
void emit_array_end(struct emit *emit);

/* The name of the next value; inside objects only. */
void emit_key(struct emit *emit, const char *key);

/* Bytes that are not UTF-8 become '?', one for one: what is read back is never longer. */
void emit_string(struct emit *emit, const char *text);
void emit_string_n(struct emit *emit, const char *text, size_t n);
void emit_int(struct emit *emit, int64_t value);
void emit_uint(struct emit *emit, uint64_t value);
/* Six significant digits; not finite: null. */
void emit_real(struct emit *emit, double value);
/* As many digits as it takes to read it back exactly; finite. */
void emit_real_exact(struct emit *emit, double value);
void emit_bool(struct emit *emit, bool value);
void emit_null(struct emit *emit);

/* Text as it is, without a comma or quotes: for lines that are not JSON. */
void emit_raw(struct emit *emit, const char *text, size_t n);

/* Before an element: the comma it needs, then a line break. */
void emit_next_line(struct emit *emit);

/* A line break alone: after the last element, or at the end of the text. */
void emit_newline(struct emit *emit);

/* The text, malloc'ed and NUL-terminated; NULL when memory ran out. *emit is empty again. */
char *emit_take(struct emit *emit);

/* Throws away what was printed. */
void emit_free(struct emit *emit);

/* Bytes of the UTF-8 sequence at @s, or 0 where there is none (RFC 3629; not at a NUL). */
int emit_utf8(const char *s, size_t n);

#endif
