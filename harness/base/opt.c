/* SPDX-License-Identifier: MIT */
/*
 * Options: text to one int64_t and back.
 *
 * A value is refused unless it says exactly one thing: a number without its unit, a number finer
 * than the unit that is stored, and a number outside the row's range are all errors, and each
 * sentence ends with what to write instead. Nothing is rounded.
 *
 * Formatting is the inverse: opt_parse_value(opt_format_value(x)) == x for each x a row accepts.
 */
#include "base/opt.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/opt_quantity.h"
#include "base/shown.h"

static const struct opt_quantity *quantity_of(const struct opt *row)
{
	switch (row->type) {
	case OPT_DURATION:
		return &opt_duration;
	case OPT_PERCENT:
		return &opt_percent;
	case OPT_RATE:
		return &opt_rate;
	case OPT_BYTES:
		return &opt_bytes;
	default:
		return NULL;
	}
}

static int parse_count(const char *text, int64_t *value, struct err *err)
{
	char see[SHOWN_SIZE];
	int64_t n = 0;
	const char *p = text;

	if (*p == '-' && isdigit((unsigned char)p[1]))
		return err_set(err, EINVAL, "%s is negative; write a whole number from 0 on",
			       shown(text, see));
	for (; isdigit((unsigned char)*p); p++)
		if (__builtin_mul_overflow(n, 10, &n) || __builtin_add_overflow(n, *p - '0', &n))
			return err_set(err, EINVAL,
				       "%s is too large for a count; write fewer digits",
				       shown(text, see));
	if (p == text || *p)
		return err_set(err, EINVAL,
			       "'%s' is not a count; write a whole number without a unit",
			       shown(text, see));
	*value = n;
	return 0;
}

/* Real-time signals are counted from SIGRTMIN, which the C library may move: signal(7). */
static int parse_signal(const char *text, int64_t *value, struct err *err)
{
	const char *names[NSIG + 2];
	char see[SHOWN_SIZE];
	const char *bare = strncasecmp(text, "SIG", 3) ? text : text + 3;
	int n = 0, rt;
	char end;

	for (int i = 1; i < NSIG; i++) {
		const char *name = sigabbrev_np(i);

		if (!name)
			continue;
		if (!strcasecmp(name, bare)) {
			*value = i;
			return 0;
		}
		names[n++] = name;
	}
	names[n++] = "RTMIN";
	names[n] = NULL;
	if (!strcasecmp(bare, "RTMIN")) {
		*value = SIGRTMIN;
		return 0;
	}
	if (sscanf(bare, "RTMIN+%2d%c", &rt, &end) == 1 && rt >= 0 && SIGRTMIN + rt <= SIGRTMAX) {
		*value = SIGRTMIN + rt;
		return 0;
	}

	const char *near = opt_nearest(bare, names);

	if (near)
		return err_set(err, EINVAL, "'%s' is not a signal; did you mean %s?",
			       shown(text, see), near);
	return err_set(err, EINVAL,
		       "'%s' is not a signal; write its name, such as STOP, CONT or USR1",
		       shown(text, see));
}

static char *format_signal(int64_t value, char *buf, size_t size)
{
	const char *name = value > 0 && value < NSIG ? sigabbrev_np((int)value) : NULL;

	if (name)
		snprintf(buf, size, "%s", name);
	else if (value == SIGRTMIN)
		snprintf(buf, size, "RTMIN");
	else
		snprintf(buf, size, "RTMIN+%d", (int)value - SIGRTMIN);
	return buf;
}

/* "a, b, c" of words; cut where it would not fit. */
static void join(char *buf, size_t size, const char *const *words)
{
	size_t n = 0;

	buf[0] = '\0';
	for (; *words; words++) {
		int k = snprintf(buf + n, size - n, "%s%s", n ? ", " : "", *words);

		if (k < 0 || (size_t)k >= size - n) {
			buf[n] = '\0';
			return;
		}
		n += (size_t)k;
	}
}

static int parse_word(const struct opt *row, const char *text, int64_t *value, struct err *err)
{
	char see[SHOWN_SIZE], list[200];
	const char *near;

	for (int i = 0; row->words[i]; i++)
		if (!strcmp(row->words[i], text)) {
			*value = i;
			return 0;
		}
	join(list, sizeof(list), row->words);
	near = opt_nearest(text, row->words);
	if (near)
		return err_set(err, EINVAL, "'%s' is not one of %s; did you mean %s?",
			       shown(text, see), list, near);
	return err_set(err, EINVAL, "'%s' is not one of %s; write one of them", shown(text, see),
		       list);
}

static int check_range(const struct opt *row, const char *text, int64_t value, struct err *err)
{
	const struct opt_quantity *q = quantity_of(row);
	int64_t most = q && (!row->max || row->max > q->most) ? q->most : row->max;
	char see[SHOWN_SIZE], limit[OPT_VALUE_TEXT];

	if (value < row->min)
		return err_set(err, EINVAL, "%s is too little; write %s or more", shown(text, see),
			       opt_format_value(row, row->min, limit, sizeof(limit)));
	if (most && value > most)
		return err_set(err, EINVAL, "%s is too much; write %s or less", shown(text, see),
			       opt_format_value(row, most, limit, sizeof(limit)));
	return 0;
}

