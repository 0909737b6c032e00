/* SPDX-License-Identifier: MIT */
#include "base/shown.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

const char *shown(const char *text, char buf[SHOWN_SIZE])
{
	size_t n = 0;

	for (; text[n] != '\0' && n < SHOWN_MAX; n++)
		buf[n] = text[n];
	if (text[n] != '\0') {
		/* UTF-8 continuation bytes are 10xxxxxx (RFC 3629). */
		while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
			n--;
		strcpy(buf + n, "...");
	} else {
		buf[n] = '\0';
	}
	for (char *c = buf; *c; c++)
		if (iscntrl((unsigned char)*c))
			*c = '?';
	return buf;
}
