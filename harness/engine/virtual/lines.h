/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_VIRTUAL_LINES_H
#define ENGINE_VIRTUAL_LINES_H

#include <stddef.h>

/* Cuts a stream of bytes into lines. */
struct lines {
	char *text; /* what has no newline yet */
	size_t len, size;
};

/* @take may be NULL. Without memory for a line, its beginning is lost. */
void lines_feed(struct lines *lines, const char *text, size_t len,
		void (*take)(void *arg, const char *line, size_t len), void *arg);

/* Hands on a last line that has no newline. */
void lines_flush(struct lines *lines, void (*take)(void *arg, const char *line, size_t len),
		 void *arg);

void lines_free(struct lines *lines);

#endif
