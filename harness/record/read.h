/* SPDX-License-Identifier: MIT */
#ifndef RECORD_READ_H
#define RECORD_READ_H

#include <jansson.h>
#include <stdio.h>

#include "netns/err.h"
#include "record/field.h"

/*
 * Inside the room: a file of JSON lines, one at a time, and one value of a line into its place in
 * the struct. A last line without its newline is what a killed run leaves, and is refused as such.
 */
struct read {
	const char *path;
	FILE *in;
	long line;
	char *text;
	size_t len;
	struct err *err;
};

/* -EINVAL and "path:line: …". */
int read_refuse(struct read *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

enum { READ_LINE_MAX = 1 << 16 }; /* bytes of r->text; the longest possible line is well below */

/* 1: a line without its newline is in r->text; 0: end of file; else an error. */
int read_line(struct read *r);

/* The value of an integer key that says which version of a format this is; else an error that says
 * that, before anything else is said of the line. */
int read_version(struct read *r, json_t *object, int version);

/* One value; @line as below. */
int read_field(struct read *r, const struct field *f, json_t *value, void *line);

/* Every value of @object into @line, the rows' struct, zeroed: no key may be unknown, or
 * missing unless field_may_lack(). */
int read_fields(struct read *r, const struct field *fields, json_t *object, void *line);

#endif
