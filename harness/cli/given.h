/* SPDX-License-Identifier: MIT */
#ifndef CLI_GIVEN_H
#define CLI_GIVEN_H

#include <stdbool.h>
#include <stdint.h>

#include "netns/err.h"

/* What was given to a verb. Its options are a row each: the parser and --help read the same rows.
 * -h and --help are known everywhere. Options and other arguments may be mixed; "--" ends the
 * options. */
struct given_row {
	const char *name;  /* without "--"; NULL ends the rows */
	const char *value; /* what stands for the value in --help; NULL: a flag */
	const char *about;
	char letter; /* 0: none */
	bool many;   /* may be given several times */
};

struct given_option {
	const struct given_row *row;
	const char *value; /* NULL for a flag */
};

struct given {
	const char *command; /* as a shell would take it, without what changes no record */
	bool help;
	int n_options;
	struct given_option *options;
	int n_rest;
	char **rest; /* everything that is not an option */
};

/* argv[0] is the verb. -EINVAL and a sentence; the strings stay argv's. */
int given_parse(const struct given_row *rows, int argc, char **argv, struct given *args,
	       struct err *err);
void given_free(struct given *args);

bool given_has(const struct given *args, const char *name);

/* The last value given, or @otherwise. */
const char *given_value(const struct given *args, const char *name, const char *otherwise);

/* A whole number from @min to @max; *number stays as it is when the option was not given. */
int given_number(const struct given *args, const char *name, int64_t min, int64_t max,
		int64_t *number, struct err *err);

#endif
