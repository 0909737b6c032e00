/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/base64.h"
#include "report/page.h"

/*
 * A browser opens this with atob() and DecompressionStream("deflate"). Base64 has no character that
 * means anything in HTML, so whatever stands in a record cannot end the element that holds it.
 */

char *page_pack(const char *text)
{
	uLong n = strlen(text);
	uLongf size = compressBound(n);
	unsigned char *packed = malloc(size);
	char *out = NULL;

	if (packed && compress2(packed, &size, (const unsigned char *)text, n,
				Z_BEST_COMPRESSION) == Z_OK)
		out = base64_encode(packed, size);
	free(packed);
	return out;
}
