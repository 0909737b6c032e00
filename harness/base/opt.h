/* SPDX-License-Identifier: MIT */
#ifndef BASE_OPT_H
#define BASE_OPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "netns/err.h"

/*
 * One row per option. The scenario parser, the command line, --help, the documentation and the
 * tests all read the same rows. Every value is one int64_t in a fixed unit, stored at the row's
 * own index, so that a kind (method, fault, link) declares an enum of its rows and reads
 * values->v[KEEPALIVE_IDLE].
 */

enum { OPT_MAX = 20 };
#define OPT_UNSET INT64_MIN /* the row has no default and nobody gave a value */

enum opt_type {
	OPT_DURATION, /* ns; written 250ms, 1.5s, 2h; units ns us ms s m h d; the unit is required */
	OPT_COUNT,    /* a whole number, no unit */
	OPT_PERCENT,  /* parts per million; written 1%, 0.05%; the sign is required */
	OPT_RATE,     /* bits per second; written 10mbit, 64kbit, 1gbit; units as in tc(8) */
	OPT_BYTES,    /* bytes; written 1400B, 4kB (4000 B); the unit is required */
	OPT_SIGNAL,   /* a signal number; written STOP or SIGSTOP */
	OPT_WORD,     /* index into .words */
};

struct opt {
	const char *name; /* NULL ends the table */
	enum opt_type type;
	const char *def;          /* the default as a user writes it; NULL: none, OPT_UNSET */
	int64_t min, max;         /* inclusive, in the type's unit; max 0: no upper limit */
	const char *const *words; /* OPT_WORD: NULL-terminated */
	const char *about;        /* one line; for documentation and --help */
};

struct opt_values {
	int64_t v[OPT_MAX];
};

/* Fills in every row's default. */
void opt_defaults(const struct opt *rows, struct opt_values *values);

/* Sets one option from text. Unknown name: -ENOENT, and the sentence names the nearest valid one.
 * Bad value, missing unit or out of range: -EINVAL, and the sentence says what is accepted. */
int opt_set(const struct opt *rows, struct opt_values *values, const char *name, const char *text,
	    struct err *err);

/* Sets "name=val,name=val". An empty list is fine. */
int opt_set_list(const struct opt *rows, struct opt_values *values, const char *list,
		 struct err *err);

/* Canonical "name=val,name=val" of every row whose value differs from OPT_UNSET. Returns @buf. */
char *opt_format(const struct opt *rows, const struct opt_values *values, char *buf, size_t size);

/* One value in the form a user writes: 1m30s is not used, "90s" is. Returns @buf. */
char *opt_format_value(const struct opt *row, int64_t value, char *buf, size_t size);

/* Parse one text to its type's unit. 0, or -EINVAL and the sentence. */
int opt_parse_duration(const char *text, int64_t *ns, struct err *err);
int opt_parse_value(const struct opt *row, const char *text, int64_t *value, struct err *err);

/* Exact shortest duration in one unit: 250ms, 20s, 2h. Returns @buf. */
char *opt_format_duration(int64_t ns, char *buf, size_t size);

/* The word of @words (NULL-terminated) nearest to @text, or NULL when none is near. */
const char *opt_nearest(const char *text, const char *const *words);

#endif
