/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"

/* RFC 4648, section 10. */
static const struct {
	const char *bytes, *text;
} known[] = {
	{ "", "" },
	{ "f", "Zg==" },
	{ "fo", "Zm8=" },
	{ "foo", "Zm9v" },
	{ "foob", "Zm9vYg==" },
	{ "fooba", "Zm9vYmE=" },
	{ "foobar", "Zm9vYmFy" },
};

Test(base64, the_rfcs_vectors)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		size_t n = strlen(known[i].bytes);
		char *text = base64_encode(known[i].bytes, n);

		cr_assert_str_eq(text, known[i].text);
		free(text);
	}
}

/* Each of 64 groups of six bits once, in order: the alphabet. */
Test(base64, every_letter)
{
	unsigned char bytes[48];
	char *text;

	for (size_t i = 0; i < 64; i += 4) {
		bytes[i / 4 * 3] = (unsigned char)(i << 2 | (i + 1) >> 4);
		bytes[i / 4 * 3 + 1] = (unsigned char)((i + 1) << 4 | (i + 2) >> 2);
		bytes[i / 4 * 3 + 2] = (unsigned char)((i + 2) << 6 | (i + 3));
	}
	text = base64_encode(bytes, sizeof(bytes));
	cr_assert_str_eq(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
	free(text);
}
