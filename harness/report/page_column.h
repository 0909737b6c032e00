/* SPDX-License-Identifier: MIT */
#ifndef REPORT_PAGE_COLUMN_H
#define REPORT_PAGE_COLUMN_H

#include <stdbool.h>
#include <stdint.h>

#include "record/field.h"
#include "record/record.h"

/* The values of a trial as the page's data holds them (page_data.c), column by column. */

enum { PAGE_VALUE_MAX = 32 };

struct page_value {
	enum { VALUE_NULL, VALUE_NUMBER, VALUE_TEXT, VALUE_NEVER } kind;
	int64_t number;
	const char *text;
	char buf[PAGE_VALUE_MAX]; /* texts that have no other place */
};

struct page_column {
	const char *key;
	bool text;
	/* *v is zeroed, which is null. */
	void (*get)(const struct field *f, const struct record_trial *t, struct page_value *v);
};

/* How many columns a field becomes; none where the cell's own names tell it. */
enum { PAGE_COLUMNS_MAX = 4 };
int page_columns(const struct field *f, struct page_column columns[PAGE_COLUMNS_MAX]);

bool page_value_same(const struct page_value *a, const struct page_value *b);

#endif
