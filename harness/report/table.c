/* SPDX-License-Identifier: MIT */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "report/report.h"

/*
 * Theory of operation
 * ===================
 * One block for each family, cut into as many tables as it takes to stay within the terminal's
 * width. A column is as wide as its widest cell line; the scenario's name stands above it without
 * its family, broken at hyphens, and below it the wire where that is more than a switch. A row is as
 * high as its highest cell; the method's options stand below its name. Rows without a trial in the
 * block are left out. When even one column does not fit, it is printed all the same: a terminal
 * wraps it, a file does not mind.
 */

enum { GAP = 2, NAME_MIN = 10, HEAD_MIN = 8 };

struct block {
	const struct report *report;
	const struct style *style;
	int first, end; /* columns */
	int name_width;
	int *width; /* by column of the report */
};

static bool row_in_block(const struct block *b, int row)
{
	for (int c = b->first; c < b->end; c++) {
		if (report_cell(b->report, row, c)->n)
			return true;
	}
	return false;
}

/* The family stands in the corner of the block: a name need not begin with it again. */
static const char *short_name(const struct report_column *column)
{
	size_t n = strlen(column->family);

	if (n && strncmp(column->scenario, column->family, n) == 0 && column->scenario[n] == '-' &&
	    column->scenario[n + 1])
		return column->scenario + n + 1;
	return column->scenario;
}

/* The widest piece between hyphens: a header column cannot be narrower. */
static int widest_piece(const char *name)
{
	int widest = 0;

	while (*name) {
		size_t n = strcspn(name, "-");
		int width;

		if (name[n] == '-')
			n++;
		width = text_width_n(name, n);
		if (width > widest)
			widest = width;
		name += n;
	}
	return widest;
}

static int column_width(const struct report *r, int column)
{
	int width = widest_piece(short_name(&r->columns[column]));

	if (width < HEAD_MIN)
		width = HEAD_MIN;
	for (int row = 0; row < r->n_rows; row++) {
		struct report_text text;

		report_cell_text(report_cell(r, row, column), &text);
		for (int i = 0; i < text.n; i++) {
			int w = text_width(text.line[i].text);

			if (w > width)
				width = w;
		}
	}
	return width;
}

/* As wide as the widest method with its options on one line, within a third of the terminal. */
static int name_width(const struct block *b)
{
	const struct report *r = b->report;
	int most = b->style->width / 3, widest = NAME_MIN;

	for (int row = 0; row < r->n_rows; row++) {
		int name, options;

		if (!row_in_block(b, row))
			continue;
		name = text_width(r->rows[row].method);
		options = GAP + text_width(r->rows[row].options);
		if (name > widest)
			widest = name;
		if (options > widest)
			widest = options;
	}
	return widest < most ? widest : most;
}

/* One line of the headers; false when nothing is left for another. */
static bool put_header_line(const struct block *b, const char *family, const char **rest)
{
	const struct style *style = b->style;
	int n = b->end - b->first;
	bool more = false;

	while (n > 0 && !*rest[n - 1])
		n--;
	text_put(style, TONE_BOLD, family, n ? b->name_width : 0);
	for (int i = 0; i < n; i++) {
		size_t len = text_fit(rest[i], b->width[b->first + i], "-");
		char part[64];

		snprintf(part, sizeof(part), "%.*s", (int)len, rest[i]);
		rest[i] += len;
		more |= *rest[i] != '\0';
		fprintf(style->out, "%*s", GAP, "");
		text_put(style, TONE_BOLD, part, i + 1 < n ? b->width[b->first + i] : 0);
	}
	fputc('\n', style->out);
	return more;
}

/* "(nat)" below the scenarios whose ends are not on one switch. */
static void put_wires(const struct block *b)
{
	const struct style *style = b->style;
	int n = b->end;

	while (n > b->first && !b->report->columns[n - 1].wire[0])
		n--;
	if (n == b->first)
		return;
	fprintf(style->out, "%*s", b->name_width, "");
	for (int c = b->first; c < n; c++) {
		const char *wire = b->report->columns[c].wire;
		char text[24] = "";

		if (wire[0])
			snprintf(text, sizeof(text), "(%s)", wire);
		fprintf(style->out, "%*s", GAP, "");
		text_put(style, TONE_DIM, text, c + 1 < n ? b->width[c] : 0);
	}
	fputc('\n', style->out);
}

