/* SPDX-License-Identifier: MIT */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include <stddef.h>

/* RFC 4648, section 4, with padding. */

/* malloc'ed and ended by a zero; NULL: no memory. */
char *base64_encode(const void *bytes, size_t n);

/* Room for n / 4 * 3 bytes in @out. How many there are, or -1: not base64. */
long base64_decode(const char *text, size_t n, void *out);

#endif
