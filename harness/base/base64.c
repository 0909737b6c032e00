/* SPDX-License-Identifier: MIT */
#include "base/base64.h"

#include <stdint.h>
#include <stdlib.h>

enum { PAD = 64 };
static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";

char *base64_encode(const void *bytes, size_t n)
{
	const unsigned char *in = bytes;
	char *text = malloc((n + 2) / 3 * 4 + 1), *to = text;

	if (!text)
		return NULL;
	for (size_t i = 0; i < n; i += 3) {
		uint32_t group = (uint32_t)in[i] << 16;

		group |= i + 1 < n ? (uint32_t)in[i + 1] << 8 : 0;
		group |= i + 2 < n ? in[i + 2] : 0;
		*to++ = letters[group >> 18];
		*to++ = letters[group >> 12 & 63];
		*to++ = letters[i + 1 < n ? group >> 6 & 63 : PAD];
		*to++ = letters[i + 2 < n ? group & 63 : PAD];
	}
	*to = '\0';
	return text;
}