int opt_parse_value(const struct opt *row, const char *text, int64_t *value, struct err *err)
{
	const struct opt_quantity *q = quantity_of(row);
	int64_t parsed = 0;
	int ret;

	if (row->type == OPT_WORD)
		return parse_word(row, text, value, err);
	if (row->type == OPT_SIGNAL)
		return parse_signal(text, value, err);
	ret = q ? opt_quantity_parse(q, text, &parsed, err) : parse_count(text, &parsed, err);
	if (!ret)
		ret = check_range(row, text, parsed, err);
	if (!ret)
		*value = parsed;
	return ret;
}

int opt_parse_duration(const char *text, int64_t *ns, struct err *err)
{
	static const struct opt row = {.type = OPT_DURATION};

	return opt_parse_value(&row, text, ns, err);
}

char *opt_format_duration(int64_t ns, char *buf, size_t size)
{
	return opt_quantity_format(&opt_duration, ns, buf, size);
}

char *opt_format_value(const struct opt *row, int64_t value, char *buf, size_t size)
{
	switch (row->type) {
	case OPT_WORD:
		snprintf(buf, size, "%s", row->words[value]);
		return buf;
	case OPT_SIGNAL:
		return format_signal(value, buf, size);
	case OPT_COUNT:
		snprintf(buf, size, "%" PRId64, value);
		return buf;
	default:
		return opt_quantity_format(quantity_of(row), value, buf, size);
	}
}

void opt_defaults(const struct opt *rows, struct opt_values *values)
{
	for (int i = 0; i < OPT_MAX; i++)
		values->v[i] = OPT_UNSET;
	for (int i = 0; rows[i].name; i++)
		/* A table that breaks its own rules is a bug of the program. */
		if (i == OPT_MAX ||
		    (rows[i].def && opt_parse_value(&rows[i], rows[i].def, &values->v[i], NULL)))
			abort();
}

static int refuse_name(const struct opt *rows, const char *name, struct err *err)
{
	const char *names[OPT_MAX + 1];
	char see[SHOWN_SIZE], list[300];
	const char *near;
	int n = 0;

	for (; n < OPT_MAX && rows[n].name; n++)
		names[n] = rows[n].name;
	names[n] = NULL;
	shown(name, see);
	if (!n)
		return err_set(err, ENOENT, "%s: unknown option; none is taken here, leave it out",
			       see);
	near = opt_nearest(name, names);
	if (near)
		return err_set(err, ENOENT, "%s: unknown option; did you mean %s?", see, near);
	join(list, sizeof(list), names);
	return err_set(err, ENOENT, "%s: unknown option; write one of %s", see, list);
}

int opt_set(const struct opt *rows, struct opt_values *values, const char *name, const char *text,
	    struct err *err)
{
	for (int i = 0; rows[i].name; i++) {
		int ret;

		if (strcmp(rows[i].name, name) != 0)
			continue;
		ret = opt_parse_value(&rows[i], text, &values->v[i], err);
		return ret ? err_prefix(err, ret, "%s", name) : 0;
	}
	return refuse_name(rows, name, err);
}

int opt_set_list(const struct opt *rows, struct opt_values *values, const char *list,
		 struct err *err)
{
	char see[SHOWN_SIZE];
	bool given[OPT_MAX] = {false};

	while (*list) {
		size_t len = strcspn(list, ",");
		char pair[128], *equals;
		int ret;

		if (len >= sizeof(pair))
			return err_set(err, EINVAL, "'%s' is too long; write NAME=VALUE",
				       shown(list, see));
		memcpy(pair, list, len);
		pair[len] = '\0';
		equals = strchr(pair, '=');
		if (!equals)
			return err_set(err, EINVAL, "'%s' has no '='; write NAME=VALUE",
				       shown(pair, see));
		*equals = '\0';
		ret = opt_set(rows, values, pair, equals + 1, err);
		if (ret)
			return ret;
		for (int i = 0; rows[i].name; i++) {
			if (strcmp(rows[i].name, pair) != 0)
				continue;
			if (given[i])
				return err_set(err, EINVAL, "%s: given twice; leave one out", pair);
			given[i] = true;
		}
		list += len;
		if (*list == ',' && *++list == '\0')
			return err_set(err, EINVAL, "the list ends in a comma; leave it out");
	}
	return 0;
}

char *opt_format(const struct opt *rows, const struct opt_values *values, char *buf, size_t size)
{
	size_t n = 0;

	if (size)
		buf[0] = '\0';
	for (int i = 0; rows[i].name; i++) {
		char text[OPT_VALUE_TEXT];
		int k;

		if (values->v[i] == OPT_UNSET)
			continue;
		opt_format_value(&rows[i], values->v[i], text, sizeof(text));
		k = snprintf(buf + n, size - n, "%s%s=%s", n ? "," : "", rows[i].name, text);
		if (k < 0 || (size_t)k >= size - n) {
			buf[n] = '\0';
			break;
		}
		n += (size_t)k;
	}
	return buf;
}
