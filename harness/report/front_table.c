/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "report/front.h"
#include "report/rates.h"

/*
 * The front in 80 columns: four numbers, then the tuning, whose options go on below it where they
 * are too long. Below the table: what is not on it, and why.
 */

enum { TIME = 9, MISTAKES = 9, PACKETS = 9, GAP = 2, NAME_MIN = 20, TEXT_MAX = 48 };

static void put_right(const struct style *style, enum tone tone, const char *text, int width)
{
	fprintf(style->out, "%*s", text_width(text) < width ? width - text_width(text) : 0, "");
	text_put(style, tone, text, 0);
}

static void put_head(const struct style *style)
{
	fprintf(style->out, "%*s%*s%*s%*s\n", TIME, "noticed", TIME, "", MISTAKES, "mistakes", PACKETS,
		"packets");
	fprintf(style->out, "%*s%*s%*s%*s%*stuning\n", TIME, "median", TIME, "p99", MISTAKES, "a day",
		PACKETS, "an hour", GAP, "");
	for (int i = 0; i < 2 * TIME + MISTAKES + PACKETS + GAP + NAME_MIN; i++)
		fputs("─", style->out);
	fputc('\n', style->out);
}

static void put_time(const struct style *style, int64_t ns)
{
	char text[TEXT_MAX];

	put_right(style, TONE_PLAIN, ns == FRONT_NEVER ? "never" : text_time(ns, 3, text, sizeof(text)),
		  TIME);
}

static void put_point(const struct style *style, const struct front_point *p)
{
	int indent = 2 * TIME + MISTAKES + PACKETS + GAP, width = style->width - indent;
	char name[320], text[TEXT_MAX];
	const char *rest = front_name(p, name, sizeof(name));

	if (width < NAME_MIN)
		width = NAME_MIN;
	put_time(style, p->median_ns);
	put_time(style, p->p99_ns);
	put_right(style, p->mistakes ? TONE_WARN : TONE_DIM,
		  rates_text(p->mistakes_day, text, sizeof(text)), MISTAKES);
	put_right(style, TONE_PLAIN, rates_text(p->packets_hour, text, sizeof(text)), PACKETS);
	fprintf(style->out, "%*s", GAP, "");
	for (bool first = true; *rest; first = false) {
		size_t n = text_fit(rest, width, " ,");

		if (!first)
			fprintf(style->out, "%*s", indent, "");
		fprintf(style->out, "%.*s\n", (int)n, rest);
		rest += n;
		rest += *rest == ' ';
	}
}

/* "in cable-pull-far, drop-wire" and so on. */
static void put_names(const struct style *style, const char *what, const char *const *names, int n)
{
	char text[2048];
	size_t len = (size_t)snprintf(text, sizeof(text), "%s ", what);

	for (int i = 0; i < n && len < sizeof(text); i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s", i ? ", " : "", names[i]);
	text_wrap(style, TONE_PLAIN, text, 0, true);
}

static void put_rest(const struct front *front, const struct style *style)
{
	int failed = 0;
	char text[512];
	size_t n;

	for (int i = 0; i < front->n; i++)
		failed += front->points[i].failed;
	n = (size_t)snprintf(text, sizeof(text), "%d of %d tuning%s on the front; %d beaten by one of these",
			     front->n_front, front->n, front->n == 1 ? "" : "s", front->n_beaten);
	if (front->n_blind)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
				      "; %d left more than 1 %% of the deaths unnoticed", front->n_blind);
	if (front->n_unmeasured)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
				      "; %d not measured in every scenario", front->n_unmeasured);
	if (failed)
		snprintf(text + n, sizeof(text) - n, "; %d trial%s that theory does not allow (deadpeer "
			 "show tells them)", failed, failed == 1 ? "" : "s");
	text_wrap(style, TONE_PLAIN, text, 0, true);
}

void front_table(const struct front *front, const char *link, const struct style *style)
{
	if (front->n_front)
		put_head(style);
	for (int i = 0; i < front->n; i++) {
		if (front->points[front->order[i]].front)
			put_point(style, &front->points[front->order[i]]);
	}
	if (front->n_front)
		fputc('\n', style->out);
	put_rest(front, style);
	put_names(style, "deaths:", front->deaths, front->n_deaths);
	put_names(style, "controls:", front->controls, front->n_controls);
	if (link[0])
		fprintf(style->out, "wire: %s, in all of them\n", link);
}
