/* SPDX-License-Identifier: MIT */
#include "record/read.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "record/record.h"
#include "record/summary.h"

int read_refuse(struct read *r, const char *fmt, ...)
{
	char what[ERR_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	return err_set(r->err, EINVAL, "%s:%ld: %.300s", r->path, r->line, what);
}

static int get_string(struct read *r, const struct field *f, const json_t *value, char *out)
{
	const char *text = json_string_value(value);

	if (!text)
		return read_refuse(r, "\"%s\" is not a string", f->key);
	if (strlen(text) >= f->size)
		return read_refuse(r, "\"%s\" is longer than %zu bytes", f->key, f->size - 1);
	memcpy(out, text, strlen(text) + 1);
	return 0;
}

static int get_int(struct read *r, const char *key, const json_t *value, int64_t min,
		   int64_t max, int64_t *out)
{
	if (!json_is_integer(value))
		return read_refuse(r, "\"%s\" is not a whole number", key);
	*out = json_integer_value(value);
	if (*out < min || *out > max)
		return read_refuse(r, "\"%s\" is %lld and not in %lld..%lld", key, (long long)*out,
			      (long long)min, (long long)max);
	return 0;
}

static int get_options(struct read *r, const struct field *f, json_t *value, char *out)
{
	const char *name;
	json_t *member;
	size_t len = 0;

	if (!json_is_object(value))
		return read_refuse(r, "\"%s\" is not an object", f->key);
	out[0] = '\0';
	json_object_foreach(value, name, member) {
		const char *text = json_string_value(member);

		if (!text || strpbrk(text, ",=") || strpbrk(name, ",=") || !*name)
			return read_refuse(r, "\"%s\": \"%.40s\" is not a name with a text", f->key,
				      name);
		len += (size_t)snprintf(out + len, f->size - len, "%s%s=%s", len ? "," : "", name,
					text);
		if (len >= f->size)
			return read_refuse(r, "\"%s\" is longer than %zu bytes", f->key, f->size - 1);
	}
	return 0;
}

static int get_sysctls(struct read *r, const struct field *f, json_t *value,
		       struct record_run *run)
{
	const size_t max = sizeof(run->sysctl) / sizeof(run->sysctl[0]);
	const char *name;
	json_t *member;

	if (!json_is_object(value) || json_object_size(value) > max)
		return read_refuse(r, "\"%s\" is not an object of at most %zu strings", f->key, max);
	run->n_sysctl = 0;
	json_object_foreach(value, name, member) {
		const char *text = json_string_value(member);

		if (!text || strlen(text) >= sizeof(run->sysctl[0].value) ||
		    strlen(name) >= sizeof(run->sysctl[0].name))
			return read_refuse(r, "\"%s\": \"%.60s\" is not a short text", f->key,
					   name);
		memcpy(run->sysctl[run->n_sysctl].name, name, strlen(name) + 1);
		memcpy(run->sysctl[run->n_sysctl].value, text, strlen(text) + 1);
		run->n_sysctl++;
	}
	return 0;
}

static int get_expect(struct read *r, const struct field *f, const json_t *value,
		      struct record_trial *trial)
{
	const char *word = json_string_value(value);
	int ret;

	if (json_is_null(value)) {
		trial->expect = EXPECT_NONE;
		return 0;
	}
	if (word && strcmp(word, "never") == 0) {
		trial->expect = EXPECT_NEVER;
		return 0;
	}
	if (!json_is_object(value) || json_object_size(value) != 2)
		return read_refuse(r, "\"%s\" is not {\"lo_ns\",\"hi_ns\"}, \"never\" or null", f->key);
	trial->expect = EXPECT_WINDOW;
	ret = get_int(r, "lo_ns", json_object_get(value, "lo_ns"), INT64_MIN + 1, INT64_MAX,
		      &trial->expect_lo_ns);
	if (ret)
		return ret;
	return get_int(r, "hi_ns", json_object_get(value, "hi_ns"), trial->expect_lo_ns, INT64_MAX,
		       &trial->expect_hi_ns);
}

static int get_claim(struct read *r, const struct field *f, const json_t *value,
		     struct record_claim *claim)
{
	const json_t *holds = json_object_get(value, "holds");
	const struct { const char *key; char *to; } texts[] = {
		{ "says", claim->says }, { "when", claim->when }, { "predicts", claim->predicts },
	};

	if (json_is_null(value))
		return 0;
	if (!json_is_object(value) || json_object_size(value) != 4 || !json_is_boolean(holds))
		return read_refuse(r, "\"%s\" is not {\"says\",\"when\",\"predicts\",\"holds\"} or null",
				   f->key);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const struct field text = { .key = texts[i].key, .size = RECORD_CLAIM_MAX };
		int ret = get_string(r, &text, json_object_get(value, text.key), texts[i].to);

		if (ret)
			return ret;
	}
	if (!claim->says[0])
		return read_refuse(r, "\"%s\" says nothing", f->key);
	claim->holds = json_is_true(holds);
	return 0;
}

