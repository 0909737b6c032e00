/* SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "report/page.h"

/*
 * A browser opens this with atob() and DecompressionStream("deflate"). Base64 has no character that
 * means anything in HTML, so whatever stands in a record cannot end the element that holds it.
 */

static char *base64(const unsigned char *in, size_t n)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char *text = malloc((n + 2) / 3 * 4 + 1), *out = text;

	if (!text)
		return NULL;
	for (size_t i = 0; i < n; i += 3) {
		size_t left = n - i;
		uint32_t three = (uint32_t)in[i] << 16 | (left > 1 ? (uint32_t)in[i + 1] << 8 : 0) |
				 (left > 2 ? in[i + 2] : 0);

		*out++ = digits[three >> 18];
		*out++ = digits[three >> 12 & 63];
		*out++ = *(left > 1 ? &digits[three >> 6 & 63] : "=");
		*out++ = *(left > 2 ? &digits[three & 63] : "=");
	}
	*out = '\0';
	return text;
}

char *page_pack(const char *text)
{
	uLong n = strlen(text);
	uLongf size = compressBound(n);
	unsigned char *packed = malloc(size);
	char *out = NULL;

	if (packed && compress2(packed, &size, (const unsigned char *)text, n,
				Z_BEST_COMPRESSION) == Z_OK)
		out = base64(packed, size);
	free(packed);
	return out;
}
