/* SPDX-License-Identifier: MIT */
/*
 * Numbers with a unit, exactly: nothing is rounded, neither in nor out.
 *
 * Of the exact forms of a value the shortest is taken, and of equally short ones the larger unit.
 * Minutes, hours and days are only used whole: 90s, not 1.5m.
 */
#include "base/opt_quantity.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/shown.h"

enum { DIGITS_MAX = 23 }; /* 10^23 days in ns still fit 127 bits */

#define DAY_NS	    INT64_C(86400000000000)
#define LONGEST_NS  (100 * DAY_NS)
#define PPM	    INT64_C(1000000)
#define FASTEST_BPS INT64_C(1000000000000000)
#define LARGEST_BYTES INT64_C(1000000000)

static const struct opt_unit duration_units[] = {
	{.name = "d", .scale = DAY_NS, .whole_only = true},
	{.name = "h", .scale = INT64_C(3600000000000), .whole_only = true},
	{.name = "m", .scale = INT64_C(60000000000), .whole_only = true},
	{.name = "s", .scale = INT64_C(1000000000)},
	{.name = "ms", .scale = INT64_C(1000000)},
	{.name = "us", .scale = INT64_C(1000)},
	{.name = "ns", .scale = 1},
	{.name = NULL},
};

static const struct opt_unit percent_units[] = {{.name = "%", .scale = PPM / 100}, {.name = NULL}};

/* tc(8), RATES: bit units count bits, bps units count bytes; both in powers of ten. */
static const struct opt_unit rate_units[] = {
	{.name = "tbit", .scale = INT64_C(1000000000000)},
	{.name = "gbit", .scale = INT64_C(1000000000)},
	{.name = "mbit", .scale = INT64_C(1000000)},
	{.name = "kbit", .scale = INT64_C(1000)},
	{.name = "bit", .scale = 1},
	{.name = "gbps", .scale = INT64_C(8000000000), .parse_only = true},
	{.name = "mbps", .scale = INT64_C(8000000), .parse_only = true},
	{.name = "kbps", .scale = INT64_C(8000), .parse_only = true},
	{.name = "bps", .scale = 8, .parse_only = true},
	{.name = NULL},
};

static const struct opt_unit bytes_units[] = {
	{.name = "MB", .scale = INT64_C(1000000)},
	{.name = "kB", .scale = INT64_C(1000)},
	{.name = "B", .scale = 1},
	{.name = NULL},
};

const struct opt_quantity opt_duration = {
	.what = "a duration",
	.example = "a number and one unit (ns us ms s m h d), such as 250ms, 1.5s or 2h",
	.no_unit = "write %ss, %sms, %sm or %sh",
	.finest = "1ns",
	.zero_unit = "s",
	.most = LONGEST_NS,
	.units = duration_units,
};

const struct opt_quantity opt_percent = {
	.what = "a percentage",
	.example = "a number and a % sign, such as 1% or 0.05%",
	.no_unit = "write %s%%",
	.finest = "0.0001%",
	.zero_unit = "%",
	.most = PPM,
	.units = percent_units,
};

const struct opt_quantity opt_rate = {
	.what = "a rate",
	.example = "a number and one unit (bit kbit mbit gbit tbit), such as 10mbit",
	.no_unit = "write %skbit, %smbit or %sgbit",
	.finest = "1bit",
	.zero_unit = "bit",
	.most = FASTEST_BPS,
	.ignore_case = true,
	.units = rate_units,
};

const struct opt_quantity opt_bytes = {
	.what = "a number of bytes",
	.example = "a number and one unit (B kB MB), such as 1400B or 4kB",
	.no_unit = "write %sB or %skB",
	.finest = "1B",
	.zero_unit = "B",
	.most = LARGEST_BYTES,
	.ignore_case = true,
	.units = bytes_units,
};

static const struct opt_unit *unit_find(const struct opt_quantity *q, const char *name)
{
	for (const struct opt_unit *u = q->units; u->name; u++)
		if (q->ignore_case ? !strcasecmp(u->name, name) : !strcmp(u->name, name))
			return u;
	return NULL;
}

static int refuse_unit(const struct opt_quantity *q, const char *text, size_t number_len,
		       struct err *err)
{
	char number[SHOWN_MAX + 1], remedy[4 * SHOWN_MAX + 64];