static int get_name(struct read *r, const struct field *f, const json_t *value, int *out)
{
	const char *word = json_string_value(value);

	for (int i = 0; word && f->names[i]; i++) {
		if (strcmp(word, f->names[i]) == 0) {
			*out = i;
			return 0;
		}
	}
	return read_refuse(r, "\"%s\" is \"%.40s\", which is none of its words", f->key,
		      word ? word : "");
}

static int get_errno(struct read *r, const struct field *f, const json_t *value, int *out)
{
	const char *word = json_string_value(value);

	*out = 0;
	if (json_is_null(value))
		return 0;
	if (word)
		*out = record_errno_value(word);
	return *out ? 0 : read_refuse(r, "\"%s\" is not the name of an error", f->key);
}

/* {"pass":19,"late":1}: words without a count are left out. */
static int get_counts(struct read *r, const struct field *f, json_t *value, int *counts)
{
	const char *word;
	json_t *member;

	if (!json_is_object(value))
		return read_refuse(r, "\"%s\" is not an object", f->key);
	json_object_foreach(value, word, member) {
		int64_t count = 0;
		int i = 0, ret;

		while (f->names[i] && strcmp(f->names[i], word) != 0)
			i++;
		if (!f->names[i])
			return read_refuse(r, "\"%s\": \"%.40s\" is none of its words", f->key, word);
		ret = get_int(r, f->key, member, 1, INT_MAX, &count);
		if (ret)
			return ret;
		counts[i] = (int)count;
	}
	return 0;
}

static int get_times(struct read *r, const struct field *f, json_t *value,
		     struct summary_cell *cell)
{
	size_t n = json_array_size(value);

	if (!json_is_array(value))
		return read_refuse(r, "\"%s\" is not an array", f->key);
	cell->times = calloc(n + 1, sizeof(*cell->times));
	if (!cell->times)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		int64_t min = i ? cell->times[i - 1] : SUMMARY_TIME_MIN;
		int ret = get_int(r, f->key, json_array_get(value, i), min, SUMMARY_TIME_MAX,
				  &cell->times[i]);

		if (ret)
			return ret;
	}
	cell->n_times = (int)n;
	return 0;
}

int read_field(struct read *r, const struct field *f, json_t *value, void *line)
{
	void *at = (char *)line + f->offset;
	int64_t number = 0;
	int ret;

	switch (f->type) {
	case FIELD_TEXT:
		if (json_is_null(value))
			return 0;
		__attribute__((fallthrough));
	case FIELD_STRING:
	case FIELD_TEXT_IF:
		return get_string(r, f, value, at);
	case FIELD_INT:
	case FIELD_INT_IF:
		ret = get_int(r, f->key, value, f->min, INT_MAX, &number);
		*(int *)at = (int)number;
		return ret;
	case FIELD_NS_NULL:
		*(int64_t *)at = RECORD_NULL;
		if (json_is_null(value))
			return 0;
		return get_int(r, f->key, value, INT64_MIN + 1, INT64_MAX, at);
	case FIELD_NS:
		return get_int(r, f->key, value, f->min, INT64_MAX, at);
	case FIELD_U64:
		ret = get_int(r, f->key, value, 0, INT64_MAX, &number);
		*(uint64_t *)at = (uint64_t)number;
		return ret;
	case FIELD_BOOL:
		if (!json_is_boolean(value))
			return read_refuse(r, "\"%s\" is neither true nor false", f->key);
		*(bool *)at = json_is_true(value);
		return 0;
	case FIELD_NAME:
		return get_name(r, f, value, at);
	case FIELD_ERRNO:
		return get_errno(r, f, value, at);
	case FIELD_OPTIONS:
		return get_options(r, f, value, at);
	case FIELD_SYSCTLS:
		return get_sysctls(r, f, value, line);
	case FIELD_EXPECT:
		return get_expect(r, f, value, line);
	case FIELD_CLAIM:
		return get_claim(r, f, value, at);
	case FIELD_COUNTS:
		return get_counts(r, f, value, at);
	case FIELD_TIMES:
		return get_times(r, f, value, line);
	}
	return 0;
}
