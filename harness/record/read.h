/* SPDX-License-Identifier: MIT */
#ifndef RECORD_READ_H
#define RECORD_READ_H

#include <jansson.h>
#include <stdio.h>

#include "netns/err.h"
#include "record/field.h"

/* Inside the room: one value of a line into its place in the struct. */
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

/* @line: the struct record_run or record_trial, zeroed. */
int read_field(struct read *r, const struct field *f, json_t *value, void *line);

#endif
