/* SPDX-License-Identifier: MIT */
#include "record/emit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool room(struct emit *emit, size_t n)
{
	size_t size = emit->size ? emit->size : 1024;
	char *text;

	if (n < emit->size - emit->len)
		return true;
	if (emit->failed)
		return false;
	while (size - emit->len < n + 1)
		size *= 2;
	if (size == emit->size)
		return true;
	text = realloc(emit->text, size);
	if (!text) {
		emit->failed = true;
		return false;
	}
	emit->text = text;
	emit->size = size;
	return true;
}

static void put(struct emit *emit, const char *text, size_t n)
{
	if (!room(emit, n))
		return;
	memcpy(emit->text + emit->len, text, n);
	emit->len += n;
}

static void before_value(struct emit *emit)
{
	if (emit->more)
		put(emit, ",", 1);
	emit->more = true;
}

static void open_with(struct emit *emit, char bracket)
{
	before_value(emit);
	put(emit, &bracket, 1);
	emit->more = false;
}

static void close_with(struct emit *emit, char bracket)
{
	put(emit, &bracket, 1);
	emit->more = true;
}

void emit_object(struct emit *emit)
{
	open_with(emit, '{');
}

void emit_object_end(struct emit *emit)
{
	close_with(emit, '}');
}

void emit_array(struct emit *emit)
{
	open_with(emit, '[');
}

void emit_array_end(struct emit *emit)
{
	close_with(emit, ']');
}

void emit_key(struct emit *emit, const char *key)
{
	emit_string(emit, key);
	put(emit, ":", 1);
	emit->more = false;
}

static bool tail(unsigned char c)
{
	return (c & 0xc0) == 0x80;
}

/* The well-formed sequences of RFC 3629, section 4: no overlong forms, no surrogates. */
int emit_utf8(const char *text, size_t n)
{
	const unsigned char *s = (const unsigned char *)text;

	if (n < 1 || s[0] == 0)
		return 0;
	if (s[0] < 0x80)
		return 1;
	if (n < 2 || !tail(s[1]))
		return 0;
	if (s[0] >= 0xc2 && s[0] <= 0xdf)
		return 2;
	if (n < 3 || !tail(s[2]))
		return 0;
	if ((s[0] == 0xe0 && s[1] >= 0xa0) || (s[0] == 0xed && s[1] < 0xa0) ||
	    (s[0] >= 0xe1 && s[0] <= 0xef && s[0] != 0xed))
		return 3;
	if (n < 4 || !tail(s[3]))
		return 0;
	if ((s[0] == 0xf0 && s[1] >= 0x90) || (s[0] >= 0xf1 && s[0] <= 0xf3) ||
	    (s[0] == 0xf4 && s[1] < 0x90))
		return 4;
	return 0;
}

static void put_escape(struct emit *emit, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";
	char text[6] = { '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] };

	switch (c) {
	case '"':
	case '\\':
		text[1] = (char)c;
		break;
	case '\n':
		text[1] = 'n';
		break;
	case '\t':
		text[1] = 't';
		break;
	case '\r':
		text[1] = 'r';
		break;
	default:
		put(emit, text, 6);
		return;
	}
	put(emit, text, 2);
}

/* A byte that stands for itself; most do, so that this is all that is asked of them. */
static bool stands_for_itself(unsigned char c)
{
	return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

void emit_string_n(struct emit *emit, const char *text, size_t n)
{
	size_t i = 0, plain = 0;

	before_value(emit);
	put(emit, "\"", 1);
	while (i < n) {
		unsigned char c = (unsigned char)text[i];
		int len;

		if (stands_for_itself(c)) {
			i++;
			continue;
		}
		len = c < 0x80 ? 0 : emit_utf8(text + i, n - i);
		if (len) {
			i += (size_t)len;
			continue;
		}
		put(emit, text + plain, i - plain);
		if (c < 0x80)
			put_escape(emit, c);
		else
			put(emit, "?", 1);
		plain = ++i;
	}
	put(emit, text + plain, i - plain);
	put(emit, "\"", 1);
}

void emit_string(struct emit *emit, const char *text)
{
	emit_string_n(emit, text, strlen(text));
}

static void put_number(struct emit *emit, uint64_t value, bool negative)
{
	char digits[24], *p = digits + sizeof(digits);

	do {
		*--p = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	if (negative)
		*--p = '-';
	before_value(emit);
	put(emit, p, (size_t)(digits + sizeof(digits) - p));
}

void emit_int(struct emit *emit, int64_t value)
{
	put_number(emit, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, value < 0);
}

void emit_uint(struct emit *emit, uint64_t value)
{
	put_number(emit, value, false);
}

void emit_real(struct emit *emit, double value)
{
	char text[32];
	int n = snprintf(text, sizeof(text), isfinite(value) ? "%.6g" : "null", value);

	before_value(emit);
	put(emit, text, (size_t)n);
}

void emit_real_exact(struct emit *emit, double value)
{
	char text[40];
	int n = snprintf(text, sizeof(text), "%.17g", value);

	before_value(emit);
	put(emit, text, (size_t)n);
}

void emit_bool(struct emit *emit, bool value)
{
	before_value(emit);
	put(emit, value ? "true" : "false", value ? 4 : 5);
}

void emit_null(struct emit *emit)
{
	before_value(emit);
	put(emit, "null", 4);
}

void emit_raw(struct emit *emit, const char *text, size_t n)
{
	put(emit, text, n);
}

void emit_next_line(struct emit *emit)
{
	if (emit->more)
		put(emit, ",", 1);
	emit->more = false;
	put(emit, "\n", 1);
}

void emit_newline(struct emit *emit)
{
	put(emit, "\n", 1);
}

char *emit_take(struct emit *emit)
{
	char *text = NULL;

	if (emit->failed || !room(emit, 0)) {
		free(emit->text);
	} else {
		text = emit->text;
		text[emit->len] = '\0';
	}
	*emit = (struct emit)EMIT_INIT;
	return text;
}

void emit_free(struct emit *emit)
{
	free(emit->text);
	*emit = (struct emit)EMIT_INIT;
}
