/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "record/read.h"

int read_line(struct read *r)
{
	int c;

	r->len = 0;
	r->line++;
	while ((c = getc_unlocked(r->in)) != EOF && c != '\n') {
		if (r->len == READ_LINE_MAX)
			return read_refuse(r, "the line is longer than any record; "
				      "give a file that deadpeer wrote");
		r->text[r->len++] = (char)c;
	}
	if (ferror(r->in))
		return err_sys(r->err, errno, "%s", r->path);
	if (c == '\n')
		return 1;
	if (r->len == 0)
		return 0;
	return read_refuse(r, "the last line is cut short (it has no newline); "
		      "remove it to use the records before it");
}

static int refuse_unknown_key(struct read *r, const struct field *fields, json_t *object)
{
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value) {
		const struct field *f = fields;

		while (f->key && strcmp(f->key, key) != 0)
			f++;
		if (!f->key && strcmp(key, "kind") != 0)
			return read_refuse(r, "unknown key \"%.60s\"; this schema has none", key);
	}
	return 0;
}

int read_fields(struct read *r, const struct field *fields, json_t *object, void *line)
{
	int ret = refuse_unknown_key(r, fields, object);

	for (const struct field *f = fields; f->key && !ret; f++) {
		json_t *value = json_object_get(object, f->key);

		if (value)
			ret = read_field(r, f, value, line);
		else if (!field_may_lack(f))
			ret = read_refuse(r, "the key \"%s\" is missing", f->key);
	}
	return ret;
}

int read_version(struct read *r, json_t *object, int version)
{
	json_t *schema = json_object_get(object, "schema");

	if (!json_is_integer(schema))
		return read_refuse(r, "the key \"schema\" is missing or not a number");
	if (json_integer_value(schema) != version)
		return read_refuse(r, "schema version %lld; this deadpeer reads version %d",
			      (long long)json_integer_value(schema), version);
	return 0;
}
