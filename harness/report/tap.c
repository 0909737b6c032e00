/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "report/report.h"

/*
 * TAP 14: the version, the plan, then a test point for each trial in the order of the file. A trial
 * that was skipped is a test point that is skipped; one that failed, was invalid or in error is not
 * ok and has a block of YAML. Its values are JSON strings and numbers, which YAML 1.2 holds to be
 * YAML; a description may hold no bare # (it starts a directive) and no line break.
 */

static void put_plain(const char *text, FILE *out)
{
	for (; *text; text++) {
		if (*text == '#' || *text == '\\')
			fputc('\\', out);
		fputc((unsigned char)*text < ' ' ? ' ' : *text, out);
	}
}

static void put_name(const struct record_trial *t, int phases, FILE *out)
{
	put_plain(t->family, out);
	fputs(t->family[0] ? "/" : "", out);
	put_plain(t->scenario, out);
	fputc(' ', out);
	put_plain(t->method, out);
	fputs(t->options[0] ? " " : "", out);
	put_plain(t->options, out);
	if (phases > 1)
		fprintf(out, ", phase %d of %d", t->phase + 1, phases);
}

static void put_text(const char *key, const char *text, FILE *out)
{
	struct emit emit = EMIT_INIT;
	char *json;

	if (!text[0])
		return;
	emit_string(&emit, text);
	json = emit_take(&emit);
	if (json)
		fprintf(out, "  %s: %s\n", key, json);
	free(json);
}

static void put_ns(const char *key, int64_t ns, FILE *out)
{
	if (ns != RECORD_NULL)
		fprintf(out, "  %s: %lld\n", key, (long long)ns);
}

static void put_block(const struct record_trial *t, const struct record_run *run, FILE *out)
{
	bool failed = report_severity(t->verdict) >= REPORT_FAILED;
	bool window = t->expect == EXPECT_WINDOW;
	char text[512];

	fputs("  ---\n", out);
	put_text("message", failed ? report_failure(t, text, sizeof(text)) : t->why, out);
	put_text("verdict", verdict_names[t->verdict], out);
	put_text("outcome", outcome_names[t->outcome], out);
	put_ns("detect_ns", t->detect_ns, out);
	put_ns("expect_lo_ns", window ? t->expect_lo_ns : RECORD_NULL, out);
	put_ns("expect_hi_ns", window ? t->expect_hi_ns : RECORD_NULL, out);
	put_text("saw", t->saw, out);
	put_text("theory", failed ? t->why : "", out);
	put_text("engine", run->engine, out);
	put_text("kernel", run->kernel, out);
	fputs("  ...\n", out);
}

void report_tap(const struct record_file *file, const char *bail, const char *note, FILE *out)
{
	fprintf(out, "TAP version 14\n1..%d\n", file->n_trials);
	for (int i = 0; i < file->n_trials; i++) {
		const struct record_trial *t = &file->trials[i];
		const struct record_run *run = &file->runs[file->trial_run[i]];
		bool ok = t->verdict == VERDICT_PASS || t->verdict == VERDICT_SKIP;

		fprintf(out, "%sok %d - ", ok ? "" : "not ", i + 1);
		put_name(t, run->phases, out);
		if (t->verdict == VERDICT_SKIP) {
			fputs(" # SKIP ", out);
			put_plain(t->why, out);
		}
		fputc('\n', out);
		if (!ok)
			put_block(t, run, out);
	}
	if (note[0])
		fprintf(out, "# %s\n", note);
	if (bail[0])
		fprintf(out, "Bail out! %s\n", bail);
}
