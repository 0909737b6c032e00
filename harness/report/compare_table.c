/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "report/compare.h"

/*
 * The comparison for a terminal of 80 columns: a block for each scenario, a row for each method.
 * A and B say median, range, and how many noticed; between them the shift, its interval and the
 * adjusted p-value, or that the comparison is exact. The reason of a change stands below its row.
 */

enum { GAP = 1, NAME = 20, SIDE = 15, SHIFT = 17, WORD = 9, NARROW = 80, LINES = 4, TEXT = 64 };

struct column {
	int n;
	char line[LINES][TEXT];
};

struct table {
	const struct compare *compare;
	const struct style *style;
	int name_width;
};

static const enum tone tones[COMPARE_WORDS] = {
	[COMPARE_SAME] = TONE_DIM,     [COMPARE_FASTER] = TONE_GOOD, [COMPARE_SLOWER] = TONE_BAD,
	[COMPARE_CHANGED] = TONE_BAD,  [COMPARE_UNCLEAR] = TONE_WARN, [COMPARE_ONLY_A] = TONE_BAD,
	[COMPARE_ONLY_B] = TONE_PLAIN,
};

static void add(struct column *c, const char *text)
{
	if (c->n < LINES)
		snprintf(c->line[c->n++], TEXT, "%s", text);
}

static void side(const struct summary_cell *cell, struct column *c)
{
	char text[TEXT], lo[TEXT];
	int noticed;

	if (!cell) {
		add(c, "—");
		return;
	}
	noticed = summary_noticed(cell);
	if (cell->n_times) {
		size_t n = (size_t)cell->n_times;
		int64_t min_ns = cell->times[0] > 0 ? cell->times[0] : 0;

		add(c, text_time(stats_median(cell->times, n), 3, text, sizeof(text)));
		text_time(min_ns, 3, lo, sizeof(lo));
		text_time(cell->times[n - 1], 3, text, sizeof(text));
		if (strcmp(lo, text) != 0 && cell->times[n - 1] > min_ns)
			add(c, text_range(min_ns, cell->times[n - 1], text, sizeof(text)));
	} else {
		add(c, summary_carried(cell) ? "never" : "did not run");
	}
	snprintf(text, sizeof(text), "%d of %d", noticed, cell->n);
	add(c, text);
	if (cell->verdict[VERDICT_PASS] + cell->verdict[VERDICT_SKIP] < cell->n) {
		snprintf(text, sizeof(text), "✗ %d failed", cell->n - cell->verdict[VERDICT_PASS] -
							     cell->verdict[VERDICT_SKIP]);
		add(c, text);
	}
}

static void shift(const struct compare_cell *cell, struct column *c)
{
	char text[TEXT], time[TEXT - 1];

	if (!cell->a || !cell->b)
		return;
	if (cell->timed) {
		text_time(cell->shift.ns, 3, time, sizeof(time));
		snprintf(text, sizeof(text), "%s%s", cell->shift.ns > 0 ? "+" : "", time);
		add(c, text);
	}
	if (cell->timed && !cell->exact && cell->shift.bounded)
		add(c, text_range(cell->shift.lo_ns, cell->shift.hi_ns, text, sizeof(text)));
	if (cell->exact) {
		add(c, "exact");
	} else if (cell->timed) {
		snprintf(text, sizeof(text), cell->p_adjusted < 0.001 ? "p %.1e" : "p %.3f",
			 cell->p_adjusted);
		add(c, text);
	}
}

struct cell {
	enum tone tone;
	const char *text; /* NULL ends the line */
	int width;
};

/* One line, without spaces at its end. */
static void put_cells(const struct style *style, const struct cell *cell)
{
	int gap = 0;

	for (; cell->text; cell++) {
		if (*cell->text) {
			fprintf(style->out, "%*s", gap, "");
			text_put(style, cell->tone, cell->text, 0);
			gap = -text_width(cell->text);
		}
		gap += cell->width + GAP;
	}
	fputc('\n', style->out);
}

