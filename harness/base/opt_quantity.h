/* SPDX-License-Identifier: MIT */
#ifndef BASE_OPT_QUANTITY_H
#define BASE_OPT_QUANTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "netns/err.h"

/* Numbers with a unit. Private to base/opt*.c. */

enum { OPT_VALUE_TEXT = 48 };

struct opt_unit {
	const char *name;
	int64_t scale;	 /* in the stored unit */
	bool whole_only; /* format: never with a fraction */
	bool parse_only;
};

/* A kind of quantity: units from large to small, ended by a NULL name. */
struct opt_quantity {
	const char *what, *example, *no_unit, *finest, *zero_unit;
	int64_t most; /* where a row gives no limit */
	bool ignore_case;
	const struct opt_unit *units;
};

extern const struct opt_quantity opt_duration, opt_percent, opt_rate, opt_bytes;

/* -EINVAL and the sentence; a number beyond int64_t is INT64_MAX, to be refused by its range. */
int opt_quantity_parse(const struct opt_quantity *q, const char *text, int64_t *value,
		       struct err *err);

char *opt_quantity_format(const struct opt_quantity *q, int64_t value, char *buf, size_t size);

#endif
