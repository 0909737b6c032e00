/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/field.h"
#include "record/read.h"
#include "record/record.h"

/*
 * Theory of operation
 * ===================
 * A file of records is read line by line, and each line is either exactly a record of this schema
 * version or an error that names file and line: no key may be missing, unknown or of another type,
 * and nothing is guessed or skipped. So a report never speaks of half a file. Keys that came later
 * (field_may_lack) may be missing, so that older files can still be read.
 *
 * Seeds above 2^63 - 1 do not occur: that is as far as JSON readers with signed integers go.
 */

static int read_run(struct read *r, json_t *object, struct record_file *out)
{
	struct record_run run = { 0 };
	int ret = read_version(r, object, RECORD_SCHEMA);

	if (!ret)
		ret = read_fields(r, record_run_fields, object, &run);
	return ret ? ret : record_add_run(out, &run);
}

static int read_trial(struct read *r, json_t *object, struct record_file *out)
{
	struct record_trial trial = { 0 };
	int ret;

	if (out->n_runs == 0)
		return read_refuse(r, "a trial before any \"run\" line; the first line of the file "
			      "is missing");
	ret = read_fields(r, record_trial_fields, object, &trial);
	return ret ? ret : record_add_trial(out, &trial);
}

static int read_record(struct read *r, struct record_file *out)
{
	json_error_t error;
	json_t *object = json_loadb(r->text, r->len, JSON_REJECT_DUPLICATES, &error);
	const char *kind = json_string_value(json_object_get(object, "kind"));
	int ret;

	if (!object)
		ret = read_refuse(r, "not JSON: %.120s; every line is one JSON object", error.text);
	else if (!kind)
		ret = read_refuse(r, "not a record: no \"kind\"; give a file that deadpeer run wrote");
	else if (strcmp(kind, RECORD_KIND_RUN) == 0)
		ret = read_run(r, object, out);
	else if (strcmp(kind, RECORD_KIND_TRIAL) == 0)
		ret = read_trial(r, object, out);
	else
		ret = read_refuse(r, "unknown kind \"%.40s\"; known are \"run\" and \"trial\"", kind);
	json_decref(object);
	if (ret == -ENOMEM)
		return err_set(r->err, ENOMEM, "%s: not enough memory", r->path);
	return ret;
}

static int read_all(struct read *r, struct record_file *out)
{
	int ret;

	while ((ret = read_line(r)) > 0) {
		ret = read_record(r, out);
		if (ret)
			return ret;
	}
	if (ret == 0 && out->n_runs == 0)
		return err_set(r->err, EINVAL, "%s: the file is empty; give a file that deadpeer "
			       "run wrote", r->path);
	return ret;
}

int record_read(FILE *in, const char *name, struct record_file *out, struct err *err)
{
	struct read r = { .path = name, .in = in, .err = err };
	int ret;

	r.text = malloc(READ_LINE_MAX);
	ret = r.text ? read_all(&r, out) : err_set(err, ENOMEM, "not enough memory");
	free(r.text);
	return ret;
}

int record_load(const char *path, struct record_file *out, struct err *err)
{
	bool standard_input = strcmp(path, "-") == 0;
	FILE *in = standard_input ? stdin : fopen(path, "re");
	int ret;

	*out = (struct record_file){ 0 };
	if (!in)
		return err_sys(err, errno, "%s", path);
	ret = record_read(in, standard_input ? "standard input" : path, out, err);
	if (!standard_input)
		fclose(in);
	if (ret)
		record_file_free(out);
	return ret;
}
