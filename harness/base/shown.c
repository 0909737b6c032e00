/* SPDX-License-Identifier: MIT */
#include "base/shown.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

const char *shown(const char *text, char buf[SHOWN_SIZE])
{
	size_t n = strnlen(text, SHOWN_MAX);
	bool cut = text[n] != '\0';

	/* UTF-8 continuation bytes are 10xxxxxx (RFC 3629). */
	while (cut && n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
		n--;
	snprintf(buf, SHOWN_SIZE, "%.*s%s", (int)n, text, cut ? "..." : "");
	for (char *c = buf; *c; c++)
		if (iscntrl((unsigned char)*c))
			*c = '?';
	return buf;
}
