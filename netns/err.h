/* SPDX-License-Identifier: MIT */
#ifndef NETNS_ERR_H
#define NETNS_ERR_H

/*
 * Errors are values: a function that can fail returns a negative errno and, through its last
 * argument, one sentence for a person. Only cli/ and the programs' main print or exit.
 */

enum { ERR_TEXT_MAX = 512 };

struct err {
	char text[ERR_TEXT_MAX]; /* one sentence, no newline, no final full stop; "" before an error */
};

/* Writes the sentence and returns -code. @code: a positive errno. @err may be NULL. */
int err_set(struct err *err, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* As err_set, with ": " and strerror(code) after the sentence. */
int err_sys(struct err *err, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Puts "prefix: " before the sentence already there; returns @ret unchanged, to be tail-called. */
int err_prefix(struct err *err, int ret, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
