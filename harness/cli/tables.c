/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>

#include "cli/cli.h"
#include "report/report.h"

static int put_tables(void *arg, const struct record_file *file, int world,
		      const struct style *style, struct emit *emit, struct err *err)
{
	const struct given *args = arg;
	struct report report;
	int ret = report_make(file, world, &report, err);

	if (ret)
		return ret;
	if (emit) {
		report_json(&report, emit);
	} else {
		report_table(&report, style);
		if (given_has(args, "cost"))
			report_cost(&report, style);
		if (given_has(args, "mistakes"))
			report_mistakes(&report, style);
		report_claims(&report, style);
		report_notes(&report, style);
	}
	report_free(&report);
	return 0;
}

int cli_put_worlds(const struct record_file *file, bool json, cli_put_world put, void *arg)
{
	struct emit emit = EMIT_INIT;
	struct style style = cli_style();
	struct err err = { "" };
	int ret = 0;

	if (json)
		emit_array(&emit);
	for (int i = 0; i < file->n_runs && !ret; i++) {
		if (report_world(file, i) != i)
			continue;
		if (i > 0 && !json)
			fputc('\n', stdout);
		ret = put(arg, file, i, &style, json ? &emit : NULL, &err);
	}
	if (ret) {
		emit_free(&emit);
		return cli_fail(CLI_INTERNAL, &err);
	}
	if (!json)
		return 0;
	emit_newline(&emit);
	emit_array_end(&emit);
	return cli_put_json(&emit, 0);
}

int cli_put_tables(const struct record_file *file, const struct given *args)
{
	return cli_put_worlds(file, given_has(args, "json"), put_tables, (void *)args);
}
