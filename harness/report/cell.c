/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <stdarg.h>
#include <string.h>

#include "report/report.h"

/*
 * What a cell says. A pass is the median time and what was seen, or `never` where not noticing is
 * right; "~ 2.95 s" is an alarm that theory allows although nothing had died, or not yet; a trial
 * that theory gives no upper bound for, or one beyond the horizon, is "> horizon".
 * Times count from the return of the call that made the fault; a method that was quicker than that
 * return noticed at a time that is only known to be below the span of the call: "< 40 µs".
 * Anything else starts with a mark (✗ failed, ! not valid), which says without colour what colour
 * says with it, and with the worst trial of the cell.
 */

enum { SEEN_MAX = 24 };

static void add(struct report_text *text, enum tone tone, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void add(struct report_text *text, enum tone tone, const char *fmt, ...)
{
	va_list ap;

	if (text->n == REPORT_LINES)
		return;
	va_start(ap, fmt);
	vsnprintf(text->line[text->n].text, REPORT_LINE_MAX, fmt, ap);
	va_end(ap);
	text->line[text->n++].tone = tone;
}

/* As many of the words of @text, parted by @breaks, as SEEN_MAX columns take. */
static void put_words(char *buf, size_t size, const char *text, const char *breaks)
{
	size_t n = text_fit(text, SEEN_MAX, breaks);

	while (n > 1 && strchr(breaks, text[n - 1]))
		n--;
	snprintf(buf, size, "%.*s", (int)n, text);
}

char *report_seen(const struct record_trial *trial, char *buf, size_t size)
{
	const char *state = strstr(trial->saw, "state=");
	const char *ret = strrchr(trial->saw, '=');

	if (trial->err)
		snprintf(buf, size, "%s", record_errno_name(trial->err));
	else if (strstr(trial->saw, "missed"))
		snprintf(buf, size, "missed beat");
	else if (state)
		snprintf(buf, size, "%s", state + strlen("state="));
	else if (ret && strcmp(ret, "=0") == 0)
		snprintf(buf, size, "EOF");
	else if (ret && isupper((unsigned char)ret[1]))
		put_words(buf, size, ret + 1, "|");
	else
		put_words(buf, size, trial->saw, " ");
	return buf;
}

/* Over the phases, where they differ; nothing is quicker than at once. */
static void add_range(const struct report_cell *cell, struct report_text *text)
{
	int64_t lo_ns = cell->min_ns > 0 ? cell->min_ns : 0;
	char lo[48], hi[48], range[REPORT_LINE_MAX];

	text_time(lo_ns, 3, lo, sizeof(lo));
	text_time(cell->max_ns, 3, hi, sizeof(hi));
	if (cell->max_ns > lo_ns && strcmp(lo, hi) != 0)
		add(text, TONE_DIM, "%s", text_range(lo_ns, cell->max_ns, range, sizeof(range)));
}

static void passed(const struct report_cell *cell, struct report_text *text)
{
	const struct record_trial *t = cell->shown;
	char a[48];

	if (cell->n_noticed == 0) {
		if (t->expect == EXPECT_NEVER || t->outcome == OUTCOME_QUIET)
			add(text, TONE_DIM, "never");
		else
			add(text, TONE_PLAIN, "> %s", text_time(t->horizon_ns, 3, a, sizeof(a)));
		return;
	}
	if (t->outcome == OUTCOME_FALSE_ALARM)
		add(text, TONE_WARN, "~ %s", text_time(cell->median_ns, 3, a, sizeof(a)));
	else if (cell->median_ns < 0)
		add(text, TONE_GOOD, "< %s", text_time(cell->bound_ns, 3, a, sizeof(a)));
	else
		add(text, TONE_GOOD, "%s", text_time(cell->median_ns, 3, a, sizeof(a)));
	if (t->detect_ns == RECORD_NULL)
		add(text, TONE_DIM, "%d of %d", cell->n_noticed, cell->n);
	else
		add(text, TONE_PLAIN, "%s", report_seen(t, a, sizeof(a)));
	if (cell->median_ns >= 0)
		add_range(cell, text);
}

static void failed(const struct report_cell *cell, struct report_text *text)
{
	const struct record_trial *t = cell->shown;
	int bad = report_failed(cell->count);
	char a[REPORT_LINE_MAX], name[16] = "EARLY";

	if (t->verdict == VERDICT_LATE)
		strcpy(name, "LATE");
	else if (t->verdict == VERDICT_MISSED)
		strcpy(name, "MISSED");
	else if (t->verdict == VERDICT_FALSE_ALARM)
		strcpy(name, "FALSE ALARM");
	if (cell->n > 1)
		add(text, TONE_BAD, "✗ %s %d/%d", name, bad, cell->n);
	else
		add(text, TONE_BAD, "✗ %s", name);

	if (t->verdict == VERDICT_MISSED)
		add(text, TONE_BAD, "due by %s", text_time(t->expect_hi_ns, 3, a, sizeof(a)));
	else if (t->expect != EXPECT_WINDOW || t->verdict == VERDICT_FALSE_ALARM)
		add(text, TONE_BAD, "at %s", text_time(t->detect_ns, 3, a, sizeof(a)));
	else if (t->verdict == VERDICT_LATE)
		add(text, TONE_BAD, "%s",
		    text_pair(t->detect_ns, ">", t->expect_hi_ns, a, sizeof(a)));
	else
		add(text, TONE_BAD, "%s",
		    text_pair(t->detect_ns, "<", t->expect_lo_ns, a, sizeof(a)));
	if (t->saw[0])
		add(text, TONE_PLAIN, "%s", report_seen(t, a, sizeof(a)));
}

void report_cell_text(const struct report_cell *cell, struct report_text *text)
{
	*text = (struct report_text){ 0 };
	if (cell->n == 0)
		add(text, TONE_DIM, "·");
	else if (report_severity(cell->shown->verdict) >= REPORT_FAILED)
		failed(cell, text);
	else if (cell->shown->verdict == VERDICT_ERROR)
		add(text, TONE_WARN, "! ERROR");
	else if (cell->shown->verdict == VERDICT_INVALID)
		add(text, TONE_WARN, "! INVALID");
	else if (cell->shown->verdict == VERDICT_SKIP)
		add(text, TONE_DIM, "skip");
	else
		passed(cell, text);
}
