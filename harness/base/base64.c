/* SPDX-License-Identifier: MIT */
#include "base/base64.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

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

static int value_of(char letter)
{
	const char *at = letter ? strchr(letters, letter) : NULL;

	return at && at - letters < PAD ? (int)(at - letters) : -1;
}

long base64_decode(const char *text, size_t n, void *out)
{
	unsigned char *to = out;

	if (n % 4)
		return -1;
	for (size_t i = 0; i < n; i += 4) {
		bool last = i + 4 == n;
		int pad = last ? (text[i + 3] == '=') + (text[i + 2] == '=' && text[i + 3] == '=') : 0;
		uint32_t group = 0;

		for (int j = 0; j < 4; j++) {
			int value = j < 4 - pad ? value_of(text[i + (size_t)j]) : 0;

			if (value < 0)
				return -1;
			group = group << 6 | (uint32_t)value;
		}
		*to++ = (unsigned char)(group >> 16);
		if (pad < 2)
			*to++ = (unsigned char)(group >> 8);
		if (pad < 1)
			*to++ = (unsigned char)group;
	}
	return to - (unsigned char *)out;
}
