/* SPDX-License-Identifier: MIT */
#include "cli/annotate.h"

#include <stdio.h>
#include <string.h>

#include "report/gate.h"
#include "report/report.h"

struct scenarios {
	struct scenario *const *scenarios;
	int n;
};

/* What a cell is called in records, and so in every report. */
struct name {
	const char *family, *scenario, *method, *options;
};

static void escape(const char *text, const char *also)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '%' || c < ' ' || strchr(also, c))
			printf("%%%02X", c);
		else
			putchar(c);
	}
}

static const struct scenario *find(const struct scenarios *in, const struct name *name)
{
	for (int i = 0; i < in->n; i++) {
		const struct scenario *s = in->scenarios[i];

		if (strcmp(s->name, name->scenario) == 0 && strcmp(s->family, name->family) == 0)
			return s;
	}
	return NULL;
}

/* The line of the method; the first one where the file does not name it. */
static int line_of(const struct scenario *s, const struct name *name)
{
	char options[256];

	for (int i = 0; i < s->n_methods; i++) {
		const struct scenario_method *m = &s->methods[i];

		opt_format(m->method->options, &m->opt, options, sizeof(options));
		if (m->line && strcmp(m->method->name, name->method) == 0 &&
		    strcmp(options, name->options) == 0)
			return m->line;
	}
	return 1;
}

static void put(const struct scenarios *in, const char *kind, const struct name *name,
		const char *what, const char *message)
{
	const struct scenario *s = find(in, name);

	printf("::%s ", kind);
	if (s) {
		fputs("file=", stdout);
		escape(s->path, ":,");
		printf(",line=%d,", line_of(s, name));
	}
	fputs("title=", stdout);
	escape(name->scenario, ":,");
	putchar(' ');
	escape(name->method, ":,");
	fputs(name->options[0] ? " " : "", stdout);
	escape(name->options, ":,");
	fputs("%3A ", stdout);
	escape(what, ":,");
	fputs("::", stdout);
	escape(message, "");
	putchar('\n');
}

static void put_records_cell(const struct scenarios *in, const struct report_cell *cell)
{
	const struct record_trial *t = cell->shown;
	const struct name name = { t->family, t->scenario, t->method, t->options };
	bool failed = report_severity(t->verdict) >= REPORT_FAILED;
	char text[1024], what[64];
	int bad = cell->n - cell->count[VERDICT_PASS] - cell->count[VERDICT_SKIP];

	if (failed)
		report_failure(t, text, sizeof(text) / 2);
	else
		text[0] = '\0';
	snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s", failed ? ". " : "", t->why);
	snprintf(what, sizeof(what), "%s, %d of %d", verdict_names[t->verdict], bad, cell->n);
	put(in, "error", &name, what, text);
}

static void put_world(const struct scenarios *in, const struct record_file *file, int world)
{
	struct report report;
	struct err err;

	if (report_make(file, world, &report, &err))
		return;
	for (int c = 0; c < report.n_columns; c++) {
		for (int row = 0; row < report.n_rows; row++) {
			const struct report_cell *cell = report_cell(&report, row, c);

			if (cell->n > cell->count[VERDICT_PASS] + cell->count[VERDICT_SKIP])
				put_records_cell(in, cell);
		}
	}
	report_free(&report);
}

void annotate_records(const struct record_file *file, struct scenario *const *scenarios, int n)
{
	const struct scenarios in = { scenarios, n };

	for (int i = 0; i < file->n_runs; i++) {
		if (report_world(file, i) == i)
			put_world(&in, file, i);
	}
}

void annotate_compare(const struct compare *compare, struct scenario *const *scenarios, int n)
{
	const struct scenarios in = { scenarios, n };

	for (int i = 0; i < compare->n; i++) {
		const struct compare_cell *cell = &compare->cells[i];
		const struct summary_cell *any = cell->any;
		const struct name name = { any->family, any->scenario, any->method, any->options };
		enum gate gate = gate_cell(cell);
		char text[512];

		if (gate == GATE_PASS)
			continue;
		if (!*compare_reason(cell, text, sizeof(text)))
			snprintf(text, sizeof(text), "the baseline has this cell, the result has not");
		put(&in, gate == GATE_REGRESSED ? "error" : "warning", &name, gate_names[gate], text);
	}
}
