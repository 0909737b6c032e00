/* SPDX-License-Identifier: MIT */
#ifndef RECORD_MEMBER_H
#define RECORD_MEMBER_H

#include "record/emit.h"
#include "record/record.h"

/* One member of an object: its name and its value. */

void member_string(struct emit *emit, const char *key, const char *text);
void member_int(struct emit *emit, const char *key, int64_t value);
void member_uint(struct emit *emit, const char *key, uint64_t value);
void member_real(struct emit *emit, const char *key, double value);
void member_bool(struct emit *emit, const char *key, bool value);

/* null for NULL and "". */
void member_text(struct emit *emit, const char *key, const char *text);

/* null where it is not @known. */
void member_known(struct emit *emit, const char *key, bool known, int64_t value);

/* An object of those that are not 0, by their names; @names ends with NULL. */
void member_counts(struct emit *emit, const char *key, const char *const *names, const int *counts);

/* A window: {"lo_ns","hi_ns"}, "never", or null where theory has none. */
void member_expect(struct emit *emit, const char *key, enum expect_kind kind, int64_t lo_ns,
		   int64_t hi_ns);

/* null where @claim is NULL or says nothing. */
void member_claim(struct emit *emit, const char *key, const struct record_claim *claim, bool holds);

#endif
