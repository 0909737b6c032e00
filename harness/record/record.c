/* SPDX-License-Identifier: MIT */
#include "record/record.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/emit.h"
#include "record/field.h"
#include "record/member.h"
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
static void put_options(struct emit *emit, const char *key, const char *text)
{
	emit_key(emit, key);
	emit_object(emit);
	while (*text) {
		size_t n = strcspn(text, ",");
		const char *equals = memchr(text, '=', n);
		size_t name = equals ? (size_t)(equals - text) : n;
		char option[64];

		snprintf(option, sizeof(option), "%.*s", (int)name, text);
		emit_key(emit, option);
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

static void put_sysctls(struct emit *emit, const char *key, const struct record_run *run)
{
	emit_key(emit, key);
	emit_object(emit);
	for (int i = 0; i < run->n_sysctl; i++)
		member_string(emit, run->sysctl[i].name, run->sysctl[i].value);
	emit_object_end(emit);
}

static void put_times(struct emit *emit, const char *key, const struct summary_cell *cell)
{
	emit_key(emit, key);
	emit_array(emit);
	for (int i = 0; i < cell->n_times; i++)
		emit_int(emit, cell->times[i]);
	emit_array_end(emit);
}

static void put_field(struct emit *emit, const struct field *f, const void *line)
{
	const void *at = (const char *)line + f->offset;
	const struct record_trial *trial = line;
	const struct record_claim *claim = at;
	int64_t ns;

	switch (f->type) {
	case FIELD_STRING:
	case FIELD_TEXT_IF:
		member_string(emit, f->key, at);
		return;
	case FIELD_TEXT:
		member_text(emit, f->key, at);
		return;
	case FIELD_INT:
	case FIELD_INT_IF:
		member_int(emit, f->key, *(const int *)at);
		return;
	case FIELD_NS:
		member_int(emit, f->key, *(const int64_t *)at);
		return;
	case FIELD_NS_NULL:
		ns = *(const int64_t *)at;
		member_known(emit, f->key, ns != RECORD_NULL, ns);
		return;
	case FIELD_U64:
		member_uint(emit, f->key, *(const uint64_t *)at);
		return;
	case FIELD_BOOL:
		member_bool(emit, f->key, *(const bool *)at);
		return;
	case FIELD_NAME:
		member_string(emit, f->key, f->names[*(const unsigned int *)at]);
		return;
	case FIELD_ERRNO:
		member_text(emit, f->key, record_errno_name(*(const int *)at));
		return;
	case FIELD_OPTIONS:
		put_options(emit, f->key, at);
		return;
	case FIELD_SYSCTLS:
		put_sysctls(emit, f->key, line);
		return;
	case FIELD_EXPECT:
		member_expect(emit, f->key, trial->expect, trial->expect_lo_ns, trial->expect_hi_ns);
		return;
	case FIELD_CLAIM:
		member_claim(emit, f->key, claim, claim->holds);
		return;
	case FIELD_COUNTS:
		member_counts(emit, f->key, f->names, at);
		return;
	case FIELD_TIMES:
		put_times(emit, f->key, line);
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
	member_string(&emit, "kind", kind);
	for (const struct field *f = fields; f->key; f++) {
		if (!left_out(f, line))
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
