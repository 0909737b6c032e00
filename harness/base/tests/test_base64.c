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

Test(base64, the_rfcs_vectors_both_ways)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		size_t n = strlen(known[i].bytes);
		char *text = base64_encode(known[i].bytes, n), back[16];

		cr_assert_str_eq(text, known[i].text);
		cr_assert_eq(base64_decode(text, strlen(text), back), (long)n);
		cr_assert_eq(memcmp(back, known[i].bytes, n), 0);
		free(text);
	}
}

Test(base64, every_byte)
{
	unsigned char bytes[256], back[258];
	char *text;

	for (int i = 0; i < 256; i++)
		bytes[i] = (unsigned char)i;
	text = base64_encode(bytes, sizeof(bytes));
	cr_assert_eq(base64_decode(text, strlen(text), back), 256);
	cr_assert_eq(memcmp(bytes, back, sizeof(bytes)), 0);
	free(text);
}

Test(base64, refuses_what_is_none)
{
	static const char *const bad[] = { "Zg=", "Z===", "Zm9*", "=m9v", "Zg==Zg==", "Zm 9" };
	char out[16];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_expect_eq(base64_decode(bad[i], strlen(bad[i]), out), -1, "%s", bad[i]);
}
