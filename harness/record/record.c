/* SPDX-License-Identifier: MIT */
#include "record/record.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/emit.h"
#include "record/field.h"
#include "record/summary.h"

enum { ERRNO_LAST = 4095 }; /* MAX_ERRNO, linux/err.h */

const char *record_errno_name(int err)
{
	static _Thread_local char text[16];
	const char *name;

	if (err == 0)
		return "";
	name = strerrorname_np(err);
	if (name)
		return name;
	/* The kernel leaks some of its own (ENOTSUPP is 524), which have no name out here. */
	snprintf(text, sizeof(text), "E%d", err);
	return text;
}

int record_errno_value(const char *name)
{
	char *end;
	long value;

	for (int err = 1; err <= ERRNO_LAST; err++) {
		const char *known = strerrorname_np(err);

		if (known && strcmp(known, name) == 0)
			return err;
	}
	if (name[0] != 'E' || name[1] < '1' || name[1] > '9')
		return 0;
	value = strtol(name + 1, &end, 10);
	return *end == '\0' && value <= ERRNO_LAST ? (int)value : 0;
}

/* "a=1,b=2" as {"a":"1","b":"2"}; a name without a value gets "". */
static void put_options(struct emit *emit, const char *text)
{
	emit_object(emit);
	while (*text) {
		size_t n = strcspn(text, ",");
		const char *equals = memchr(text, '=', n);
		size_t name = equals ? (size_t)(equals - text) : n;
		char key[64];

		snprintf(key, sizeof(key), "%.*s", (int)name, text);
		emit_key(emit, key);
		if (equals)
			emit_string_n(emit, equals + 1, n - name - 1);
		else
			emit_string(emit, "");
		text += n;
		if (*text)
			text++;
	}
	emit_object_end(emit);
}

static void put_sysctls(struct emit *emit, const struct record_run *run)
{
	emit_object(emit);
	for (int i = 0; i < run->n_sysctl; i++) {
		emit_key(emit, run->sysctl[i].name);
		emit_string(emit, run->sysctl[i].value);
	}
	emit_object_end(emit);
}

static void put_expect(struct emit *emit, const struct record_trial *trial)
{
	switch (trial->expect) {
	case EXPECT_NONE:
		emit_null(emit);
		return;
	case EXPECT_NEVER:
		emit_string(emit, "never");
		return;
	case EXPECT_WINDOW:
		emit_object(emit);
		emit_key(emit, "lo_ns");
		emit_int(emit, trial->expect_lo_ns);
		emit_key(emit, "hi_ns");
		emit_int(emit, trial->expect_hi_ns);
		emit_object_end(emit);
		return;
	}
}

static void put_claim(struct emit *emit, const struct record_claim *claim)
{
	if (!claim->says[0]) {
		emit_null(emit);
		return;
	}
	emit_object(emit);
	emit_key(emit, "says");
	emit_string(emit, claim->says);
	emit_key(emit, "when");
	emit_string(emit, claim->when);
	emit_key(emit, "predicts");
	emit_string(emit, claim->predicts);
	emit_key(emit, "holds");
	emit_bool(emit, claim->holds);
	emit_object_end(emit);
}

static void put_counts(struct emit *emit, const char *const *names, const int *counts)
{
	emit_object(emit);
	for (int i = 0; names[i]; i++) {
		if (!counts[i])
			continue;
		emit_key(emit, names[i]);
		emit_int(emit, counts[i]);
	}
	emit_object_end(emit);
}

static void put_times(struct emit *emit, const struct summary_cell *cell)
{
	emit_array(emit);
	for (int i = 0; i < cell->n_times; i++)
		emit_int(emit, cell->times[i]);
	emit_array_end(emit);
}

static void put_text(struct emit *emit, const char *text)
{
	if (*text)
		emit_string(emit, text);
	else
		emit_null(emit);
}

static void put_ns(struct emit *emit, int64_t ns)
{
	if (ns == RECORD_NULL)
		emit_null(emit);
	else
		emit_int(emit, ns);
}

static void put_field(struct emit *emit, const struct field *field, const void *line)
{
	const void *at = (const char *)line + field->offset;

	switch (field->type) {
	case FIELD_STRING:
	case FIELD_TEXT_IF:
		emit_string(emit, at);
		return;
	case FIELD_TEXT:
		put_text(emit, at);
		return;
	case FIELD_INT:
	case FIELD_INT_IF:
		emit_int(emit, *(const int *)at);
		return;
	case FIELD_NS:
		emit_int(emit, *(const int64_t *)at);
		return;
	case FIELD_NS_NULL:
		put_ns(emit, *(const int64_t *)at);
		return;
	case FIELD_U64:
		emit_uint(emit, *(const uint64_t *)at);
		return;
	case FIELD_BOOL:
		emit_bool(emit, *(const bool *)at);
		return;
	case FIELD_NAME:
		emit_string(emit, field->names[*(const unsigned int *)at]);
		return;
	case FIELD_ERRNO:
		put_text(emit, record_errno_name(*(const int *)at));
		return;
	case FIELD_OPTIONS:
		put_options(emit, at);
		return;
	case FIELD_SYSCTLS:
		put_sysctls(emit, line);
		return;
	case FIELD_EXPECT:
		put_expect(emit, line);
		return;
	case FIELD_CLAIM:
		put_claim(emit, at);
		return;
	case FIELD_COUNTS:
		put_counts(emit, field->names, at);
		return;
	case FIELD_TIMES:
		put_times(emit, line);
		return;
	}
}

static bool left_out(const struct field *field, const void *line)
{
	const void *at = (const char *)line + field->offset;

	if (field->type == FIELD_TEXT_IF)
		return *(const char *)at == '\0';
	return field->type == FIELD_INT_IF && *(const int *)at == 0;
}

char *field_line(const char *kind, const struct field *fields, const void *line)
{
	struct emit emit = EMIT_INIT;

	emit_object(&emit);
	emit_key(&emit, "kind");
	emit_string(&emit, kind);
	for (const struct field *f = fields; f->key; f++) {
		if (left_out(f, line))
			continue;
		emit_key(&emit, f->key);
		put_field(&emit, f, line);
	}
	emit_object_end(&emit);
	emit_newline(&emit);
	return emit_take(&emit);
}

char *record_run_line(const struct record_run *run)
{
	return field_line(RECORD_KIND_RUN, record_run_fields, run);
}

char *record_trial_line(const struct record_trial *trial)
{
	return field_line(RECORD_KIND_TRIAL, record_trial_fields, trial);
}
