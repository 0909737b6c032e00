/* SPDX-License-Identifier: MIT */
#include "cli/given.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/opt.h"
#include "base/shown.h"

enum { ROWS_MAX = 32 };

static const struct given_row help_row = { .name = "help", .about = "", .many = true };

static int unknown(const struct given_row *rows, const char *text, struct err *err)
{
	const char *names[ROWS_MAX + 2] = { "help" }, *near;
	char bare[SHOWN_SIZE], buf[SHOWN_SIZE];
	int n = 1;

	for (const struct given_row *row = rows; row->name && n <= ROWS_MAX; row++)
		names[n++] = row->name;
	snprintf(bare, sizeof(bare), "%.*s", (int)strcspn(text + 2, "="), text + 2);
	near = strncmp(text, "--", 2) == 0 ? opt_nearest(bare, names) : NULL;
	if (near)
		return err_set(err, EINVAL, "unknown option %s; did you mean --%s?",
			       shown(text, buf), near);
	return err_set(err, EINVAL, "unknown option %s; --help lists the options",
		       shown(text, buf));
}

static const struct given_row *by_name(const struct given_row *rows, const char *text, size_t n)
{
	if (n == strlen("help") && strncmp(text, "help", n) == 0)
		return &help_row;
	for (; rows->name; rows++) {
		if (strlen(rows->name) == n && strncmp(rows->name, text, n) == 0)
			return rows;
	}
	return NULL;
}

static const struct given_row *by_letter(const struct given_row *rows, char letter)
{
	if (letter == 'h')
		return &help_row;
	for (; rows->name; rows++) {
		if (rows->letter == letter)
			return rows;
	}
	return NULL;
}

static int give(struct given *args, const struct given_row *option, const char *value,
		struct err *err)
{
	if (option == &help_row) {
		args->help = true;
		return 0;
	}
	if (!option->many && given_has(args, option->name))
		return err_set(err, EINVAL, "--%s is given twice; once is enough", option->name);
	args->options[args->n_options++] = (struct given_option){ option, value };
	return 0;
}

/* One option at argv[*i], with its value there or in the next argument. */
static int take(const struct given_row *rows, int argc, char **argv, int *i, struct given *args,
		struct err *err)
{
	const char *text = argv[*i], *value = NULL;
	const struct given_row *option;

	if (text[1] == '-') {
		size_t n = strcspn(text + 2, "=");

		option = by_name(rows, text + 2, n);
		value = text[2 + n] == '=' ? text + 2 + n + 1 : NULL;
	} else {
		option = by_letter(rows, text[1]);
		value = text[2] ? text + 2 : NULL;
	}
	if (!option)
		return unknown(rows, text, err);
	if (!option->value && value)
		return err_set(err, EINVAL, "--%s takes no value", option->name);
	if (option->value && !value) {
		if (*i + 1 == argc)
			return err_set(err, EINVAL, "--%s needs a value: --%s %s", option->name,
				       option->name, option->value);
		value = argv[++*i];
	}
	return give(args, option, value, err);
}

int given_parse(const struct given_row *rows, int argc, char **argv, struct given *args,
	       struct err *err)
{
	bool options = true;
	int ret = 0;

	*args = (struct given){ .command = "" };
	args->options = reallocarray(NULL, (size_t)argc + 1, sizeof(*args->options));
	args->rest = calloc((size_t)argc + 1, sizeof(*args->rest));
	if (!args->options || !args->rest) {
		given_free(args);
		return err_set(err, ENOMEM, "not enough memory");
	}
	for (int i = 1; i < argc && !ret; i++) {
		if (options && strcmp(argv[i], "--") == 0)
			options = false;
		else if (options && argv[i][0] == '-' && argv[i][1])
			ret = take(rows, argc, argv, &i, args, err);
		else
			args->rest[args->n_rest++] = argv[i];
	}
	if (ret)
		given_free(args);
	return ret;
}

void given_free(struct given *args)
{
	free(args->options);
	free(args->rest);
	*args = (struct given){ .command = "" };
}

bool given_has(const struct given *args, const char *name)
{
	for (int i = 0; i < args->n_options; i++) {
		if (strcmp(args->options[i].row->name, name) == 0)
			return true;
	}
	return false;
}

const char *given_value(const struct given *args, const char *name, const char *otherwise)
{
	for (int i = args->n_options - 1; i >= 0; i--) {
		if (strcmp(args->options[i].row->name, name) == 0)
			return args->options[i].value;
	}
	return otherwise;
}

int given_number(const struct given *args, const char *name, int64_t min, int64_t max,
		int64_t *number, struct err *err)
{
	const char *text = given_value(args, name, NULL);
	char buf[SHOWN_SIZE];
	long long value;
	char *end;

	if (!text)
		return 0;
	errno = 0;
	value = strtoll(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end || errno || value < min || value > max)
		return err_set(err, EINVAL, "--%s is \"%s\"; write a whole number from %" PRId64
			       " to %" PRId64, name, shown(text, buf), min, max);
	*number = value;
	return 0;
}
