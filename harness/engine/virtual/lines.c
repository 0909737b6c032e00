/* SPDX-License-Identifier: MIT */
#include "engine/virtual/lines.h"

#include <stdlib.h>
#include <string.h>

static void append(struct lines *lines, const char *text, size_t len)
{
	if (lines->len + len + 1 > lines->size) {
		size_t size = 2 * (lines->len + len + 1);
		char *more = realloc(lines->text, size);

		if (!more) {
			lines->len = 0;
			return;
		}
		lines->text = more;
		lines->size = size;
	}
	memcpy(lines->text + lines->len, text, len);
	lines->len += len;
	lines->text[lines->len] = '\0';
}

void lines_flush(struct lines *lines, void (*take)(void *arg, const char *line, size_t len),
		 void *arg)
{
	if (lines->len && take)
		take(arg, lines->text, lines->len);
	lines->len = 0;
}

void lines_feed(struct lines *lines, const char *text, size_t len,
		void (*take)(void *arg, const char *line, size_t len), void *arg)
{
	while (len) {
		const char *newline = memchr(text, '\n', len);
		size_t part = newline ? (size_t)(newline - text) : len;

		append(lines, text, part);
		if (!newline)
			return;
		lines_flush(lines, take, arg);
		text += part + 1;
		len -= part + 1;
	}
}

void lines_free(struct lines *lines)
{
	free(lines->text);
	*lines = (struct lines){ 0 };
}