static void put_row(const struct table *t, const struct compare_cell *cell)
{
	const struct style *style = t->style;
	const char *options = t->compare->without[PICK_OPTIONS] ? "" : cell->any->options;
	struct column a = { 0 }, b = { 0 }, by = { 0 };

	side(cell->a, &a);
	side(cell->b, &b);
	shift(cell, &by);
	for (int line = 0; line < a.n || line < b.n || line < by.n || *options; line++) {
		size_t n = line ? text_fit(options, t->name_width - 2, ",") : 0;
		char part[256];

		snprintf(part, sizeof(part), "%s%.*s", n ? "  " : "", (int)n, options);
		options += n;
		put_cells(style, (const struct cell[]){
			{ line ? TONE_PLAIN : TONE_BOLD, line ? part : cell->any->method, t->name_width },
			{ TONE_PLAIN, line < a.n ? a.line[line] : "", SIDE },
			{ TONE_PLAIN, line < b.n ? b.line[line] : "", SIDE },
			{ TONE_PLAIN, line < by.n ? by.line[line] : "", SHIFT },
			{ tones[cell->word], line ? "" : compare_words[cell->word], WORD },
			{ 0 } });
	}
}

static void put_head(const struct table *t, const struct summary_cell *cell)
{
	const struct style *style = t->style;
	char name[160];

	snprintf(name, sizeof(name), "%s%s%s", cell->family, cell->family[0] ? "/" : "",
		 cell->scenario);
	fputc('\n', style->out);
	text_put(style, TONE_BOLD, name, t->name_width);
	if (text_width(name) > t->name_width)
		fprintf(style->out, "\n%*s", t->name_width, "");
	fprintf(style->out, " %-*s %-*s %s\n", SIDE, "A", SIDE, "B", "difference");
	for (int i = 0; i < t->name_width + 2 * SIDE + SHIFT + WORD + 4 * GAP; i++)
		fputs("─", style->out);
	fputc('\n', style->out);
}

static bool same_scenario(const struct compare_cell *x, const struct compare_cell *y)
{
	return strcmp(x->any->scenario, y->any->scenario) == 0 &&
	       strcmp(x->any->family, y->any->family) == 0;
}

static void put_reason(const struct style *style, const struct compare_cell *cell)
{
	char text[512];

	if (cell->word == COMPARE_SLOWER || cell->word == COMPARE_FASTER)
		return;
	if (*compare_reason(cell, text, sizeof(text)))
		text_wrap(style, TONE_DIM, text, 2, true);
}

static void put_totals(const struct compare *compare, bool all, const struct style *style)
{
	fprintf(style->out, "\n%d cell%s:", compare->n, compare->n == 1 ? "" : "s");
	for (int word = 0, more = 0; word < COMPARE_WORDS; word++) {
		char text[48];

		if (!compare->count[word])
			continue;
		snprintf(text, sizeof(text), " %d %s", compare->count[word], compare_words[word]);
		fputs(more++ ? "," : "", style->out);
		text_put(style, tones[word], text, 0);
	}
	fputc('\n', style->out);
	if (!all && compare->count[COMPARE_SAME])
		text_wrap(style, TONE_DIM, "--all shows those that are the same, too", 0, true);
}

void compare_table(const struct compare *compare, bool all, const struct style *style)
{
	struct table t = { .compare = compare, .style = style, .name_width = NAME };
	const struct compare_cell *last = NULL;

	if (style->width > NARROW)
		t.name_width += style->width - NARROW < NAME ? style->width - NARROW : NAME;
	for (int i = 0; i < compare->n; i++) {
		const struct compare_cell *cell = &compare->cells[i];

		if (!all && cell->word == COMPARE_SAME)
			continue;
		if (!last || !same_scenario(last, cell))
			put_head(&t, cell->any);
		put_row(&t, cell);
		put_reason(style, cell);
		last = cell;
	}
	put_totals(compare, all, style);
}
