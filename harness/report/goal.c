/* SPDX-License-Identifier: MIT */
#include "report/goal.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/opt.h"
#include "base/shown.h"

static const char *const words[FRONT_NUMBERS + 1] = {
	[FRONT_MEDIAN] = "median", [FRONT_P99] = "p99", [FRONT_MISTAKES] = "mistakes",
	[FRONT_PACKETS] = "packets",
};

static char *trim(char *text)
{
	char *end = text + strlen(text);

	while (end > text && isspace((unsigned char)end[-1]))
		*--end = '\0';
	while (isspace((unsigned char)*text))
		text++;
	return text;
}

/* "1/day", "720/hour" in counts a day or an hour. */
static int parse_rate(const char *text, enum front_number number, double *limit, struct err *err)
{
	const char *example = number == FRONT_MISTAKES ? "1/day" : "720/hour";
	char buf[SHOWN_SIZE], *end;
	double count = strtod(text, &end), days;

	if (!isdigit((unsigned char)text[0]) || !isfinite(count))
		return err_set(err, EINVAL, "%s<=%s: write a number a day or an hour, as in %s<=%s",
			       words[number], shown(text, buf), words[number], example);
	if (strcmp(end, "/day") == 0)
		days = 1;
	else if (strcmp(end, "/hour") == 0)
		days = 1.0 / 24;
	else
		return err_set(err, EINVAL, "%s<=%s: write /day or /hour behind the number, as in "
			       "%s<=%s", words[number], shown(text, buf), words[number], example);
	*limit = number == FRONT_MISTAKES ? count / days : count / days / 24;
	return 0;
}

static int parse_limit(char *name, char *value, struct goal *goal, struct err *err)
{
	int number = 0, ret;
	int64_t ns;

	while (words[number] && strcmp(words[number], name) != 0)
		number++;
	if (!words[number]) {
		const char *near = opt_nearest(name, words);
		char buf[SHOWN_SIZE];

		return err_set(err, EINVAL, "unknown number \"%s\"; %s%s", shown(name, buf),
			       near ? "did you mean " : "write median, p99, mistakes or packets",
			       near ? near : "");
	}
	if (goal->set[number])
		return err_set(err, EINVAL, "%s stands twice; once is enough", name);
	if (number == FRONT_MEDIAN || number == FRONT_P99) {
		ret = opt_parse_duration(value, &ns, err);
		if (ret)
			return err_prefix(err, ret, "%s", name);
		goal->limit[number] = (double)ns;
	} else {
		ret = parse_rate(value, (enum front_number)number, &goal->limit[number], err);
		if (ret)
			return ret;
	}
	goal->set[number] = true;
	return 0;
}

/* One part of the list, between commas. */
static int parse_part(char *part, struct goal *goal, struct err *err)
{
	char *sign = part + strcspn(part, "<>="), *value, buf[SHOWN_SIZE];
	bool most = strncmp(sign, "<=", 2) == 0;
	size_t used = strlen(goal->link);

	if (!*sign || *sign == '>' || (*sign == '<' && !most))
		return err_set(err, EINVAL, "\"%s\" is not a limit; write NAME<=VALUE, as in p99<=10s",
			       shown(part, buf));
	value = trim(sign + (most ? 2 : 1));
	*sign = '\0';
	part = trim(part);
	if (most)
		return parse_limit(part, value, goal, err);
	for (int i = 0; words[i]; i++) {
		if (strcmp(words[i], part) == 0)
			return err_set(err, EINVAL, "%s is a limit; write %s<=%s", part, part,
				       shown(value, buf));
	}
	snprintf(goal->link + used, sizeof(goal->link) - used, "%s%s=%s", used ? "," : "", part, value);
	return 0;
}