static void put_header(const struct block *b)
{
	const char *rest[b->end - b->first];
	const char *family = b->report->columns[b->first].family;

	for (int c = b->first; c < b->end; c++)
		rest[c - b->first] = short_name(&b->report->columns[c]);
	while (put_header_line(b, family, rest))
		family = "";
	put_wires(b);
}

static void put_rule(const struct block *b)
{
	int width = b->name_width;

	for (int c = b->first; c < b->end; c++)
		width += GAP + b->width[c];
	for (int i = 0; i < width; i++)
		fputs("─", b->style->out);
	fputc('\n', b->style->out);
}

/* Line @line of the left column: the method, then its options broken at commas. */
static const char *put_name(const struct block *b, int row, int line, const char *options,
			    int width)
{
	const struct style *style = b->style;
	char part[256];
	size_t n;

	if (line == 0) {
		text_put(style, TONE_BOLD, b->report->rows[row].method, width);
		return options;
	}
	n = text_fit(options, b->name_width - GAP, ",");
	snprintf(part, sizeof(part), "%*s%.*s", n ? GAP : 0, "", (int)n, options);
	text_put(style, TONE_PLAIN, part, width);
	return options + n;
}

static void put_row(const struct block *b, int row)
{
	const struct style *style = b->style;
	const char *options = b->report->rows[row].options;
	int n = b->end - b->first, lines = 1;
	struct report_text cell[n];

	for (int i = 0; i < n; i++) {
		report_cell_text(report_cell(b->report, row, b->first + i), &cell[i]);
		if (cell[i].n > lines)
			lines = cell[i].n;
	}
	for (int line = 0; line < lines || *options; line++) {
		int last = n;

		while (last > 0 && line >= cell[last - 1].n)
			last--;
		options = put_name(b, row, line, options, last ? b->name_width : 0);
		for (int i = 0; i < last; i++) {
			bool there = line < cell[i].n;

			fprintf(style->out, "%*s", GAP, "");
			text_put(style, there ? cell[i].line[line].tone : TONE_PLAIN,
				 there ? cell[i].line[line].text : "",
				 i + 1 < last ? b->width[b->first + i] : 0);
		}
		fputc('\n', style->out);
	}
}

static void put_block(struct block *b)
{
	put_header(b);
	put_rule(b);
	for (int row = 0; row < b->report->n_rows; row++) {
		if (row_in_block(b, row))
			put_row(b, row);
	}
	fputc('\n', b->style->out);
}

static int header_lines(const char *name, int width)
{
	int lines = 0;

	while (*name) {
		name += text_fit(name, width, "-");
		lines++;
	}
	return lines;
}

/* What is left of the terminal's width goes to the names that are broken into most lines. */
static void widen(struct block *b, int left)
{
	for (;;) {
		int worst = b->first, most = 1, more = 0;

		for (int c = b->first; c < b->end; c++) {
			int lines = header_lines(short_name(&b->report->columns[c]), b->width[c]);

			if (lines > most) {
				most = lines;
				worst = c;
			}
		}
		while (most > 1 && more <= left &&
		       header_lines(short_name(&b->report->columns[worst]),
				    b->width[worst] + more) == most)
			more++;
		if (most == 1 || more > left)
			return;
		b->width[worst] += more;
		left -= more;
	}
}

/* Takes as many columns as go beside each other, from b->first on, within the family. */
static void fill_line(struct block *b, int family_end)
{
	int width = b->name_width, end = b->first;

	while (end < family_end && (end == b->first || width + GAP + b->width[end] <=
							       b->style->width)) {
		width += GAP + b->width[end];
		end++;
	}
	b->end = end;
	widen(b, b->style->width - width);
}

static int family_end(const struct report *r, int first)
{
	int end = first;

	while (end < r->n_columns &&
	       strcmp(r->columns[end].family, r->columns[first].family) == 0)
		end++;
	return end;
}

void report_table(const struct report *report, const struct style *style)
{
	struct block b = { .report = report, .style = style };

	b.width = calloc((size_t)report->n_columns + 1, sizeof(*b.width));
	if (!b.width)
		return;
	for (int c = 0; c < report->n_columns; c++)
		b.width[c] = column_width(report, c);
	while (b.first < report->n_columns) {
		int end = family_end(report, b.first);

		b.end = end;
		b.name_width = name_width(&b);
		fill_line(&b, end);
		put_block(&b);
		b.first = b.end;
	}
	free(b.width);
}
