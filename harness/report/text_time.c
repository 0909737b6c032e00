/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "report/text.h"

/*
 * Times for people, rounded half up in integers, so that 999.6 ms is "1.00 s" and never "1e+03 ms".
 * Minutes, hours and days begin at two of them: 75.8 s says more than 1.26 m.
 */

struct unit {
	const char *name;
	int64_t ns;
	int64_t from; /* used from here on */
};

#define MINUTE (60 * NS_PER_S)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

static const struct unit units[] = {
	{ "ns", 1, 0 },
	{ "µs", NS_PER_US, NS_PER_US },
	{ "ms", NS_PER_MS, NS_PER_MS },
	{ "s", NS_PER_S, NS_PER_S },
	{ "m", MINUTE, 2 * MINUTE },
	{ "h", HOUR, 2 * HOUR },
	{ "d", DAY, 2 * DAY },
	{ NULL, 0, INT64_MAX },
};

enum { DIGITS_MAX = 9 };

static int64_t power10(int n)
{
	int64_t p = 1;

	while (n-- > 0)
		p *= 10;
	return p;
}

/* How many decimals leave @digits significant ones in ns / unit; none below a nanosecond. */
static int decimals(int64_t ns, const struct unit *unit, int digits)
{
	int64_t whole = ns / unit->ns;

	digits--;
	while (whole >= 10 && digits > 0) {
		whole /= 10;
		digits--;
	}
	while (power10(digits) > unit->ns)
		digits--;
	return digits;
}

static int64_t scaled(int64_t ns, const struct unit *unit, int places)
{
	__int128 half = unit->ns / 2;

	return (int64_t)(((__int128)ns * power10(places) + half) / unit->ns);
}

static const struct unit *unit_of(int64_t ns, int digits)
{
	const struct unit *unit = units;

	if (ns == 0)
		return &units[3];
	while (unit[1].name && ns >= unit[1].from)
		unit++;
	/* What is rounded up to the next unit is written in it. */
	if (unit[1].name) {
		int places = decimals(ns, unit, digits);

		if ((__int128)scaled(ns, unit, places) * unit->ns >=
		    (__int128)unit[1].from * power10(places))
			unit++;
	}
	return unit;
}

/* The number alone, without a unit. */
static void number(int64_t ns, const struct unit *unit, int digits, char *buf, size_t size)
{
	int places = decimals(ns, unit, digits);
	int64_t value = scaled(ns, unit, places);
	int64_t one = power10(places);

	/* Rounding may have won a digit: 9.999 is 10.0, not 10.00. */
	if (places > 0 && value >= power10(digits)) {
		places--;
		value = scaled(ns, unit, places);
		one = power10(places);
	}
	if (places == 0)
		snprintf(buf, size, "%" PRId64, value);
	else
		snprintf(buf, size, "%" PRId64 ".%0*" PRId64, value / one, places, value % one);
}

char *text_time(int64_t ns, int digits, char *buf, size_t size)
{
	const char *minus = ns < 0 ? "-" : "";
	const struct unit *unit;
	char text[40];

	if (ns < 0)
		ns = ns == INT64_MIN ? INT64_MAX : -ns;
	if (digits > DIGITS_MAX)
		digits = DIGITS_MAX;
	unit = unit_of(ns, digits);
	if (ns == 0)
		strcpy(text, "0");
	else
		number(ns, unit, digits, text, sizeof(text));
	snprintf(buf, size, "%s%s %s", minus, text, unit->name);
	return buf;
}

char *text_range(int64_t lo_ns, int64_t hi_ns, char *buf, size_t size)
{
	char lo[48], hi[48];
	char *unit;

	text_time(lo_ns, 3, lo, sizeof(lo));
	text_time(hi_ns, 3, hi, sizeof(hi));
	unit = strrchr(lo, ' ');
	if (lo_ns == 0 || strcmp(unit, strrchr(hi, ' ')) == 0)
		*unit = '\0';
	snprintf(buf, size, "%s–%s", lo, hi);
	return buf;
}

char *text_pair(int64_t a_ns, const char *sign, int64_t b_ns, char *buf, size_t size)
{
	char a[48], b[48];
	int digits = 3;

	do {
		text_time(a_ns, digits, a, sizeof(a));
		text_time(b_ns, digits, b, sizeof(b));
	} while (strcmp(a, b) == 0 && a_ns != b_ns && digits++ < DIGITS_MAX);
	snprintf(buf, size, "%s %s %s", a, sign, b);
	return buf;
}
