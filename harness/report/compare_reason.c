/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "report/compare.h"

/* A difference in words. A is what was, B what is now. */

struct words {
	char *buf;
	size_t size, len;
};

static void say(struct words *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* One more clause; what does not fit is cut. */
static void say(struct words *w, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (w->len)
		w->len += (size_t)snprintf(w->buf + w->len, w->size - w->len, "; ");
	if (w->len >= w->size)
		return;
	va_start(ap, fmt);
	n = vsnprintf(w->buf + w->len, w->size - w->len, fmt, ap);
	va_end(ap);
	w->len += (size_t)n;
	if (w->len >= w->size)
		w->len = w->size - 1;
}

/* "late 18, pass 2" */
static char *counts(const char *const *names, const int *count, char *buf, size_t size)
{
	size_t len = 0;

	buf[0] = '\0';
	for (int i = 0; names[i] && len < size; i++) {
		if (count[i])
			len += (size_t)snprintf(buf + len, size - len, "%s%s %d", len ? ", " : "",
						names[i], count[i]);
	}
	return buf;
}

static void say_counts(struct words *w, const char *what, const char *const *names, const int *a,
		       const int *b, int n)
{
	char was[96], is[96];

	if (memcmp(a, b, (size_t)n * sizeof(*a)) != 0)
		say(w, "%s: %s, now %s", what, counts(names, a, was, sizeof(was)),
		    counts(names, b, is, sizeof(is)));
}

static void say_change(struct words *w, const struct compare_cell *c)
{
	say_counts(w, "verdicts", verdict_names, c->a->verdict, c->b->verdict, VERDICT_COUNT);
	say_counts(w, "outcomes", outcome_names, c->a->outcome, c->b->outcome, OUTCOME_COUNT);
	if (c->b->why[0] && summary_carried(c->b) < c->b->n)
		say(w, "%s", c->b->why);
}

static void say_times(struct words *w, const struct compare_cell *c)
{
	char was[48], is[48], by[64], allowed[48];
	/* The median may be as it was and another phase be later. */
	bool worst = c->exact && c->word == COMPARE_SLOWER && c->shift.ns <= c->allowed_ns;
	int64_t shift_ns = worst ? c->latest_ns : c->shift.ns;

	if (!c->timed)
		return;
	text_pair(c->median_a_ns, "→", c->median_b_ns, by, sizeof(by));
	say(w, "median %s, %s by %s%s where %s would not matter", by,
	    shift_ns < 0 ? "earlier" : "later",
	    text_time(shift_ns < 0 ? -shift_ns : shift_ns, 3, was, sizeof(was)),
	    worst ? " at worst" : "",
	    text_time(c->allowed_ns, 3, allowed, sizeof(allowed)));
	if (!c->exact && c->shift.bounded)
		say(w, "the shift is %s to %s at %.0f %%", text_time(c->shift.lo_ns, 3, was, sizeof(was)),
		    text_time(c->shift.hi_ns, 3, is, sizeof(is)), 100 * COMPARE_CONFIDENCE);
}

static void say_stall(struct words *w, const struct compare_cell *c)
{
	const struct summary_cell *later = c->shift.ns > 0 ? c->b : c->a;
	char text[48];

	say(w, "the machine itself was late by up to %s meanwhile, and may be why",
	    text_time(later->stall_ns, 3, text, sizeof(text)));
}

char *compare_reason(const struct compare_cell *cell, char *buf, size_t size)
{
	struct words w = { buf, size, 0 };

	buf[0] = '\0';
	if (!cell->a || !cell->b)
		return buf;
	switch (cell->word) {
	case COMPARE_SLOWER:
	case COMPARE_FASTER:
		say_times(&w, cell);
		break;
	case COMPARE_CHANGED:
		say_change(&w, cell);
		break;
	case COMPARE_UNCLEAR:
		if (cell->timed && (cell->shift.ns > cell->allowed_ns ||
				    cell->shift.ns < -cell->allowed_ns))
			say_times(&w, cell);
		say_change(&w, cell);
		if (cell->stalled)
			say_stall(&w, cell);
		else
			say(&w, "too few trials to tell");
		break;
	case COMPARE_ONLY_A:
	case COMPARE_ONLY_B:
		say(&w, "skipped: %s", cell->word == COMPARE_ONLY_A ? cell->b->why : cell->a->why);
		break;
	default:
		break;
	}
	return buf;
}

char *compare_name(const struct compare *compare, const struct compare_cell *cell, char *buf,
		   size_t size)
{
	const struct summary_cell *any = cell->any;
	const bool *without = compare->without;
	size_t len;

	len = (size_t)snprintf(buf, size, "%s%s%s", any->family, any->family[0] ? "/" : "",
			       any->scenario);
	for (int key = PICK_METHOD; key < PICK_COUNT && len < size; key++) {
		const char *text = pick_text(any, (enum pick_key)key);

		if (!without[key] && text[0])
			len += (size_t)snprintf(buf + len, size - len, " %s", text);
	}
	return buf;
}