	if (text[number_len] != '\0') {
		char see[SHOWN_SIZE];

		return err_set(err, EINVAL, "'%s' is not %s; write %s", shown(text, see), q->what,
			       q->example);
	}
	snprintf(number, sizeof(number), "%.*s",
		 (int)(number_len < SHOWN_MAX ? number_len : SHOWN_MAX), text);
	/* .no_unit is one of the texts above: at most four times the number. */
	snprintf(remedy, sizeof(remedy), q->no_unit, number, number, number, number);
	return err_set(err, EINVAL, "%s has no unit; %s", number, remedy);
}

/* Reads digits[.digits] as *mantissa / *divisor. Returns where it ends; NULL: not a number, or,
 * with *too_long, one with too many digits. */
static const char *read_number(const char *p, __int128 *mantissa, __int128 *divisor, bool *too_long)
{
	int digits = 0, decimals = 0;

	*mantissa = 0;
	*divisor = 1;
	*too_long = false;
	if (!isdigit((unsigned char)*p))
		return NULL;
	for (bool point = false;; p++) {
		if (*p == '.' && !point && isdigit((unsigned char)p[1])) {
			point = true;
			continue;
		}
		if (!isdigit((unsigned char)*p))
			return p;
		digits += *mantissa || *p != '0';
		decimals += point;
		if (digits > DIGITS_MAX || decimals > DIGITS_MAX) {
			*too_long = true;
			return NULL;
		}
		*mantissa = *mantissa * 10 + (*p - '0');
		if (point)
			*divisor *= 10;
	}
}

int opt_quantity_parse(const struct opt_quantity *q, const char *text, int64_t *value,
		       struct err *err)
{
	char see[SHOWN_SIZE];
	const struct opt_unit *unit;
	__int128 mantissa, divisor;
	bool too_long;
	const char *end;

	if (*text == '-' && isdigit((unsigned char)text[1]))
		return err_set(err, EINVAL, "%s is negative; write %s, without the minus sign",
			       shown(text, see), shown(text + 1, (char[SHOWN_SIZE]){0}));
	end = read_number(text, &mantissa, &divisor, &too_long);
	if (!end)
		return err_set(err, EINVAL,
			       too_long ? "'%s' has too many digits for %s; write %s"
					: "'%s' is not %s; write %s",
			       shown(text, see), q->what, q->example);
	unit = unit_find(q, end);
	if (!unit)
		return refuse_unit(q, text, (size_t)(end - text), err);
	mantissa *= unit->scale;
	if (mantissa % divisor)
		return err_set(err, EINVAL, "%s is finer than %s; write fewer decimals",
			       shown(text, see), q->finest);
	mantissa /= divisor;
	*value = mantissa > INT64_MAX ? INT64_MAX : (int64_t)mantissa;
	return 0;
}

static size_t put_digits(char *buf, int64_t whole)
{
	char digits[20];
	size_t n = 0;

	do
		digits[n++] = (char)('0' + whole % 10);
	while (whole /= 10);
	for (size_t i = 0; i < n; i++)
		buf[i] = digits[n - 1 - i];
	return n;
}

/* Exact decimal of value/scale, not negative, or false where the unit does not suit. */
static bool format_in(const struct opt_unit *unit, int64_t value, char buf[OPT_VALUE_TEXT])
{
	int64_t whole = value / unit->scale, rest = value % unit->scale;
	size_t n;

	if (unit->parse_only || (rest && unit->whole_only))
		return false;
	n = put_digits(buf, whole);
	/* Scales below a minute are powers of ten: the fraction is finite. */
	if (rest)
		buf[n++] = '.';
	for (int64_t scale = unit->scale / 10; rest; scale /= 10) {
		buf[n++] = (char)('0' + rest / scale);
		rest %= scale;
	}
	memcpy(buf + n, unit->name, strlen(unit->name) + 1);
	return true;
}

char *opt_quantity_format(const struct opt_quantity *q, int64_t value, char *buf, size_t size)
{
	char best[OPT_VALUE_TEXT] = "", text[OPT_VALUE_TEXT] = "";

	if (value == 0) {
		snprintf(buf, size, "0%s", q->zero_unit);
		return buf;
	}
	for (const struct opt_unit *u = q->units; u->name; u++) {
		bool last = !u[1].name || u[1].parse_only;

		/* Below one of a unit the next smaller one reads better: 250ms, not 0.25s. */
		if (value < u->scale && !last)
			continue;
		if (format_in(u, value, text) &&
		    (!best[0] || strlen(text) < strlen(best)))
			memcpy(best, text, sizeof(best));
	}
	snprintf(buf, size, "%s", best);
	return buf;
}
