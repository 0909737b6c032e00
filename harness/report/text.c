/* SPDX-License-Identifier: MIT */
#include "report/text.h"

#include <stdint.h>
#include <string.h>

#include "record/emit.h"

struct span {
	uint32_t from, to;
};

static const struct span combining[] = {
	{ 0x0300, 0x036f }, { 0x0483, 0x0489 }, { 0x0591, 0x05bd }, { 0x064b, 0x065f },
	{ 0x1ab0, 0x1aff }, { 0x1dc0, 0x1dff }, { 0x200b, 0x200f }, { 0x20d0, 0x20ff },
	{ 0xfe00, 0xfe0f }, { 0xfe20, 0xfe2f },
};

static const struct span wide[] = {
	{ 0x1100, 0x115f }, { 0x2e80, 0x303e },	  { 0x3041, 0xa4cf },	{ 0xac00, 0xd7a3 },
	{ 0xf900, 0xfaff }, { 0xfe30, 0xfe6f },	  { 0xff00, 0xff60 },	{ 0xffe0, 0xffe6 },
	{ 0x1f300, 0x1f64f }, { 0x1f900, 0x1f9ff }, { 0x20000, 0x3fffd },
};

static bool within(uint32_t c, const struct span *spans, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (c >= spans[i].from && c <= spans[i].to)
			return true;
	}
	return false;
}

static uint32_t code_point(const char *s, int len)
{
	static const unsigned char first[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	uint32_t c = (unsigned char)s[0] & first[len];

	for (int i = 1; i < len; i++)
		c = c << 6 | ((unsigned char)s[i] & 0x3f);
	return c;
}

/* Bytes of the character at @s, at least 1; *width is set to its columns. */
static int character(const char *s, size_t n, int *width)
{
	int len = emit_utf8(s, n);
	uint32_t c;

	*width = 1;
	if (len == 0)
		return 1;
	c = code_point(s, len);
	if (within(c, combining, sizeof(combining) / sizeof(combining[0])))
		*width = 0;
	else if (within(c, wide, sizeof(wide) / sizeof(wide[0])))
		*width = 2;
	return len;
}

int text_width_n(const char *text, size_t n)
{
	int width = 0, one;

	for (size_t i = 0; i < n;) {
		i += (size_t)character(text + i, n - i, &one);
		width += one;
	}
	return width;
}

int text_width(const char *text)
{
	return text_width_n(text, strlen(text));
}

static void put_n(const struct style *style, enum tone tone, const char *text, size_t n)
{
	static const char *const sgr[] = {
		[TONE_PLAIN] = "", [TONE_BOLD] = "\033[1m", [TONE_DIM] = "\033[2m",
		[TONE_GOOD] = "\033[32m", [TONE_BAD] = "\033[1;31m", [TONE_WARN] = "\033[33m",
	};
	bool colour = style->colour && tone != TONE_PLAIN && n > 0;

	if (colour)
		fputs(sgr[tone], style->out);
	fwrite(text, 1, n, style->out);
	if (colour)
		fputs("\033[0m", style->out);
}

void text_put(const struct style *style, enum tone tone, const char *text, int width)
{
	put_n(style, tone, text, strlen(text));
	for (int i = text_width(text); i < width; i++)
		fputc(' ', style->out);
}

size_t text_fit(const char *text, int width, const char *breaks)
{
	size_t n = strlen(text), fits = 0, best = 0;
	int column = 0, one;

	for (size_t i = 0; i < n;) {
		int len = character(text + i, n - i, &one);

		if (text[i] == ' ' && strchr(breaks, ' '))
			best = i;
		if (column + one > width && fits > 0)
			return best ? best : fits;
		column += one;
		i += (size_t)len;
		fits = i;
		if (text[i - 1] != ' ' && strchr(breaks, text[i - 1]))
			best = i;
	}
	return n;
}

void text_wrap(const struct style *style, enum tone tone, const char *text, int indent, bool first)
{
	int width = style->width - indent;

	if (width < 20)
		width = 20;
	while (*text) {
		size_t n = text_fit(text, width, " ");

		if (first)
			fprintf(style->out, "%*s", indent, "");
		first = true;
		put_n(style, tone, text, n);
		fputc('\n', style->out);
		text += n;
		text += strspn(text, " ");
	}
}
