/* SPDX-License-Identifier: MIT */
#include <stdbool.h>
#include <string.h>

#include "report/rates.h"

/*
 * Two more tables, one for each scenario: what the methods cost an hour, and how often they were
 * wrong. A row is a method with its options below its name, as in the main table; the columns are
 * numbers of one width, so that two dozen methods line up in 80 columns. `null` stands first in the
 * table of costs: it does nothing, and what its connection carries is what every other one carries
 * before its method adds to it.
 */

enum { GAP = 1, COLUMNS_MAX = 6, NAME_MIN = 12, NAME_MAX = 40, TEXT_MAX = 48 };

struct sheet {
	const char *const (*head)[2]; /* two lines each; ended by a NULL */
	/* Whether the cell has something to say in this sheet. */
	bool (*has)(const struct report_rates *rates);
	void (*put)(const struct report_rates *rates, char text[][TEXT_MAX]);
	bool null_first;
	int width; /* of a column */
};

static int columns_of(const struct sheet *sheet)
{
	int n = 0;

	while (sheet->head[n][0])
		n++;
	return n;
}

static void put_right(const struct sheet *sheet, const struct style *style, enum tone tone,
		      const char *text)
{
	for (int i = text_width(text); i < sheet->width + GAP; i++)
		fputc(' ', style->out);
	text_put(style, tone, text, 0);
}

static int name_width(const struct sheet *sheet, const struct style *style)
{
	int width = style->width - columns_of(sheet) * (sheet->width + GAP);

	return width < NAME_MIN ? NAME_MIN : width > NAME_MAX ? NAME_MAX : width;
}

static void put_head(const struct sheet *sheet, const struct style *style,
		     const struct report_column *column, int width)
{
	int n = columns_of(sheet);

	text_put(style, TONE_BOLD, column->family, 0);
	fputs(column->family[0] ? "/" : "", style->out);
	text_put(style, TONE_BOLD, column->scenario, 0);
	if (column->wire[0])
		fprintf(style->out, " (%s)", column->wire);
	fputc('\n', style->out);
	for (int line = 0; line < 2; line++) {
		fprintf(style->out, "%*s", width, "");
		for (int i = 0; i < n; i++)
			put_right(sheet, style, TONE_PLAIN, sheet->head[i][line]);
		fputc('\n', style->out);
	}
	for (int i = 0; i < width + n * (sheet->width + GAP); i++)
		fputs("─", style->out);
	fputc('\n', style->out);
}

static void put_options(const struct style *style, const char *options, int width)
{
	while (*options) {
		size_t n = text_fit(options, width - 2, ",");

		fprintf(style->out, "  %.*s\n", (int)n, options);
		options += n;
	}
}

static void put_row(const struct sheet *sheet, const struct style *style,
		    const struct report_row *row, const struct report_rates *rates, int width)
{
	char text[COLUMNS_MAX][TEXT_MAX];
	int n = columns_of(sheet);

	sheet->put(rates, text);
	text_put(style, TONE_BOLD, row->method, width);
	for (int i = 0; i < n; i++)
		put_right(sheet, style, strcmp(text[i], "0") == 0 ? TONE_DIM : TONE_PLAIN, text[i]);
	fputc('\n', style->out);
	put_options(style, row->options, width);
}

/* The rows of one scenario that are `null`, or that are not, or all. Returns how many. */
static int put_rows(const struct sheet *sheet, const struct report *report,
		    const struct style *style, int column, int width, bool null)
{
	int n = 0;

	for (int row = 0; row < report->n_rows; row++) {
		struct report_rates rates = report_rates(report, report_cell(report, row, column));
		bool is_null = strcmp(report->rows[row].method, "null") == 0;

		if (!sheet->has(&rates) || (sheet->null_first && is_null != null))
			continue;
		put_row(sheet, style, &report->rows[row], &rates, width);
		n++;
	}
	return n;
}

