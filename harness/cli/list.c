/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/shown.h"
#include "cli/work.h"
#include "record/member.h"

/* Methods and faults with the rows of their options, and the scenarios at hand. */

enum { NAME = 14, SCENARIO = 34, OPTION = 30, INDENT = 4 };

struct list {
	struct style style;
	struct emit *emit; /* NULL: a table */
};

static const char *type_name(enum opt_type type)
{
	switch (type) {
	case OPT_DURATION:
		return "duration";
	case OPT_COUNT:
		return "number";
	case OPT_PERCENT:
		return "percent";
	case OPT_RATE:
		return "rate";
	case OPT_BYTES:
		return "bytes";
	case OPT_SIGNAL:
		return "signal";
	case OPT_WORD:
		return "word";
	}
	return "";
}

/* "1s", "ping|beacon", "duration": what may be written for the value. */
static void value_text(const struct opt *row, char *buf, size_t size)
{
	size_t len = 0;

	snprintf(buf, size, "%s", type_name(row->type));
	for (int i = 0; row->type == OPT_WORD && row->words[i] && len < size; i++)
		len += (size_t)snprintf(buf + len, size - len, "%s%s", i ? "|" : "", row->words[i]);
}

static void put_options(const struct opt *rows, const struct style *style)
{
	for (const struct opt *row = rows; row->name; row++) {
		char value[128], left[192], right[512];

		value_text(row, value, sizeof(value));
		snprintf(left, sizeof(left), "%*s%s: %s", INDENT, "", row->name, value);
		snprintf(right, sizeof(right), "%s%s%s%s", row->about, row->def ? " (default " : "",
			 row->def ? row->def : "", row->def ? ")" : "");
		text_put(style, TONE_PLAIN, left, OPTION);
		if (text_width(left) >= OPTION)
			fprintf(style->out, "\n%*s", OPTION, "");
		text_wrap(style, TONE_DIM, right, OPTION, false);
	}
}

static void json_options(const struct opt *rows, struct emit *emit)
{
	char value[128];

	emit_key(emit, "options");
	emit_array(emit);
	for (const struct opt *row = rows; row->name; row++) {
		value_text(row, value, sizeof(value));
		emit_object(emit);
		member_string(emit, "name", row->name);
		member_string(emit, "type", value);
		member_text(emit, "default", row->def);
		member_string(emit, "about", row->about);
		emit_object_end(emit);
	}
	emit_array_end(emit);
}

/* @rows: NULL for what has no options. */
static void put_one(struct list *list, const char *kind, const char *name, const char *about,
		    const struct opt *rows)
{
	struct emit *emit = list->emit;

	if (!emit) {
		int width = rows ? NAME : SCENARIO;

		text_put(&list->style, TONE_BOLD, name, width);
		if (text_width(name) >= width)
			fprintf(list->style.out, "\n%*s", width, "");
		text_wrap(&list->style, TONE_PLAIN, about, width, false);
		if (rows)
			put_options(rows, &list->style);
		return;
	}
	emit_next_line(emit);
	emit_object(emit);
	member_string(emit, "kind", kind);
	member_string(emit, "name", name);
	member_string(emit, "about", about);
	if (rows)
		json_options(rows, emit);
	emit_object_end(emit);
}

static void put_title(const struct list *list, const char *title)
{
	if (!list->emit)
		fprintf(list->style.out, "%s\n\n", title);
}

static void list_methods(struct list *list)
{
	put_title(list, "METHODS");
	for (const struct method *const *m = method_table; *m; m++)
		put_one(list, "method", (*m)->name, (*m)->about, (*m)->options);
}

static void list_faults(struct list *list)
{
	put_title(list, "FAULTS");
	for (const struct fault *const *f = fault_table; *f; f++)
		put_one(list, "fault", (*f)->name, (*f)->about, (*f)->options);
}

static int list_scenarios(struct list *list, char *const *paths, int n_paths, bool must)
{
	char *here[] = { (char *)WORK_SCENARIOS };
	struct scenario **scenarios;
	struct err err;
	int n, ret;

	ret = scenario_load_all(n_paths ? paths : here, n_paths ? n_paths : 1, &scenarios, &n, &err);
	if (ret == -ENOENT && !must)
		return 0;
	if (ret)
		return cli_fail_file(ret, &err);
	put_title(list, "SCENARIOS");
	for (int i = 0; i < n; i++) {
		const struct scenario *s = scenarios[i];
		char name[160];

		snprintf(name, sizeof(name), "%s%s%s", s->family, s->family[0] ? "/" : "", s->name);
		put_one(list, "scenario", list->emit ? s->name : name, s->about, NULL);
	}
	scenario_free(scenarios, n);
	return 0;
}

static int put_list(struct list *list, const char *topic, char *const *paths, int n_paths)
{
	bool all = !*topic;
	int status = 0;

	if (all || strcmp(topic, "methods") == 0)
		list_methods(list);
	if (all && !list->emit)
		fputc('\n', stdout);
	if (all || strcmp(topic, "faults") == 0)
		list_faults(list);
	if (all && !list->emit)
		fputc('\n', stdout);
	if (all || strcmp(topic, "scenarios") == 0)
		status = list_scenarios(list, paths, n_paths, !all);
	return status;
}

static int check_topic(const char *topic, int n_rest)
{
	static const char *const topics[] = { "methods", "faults", "scenarios", NULL };
	const char *near = opt_nearest(topic, topics);
	char buf[SHOWN_SIZE];

	for (int i = 0; topics[i]; i++) {
		if (strcmp(topic, topics[i]) != 0)
			continue;
		if (n_rest > 1 && strcmp(topic, "scenarios") != 0)
			return cli_failf(CLI_USAGE, "list: nothing may follow %s", topic);
		return 0;
	}
	return cli_failf(CLI_USAGE, "list: there are methods, faults and scenarios, no \"%s\"%s%s%s",
			 shown(topic, buf), near ? "; did you mean " : "", near ? near : "",
			 near ? "?" : "");
}

static int list_verb(const struct given *args)
{
	const char *topic = args->n_rest ? args->rest[0] : "";
	struct emit emit = EMIT_INIT;
	struct list list = { .style = cli_style() };
	int status = *topic ? check_topic(topic, args->n_rest) : 0;

	if (status)
		return status;
	if (given_has(args, "json")) {
		list.emit = &emit;
		emit_array(&emit);
	}
	status = put_list(&list, topic, args->rest + 1, args->n_rest ? args->n_rest - 1 : 0);
	if (!list.emit)
		return status;
	if (status) {
		emit_free(&emit);
		return status;
	}
	emit_newline(&emit);
	emit_array_end(&emit);
	return cli_put_json(&emit, CLI_PASS);
}

static const struct given_row options[] = {
	{ "json", NULL, "as a JSON array of objects with name and about", 0, false },
	{ .name = NULL },
};

const struct verb verb_list = {
	.name = "list",
	.arguments = "[--json] [methods | faults | scenarios [SCENARIO|DIR]…]",
	.about = "Names the methods and faults with their options, and the scenarios.",
	.more = "Without an argument, all three. In a scenario an option is written as a key, on the "
		"command line as in -m heartbeat:period=1s,misses=2.",
	.options = options,
	.main = list_verb,
};
