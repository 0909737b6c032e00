/* SPDX-License-Identifier: MIT */
/*
 * What people say, against what was measured. A statement is tried in one or more circumstances,
 * each a scenario; a circumstance bears it out when every trial of every method that the statement
 * speaks of was as it says. Everywhere: TRUE. Nowhere: FALSE. Here and there: ONLY IF, and the
 * lines below say where.
 */
#include <string.h>

#include "report/report.h"

enum { WORD = 9 };

const struct record_claim *report_claim(const struct report *report,
					const struct report_cell *cell, bool *holds)
{
	const struct record_claim *claim = NULL;

	*holds = true;
	for (int i = 0; i < cell->n; i++) {
		claim = &report->file->trials[cell->trials[i]].claim;
		*holds &= claim->holds;
	}
	return claim && claim->says[0] ? claim : NULL;
}

/* The column's statement, and whether its cells bear it out; NULL: it has none. */
static const struct record_claim *column_claim(const struct report *r, int column, bool *holds)
{
	const struct record_claim *found = NULL;

	*holds = true;
	for (int row = 0; row < r->n_rows; row++) {
		bool here;
		const struct record_claim *claim = report_claim(r, report_cell(r, row, column), &here);

		if (!claim)
			continue;
		found = claim;
		*holds &= here;
	}
	return found;
}

static bool same(const struct record_claim *a, const struct record_claim *b)
{
	return a && b && strcmp(a->says, b->says) == 0;
}

static void put_cell(const struct report *r, const struct style *style, int row, int column)
{
	const struct report_cell *cell = report_cell(r, row, column);
	bool holds;
	const struct record_claim *claim = report_claim(r, cell, &holds);
	struct report_text seen;
	char text[512];

	if (!claim)
		return;
	report_cell_text(cell, &seen);
	snprintf(text, sizeof(text), "%s%s%s: %s%s%s; predicted: %s", r->rows[row].method,
		 r->rows[row].options[0] ? " " : "", r->rows[row].options, seen.line[0].text,
		 seen.n > 1 ? " " : "", seen.n > 1 ? seen.line[1].text : "",
		 claim->predicts);
	text_wrap(style, TONE_DIM, text, WORD + 4, true);
}

static void put_circumstance(const struct report *r, const struct style *style, int column,
			     const struct record_claim *claim, bool holds)
{
	fprintf(style->out, "%*s", WORD, "");
	text_put(style, holds ? TONE_GOOD : TONE_WARN, holds ? "yes" : "no", 4);
	text_wrap(style, TONE_PLAIN, claim->when, WORD + 4, false);
	for (int row = 0; row < r->n_rows; row++)
		put_cell(r, style, row, column);
}

static void put_statement(const struct report *r, const struct style *style,
			  const struct record_claim *claim)
{
	int yes = 0, no = 0;
	bool holds;

	for (int c = 0; c < r->n_columns; c++) {
		if (same(claim, column_claim(r, c, &holds)))
			*(holds ? &yes : &no) += 1;
	}
	text_put(style, yes && no ? TONE_BOLD : yes ? TONE_GOOD : TONE_WARN,
		 report_claim_verdict(yes, no), WORD);
	text_wrap(style, TONE_BOLD, claim->says, WORD, false);
	for (int c = 0; c < r->n_columns; c++) {
		const struct record_claim *here = column_claim(r, c, &holds);

		if (same(claim, here))
			put_circumstance(r, style, c, here, holds);
	}
}

const char *report_claim_verdict(int yes, int no)
{
	return yes && no ? "ONLY IF" : yes ? "TRUE" : "FALSE";
}

static bool told_before(const struct report *r, const struct record_claim *claim, int column)
{
	bool holds;

	for (int c = 0; c < column; c++) {
		if (same(claim, column_claim(r, c, &holds)))
			return true;
	}
	return false;
}

void report_claims(const struct report *report, const struct style *style)
{
	bool holds, any = false;

	for (int c = 0; c < report->n_columns; c++) {
		const struct record_claim *claim = column_claim(report, c, &holds);

		if (!claim || told_before(report, claim, c))
			continue;
		put_statement(report, style, claim);
		any = true;
	}
	if (any)
		fputc('\n', style->out);
}