static bool column_has(const struct sheet *sheet, const struct report *report, int column)
{
	for (int row = 0; row < report->n_rows; row++) {
		struct report_rates rates = report_rates(report, report_cell(report, row, column));

		if (sheet->has(&rates))
			return true;
	}
	return false;
}

static void put_sheet(const struct sheet *sheet, const struct report *report,
		      const struct style *style)
{
	int width = name_width(sheet, style);

	for (int c = 0; c < report->n_columns; c++) {
		if (!column_has(sheet, report, c))
			continue;
		put_head(sheet, style, &report->columns[c], width);
		if (sheet->null_first)
			put_rows(sheet, report, style, c, width, true);
		put_rows(sheet, report, style, c, width, false);
		fputc('\n', style->out);
	}
}

/* ---- cost ---- */

static const char *const cost_head[][2] = {
	{ "packets", "out/h" }, { "packets", "in/h" }, { "bytes", "out/h" },
	{ "bytes", "in/h" },	{ "wake-ups", "/h" },  { "messages", "/h" },
	{ NULL, NULL },
};

static bool was_watched(const struct report_rates *rates)
{
	return rates->watched_ns > 0;
}

static void put_cost(const struct report_rates *r, char text[][TEXT_MAX])
{
	const uint64_t counts[] = { r->packets_out, r->packets_in, r->bytes_out,
				    r->bytes_in,    r->wakeups,	   r->messages };

	for (int i = 0; i < COLUMNS_MAX; i++)
		rates_text(rates_per_hour(counts[i], r->watched_ns), text[i], TEXT_MAX);
}

void report_cost(const struct report *report, const struct style *style)
{
	static const struct sheet sheet = { cost_head, was_watched, put_cost, true, 8 };

	put_sheet(&sheet, report, style);
	text_wrap(style, TONE_DIM,
		  "Packets are TCP segments as the observer's TCP hands them to IP and takes them up, "
		  "retransmissions among them; bytes their payload: out as often as it is sent, in once, a FIN "
		  "as one byte. ARP and netlink are not counted. Wake-ups: how often the method's waiting "
		  "call returned. Messages: what the method itself wrote or had the kernel ask. null does "
		  "nothing: its row is what the connection carries without a method. From arming to "
		  "detection or to the horizon.",
		  0, true);
	fputc('\n', style->out);
}

/* ---- mistakes ---- */

static const char *const mistakes_head[][2] = {
	{ "watched", "alive" }, { "mistakes", "" },	 { "mistakes", "a day" },
	{ "mean", "duration" }, { "query", "accuracy" }, { NULL, NULL },
};

static bool was_alive(const struct report_rates *rates)
{
	return rates->alive_ns > 0;
}

static void put_mistakes(const struct report_rates *r, char text[][TEXT_MAX])
{
	char duration[TEXT_MAX - 4];

	text_time(r->alive_ns, 3, text[0], TEXT_MAX);
	snprintf(text[1], TEXT_MAX, "%llu", (unsigned long long)r->mistakes);
	rates_text(rates_per_day(r), text[2], TEXT_MAX);
	text_time(rates_duration_ns(r), 3, duration, sizeof(duration));
	snprintf(text[3], TEXT_MAX, "%s%s", r->open ? "≥ " : "", r->mistakes ? duration : "-");
	rates_accuracy_text(rates_accuracy(r), text[4], TEXT_MAX);
}

void report_mistakes(const struct report *report, const struct style *style)
{
	static const struct sheet sheet = { mistakes_head, was_alive, put_mistakes, false, 10 };

	put_sheet(&sheet, report, style);
	text_wrap(style, TONE_DIM,
		  "A mistake is an alarm while the peer is alive: up to the fault where that is a death, "
		  "else to the horizon. Mistakes a day, their mean duration and the share of time in which "
		  "the peer was rightly trusted are λ_M, T_M and P_A of Chen, Toueg and Aguilera (2002). "
		  "≥: a last mistake had not ended by then, or never can because the connection was given "
		  "up with it.",
		  0, true);
	fputc('\n', style->out);
}