int goal_parse(const char *text, struct goal *goal, struct err *err)
{
	char copy[GOAL_TEXT] = "", *rest = copy, *part;
	bool any = false;
	int ret = 0;

	*goal = (struct goal){ 0 };
	if (strlen(text) >= sizeof(copy))
		return err_set(err, EINVAL, "the goal has more than %zu bytes", sizeof(copy) - 1);
	memcpy(copy, text, strlen(text) + 1);
	memcpy(goal->text, copy, sizeof(copy));
	while (!ret && (part = strsep(&rest, ",")))
		ret = parse_part(trim(part), goal, err);
	for (int i = 0; i < FRONT_NUMBERS; i++)
		any |= goal->set[i];
	if (!ret && !any)
		return err_set(err, EINVAL, "nothing has to be reached; give a limit, as in p99<=10s or "
			       "mistakes<=1/day");
	return ret;
}

static double number_of(const struct front_point *p, enum front_number number)
{
	switch (number) {
	case FRONT_MEDIAN:
		return p->median_ns == FRONT_NEVER ? INFINITY : (double)p->median_ns;
	case FRONT_P99:
		return p->p99_ns == FRONT_NEVER ? INFINITY : (double)p->p99_ns;
	case FRONT_MISTAKES:
		return p->mistakes_day;
	case FRONT_PACKETS:
	case FRONT_NUMBERS:
		break;
	}
	return p->packets_hour;
}

/* Phases are spread evenly over a detector's period: other phases may be later by one step of them. */
static double next_last_ns(const struct front_point *p, int n_deaths)
{
	int steps = n_deaths ? p->noticed / n_deaths - 1 : 0;

	if (p->p99_ns == FRONT_NEVER)
		return INFINITY;
	return (double)p->last_ns + (double)(p->last_ns - p->first_ns) / (steps > 1 ? steps : 1);
}

/* How far a point is from a goal: numbers beyond any factor, then the largest factor. At most 1 is
 * met. */
struct distance {
	int endless;
	bool sure; /* met, and the bound of the mistakes is within the limit too */
	double factor;
	enum front_number worst;
};

static struct distance distance_of(const struct goal *goal, const struct front_point *p, int n_deaths)
{
	struct distance d = { .factor = 0 };

	for (int i = 0; i < FRONT_NUMBERS; i++) {
		double x = number_of(p, (enum front_number)i), factor;

		if (!goal->set[i])
			continue;
		factor = x <= goal->limit[i] ? 1 : x / goal->limit[i];
		d.endless += isinf(factor);
		if (factor > d.factor) {
			d.factor = factor;
			d.worst = (enum front_number)i;
		}
	}
	d.sure = d.factor <= 1 &&
		 (!goal->set[FRONT_P99] || next_last_ns(p, n_deaths) <= goal->limit[FRONT_P99]) &&
		 (!goal->set[FRONT_MISTAKES] ||
		  p->mistakes_day_most <= goal->limit[FRONT_MISTAKES]);
	return d;
}

/* The smaller distance; among those that meet the goal the one that is sure to, then the cheaper one. */
static bool nearer(const struct distance *a, const struct front_point *p, const struct distance *b,
		   const struct front_point *q)
{
	if (a->endless != b->endless)
		return a->endless < b->endless;
	if (a->factor != b->factor)
		return a->factor < b->factor;
	if (a->sure != b->sure)
		return a->sure;
	return p->number[FRONT_PACKETS] < q->number[FRONT_PACKETS];
}

void goal_answer(const struct goal *goal, const struct front *front, struct goal_answer *answer)
{
	struct distance best = { 0 };

	*answer = (struct goal_answer){ 0 };
	/* In the order of time: of two that cost the same, the sooner one. */
	for (int i = 0; i < front->n; i++) {
		const struct front_point *p = &front->points[front->order[i]];
		struct distance d = distance_of(goal, p, front->n_deaths);

		if (!p->whole)
			continue;
		answer->n_met += d.factor <= 1;
		answer->n_sure += d.sure;
		if (answer->point && !nearer(&d, p, &best, answer->point))
			continue;
		answer->point = p;
		best = d;
	}
	answer->worst = best.worst;
	answer->factor = best.factor;
}
