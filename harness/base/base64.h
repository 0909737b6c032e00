/* SPDX-License-Identifier: MIT */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include <stddef.h>

/* RFC 4648, section 4, with padding. */

/* malloc'ed and ended by a zero; NULL: no memory. */
char *base64_encode(const void *bytes, size_t n);

#endif
