/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/opt.h"
#include "base/shown.h"
#include "cli/cli.h"
#include "report/compare.h"

/*
 * Two sides out of one file or two: FILE@key=value narrows a side down, and --by KEY makes the two
 * sides from the two values that the key has in one file. A key that the user set apart this way
 * does not tell cells apart, or nothing would have a partner.
 */

struct side {
	char *text;  /* FILE, and then what is picked; cut in place */
	char *value; /* --by: the one of this side */
	const char *label;
	struct pick pick;
	struct summary summary;
};

static int load_summary(const char *path, struct summary *out)
{
	struct record_file file;
	struct err err;
	int ret = record_load(path, &file, &err);

	if (ret)
		return cli_fail_file(ret, &err);
	ret = summarise(&file, out, &err);
	record_file_free(&file);
	return ret ? cli_fail(CLI_INTERNAL, &err) : 0;
}

static int load_side(const char *label, struct side *side)
{
	char buf[SHOWN_SIZE];
	struct err err;
	int status;

	side->label = label;
	side->text = strdup(label);
	if (!side->text)
		return cli_failf(CLI_INTERNAL, "not enough memory");
	/* A file whose name has an @ in it is still a file. */
	if (access(label, F_OK) && pick_parse(side->text, &side->pick, &err))
		return cli_failf(CLI_USAGE, "compare: %s: %s", shown(label, buf), err.text);
	status = load_summary(side->text, &side->summary);
	if (status)
		return status;
	summarise_keep(&side->summary, &side->pick);
	if (side->summary.n == 0)
		return cli_failf(CLI_USAGE, "compare: %s: no cell is left of it; deadpeer show lists "
				 "them", shown(label, buf));
	return 0;
}

static void free_side(struct side *side)
{
	summary_free(&side->summary);
	free(side->text);
	free(side->value);
}

/* A key that both sides were given, each its own value; what belongs to a method goes with it. */
static void leave_out(const struct side *a, const struct side *b, bool without[PICK_COUNT])
{
	for (int key = 0; key < PICK_COUNT; key++) {
		const char *x = a->pick.value[key], *y = b->pick.value[key];

		without[key] |= x && y && strcmp(x, y) != 0;
	}
	without[PICK_OPTIONS] |= without[PICK_METHOD];
}

/* The two values of @key in a side; what else it has is told. */
static int two_values(const struct side *side, enum pick_key key, const char *values[2],
		      struct err *err)
{
	char list[256] = "";
	size_t len = 0;
	int n = 0;

	for (int i = 0; i < side->summary.n; i++) {
		const char *text = pick_text(&side->summary.cells[i], key);
		bool known = false;

		for (int j = 0; j < i && !known; j++)
			known = strcmp(pick_text(&side->summary.cells[j], key), text) == 0;
		if (known)
			continue;
		if (n < 2)
			values[n] = text;
		n++;
		if (len < sizeof(list))
			len += (size_t)snprintf(list + len, sizeof(list) - len, "%s%s",
						n > 1 ? "; " : "", text[0] ? text : "none");
	}
	if (n == 2)
		return 0;
	return err_set(err, EINVAL, "--by %s needs two values of it, and %s has %d (%s); narrow it down "
		       "with FILE@key=value, or name both sides", pick_names[key], side->text, n,
		       list);
}

static int find_key(const char *name)
{
	int key = PICK_METHOD;

	while (pick_names[key] && strcmp(pick_names[key], name) != 0)
		key++;
	return pick_names[key] ? key : -1;
}

/* One file: both sides load it, and each keeps one value. */
static int split(const char *by, struct side sides[2], bool without[PICK_COUNT])
{
	const char *values[2] = { "", "" };
	int key = find_key(by);
	char buf[SHOWN_SIZE];
	struct err err;

	if (key < 0)
		return cli_failf(CLI_USAGE, "compare: --by is \"%s\"; write kernel, engine, options "
				 "or method", shown(by, buf));
	if (two_values(&sides[0], (enum pick_key)key, values, &err))
		return cli_failf(CLI_USAGE, "compare: %s", err.text);
	without[key] = true;
	without[PICK_OPTIONS] |= key == PICK_METHOD;
	for (int i = 0; i < 2; i++) {
		sides[i].value = strdup(values[i]);
		if (!sides[i].value)
			return cli_failf(CLI_INTERNAL, "not enough memory");
		sides[i].pick.value[key] = sides[i].label = sides[i].value;
	}
	return 0;
}

static void put_side(const char *name, const struct side *side)
{
	const struct summary *s = &side->summary;
	const struct summary_cell *c = &s->cells[0];
	bool one = true;

	for (int i = 1; i < s->n; i++)
		one &= strcmp(s->cells[i].kernel, c->kernel) == 0 &&
		       strcmp(s->cells[i].engine, c->engine) == 0;
	printf("%s  %s", name, side->label);
	if (one)
		printf("  (%s engine, kernel %s, %d phase%s)", c->engine, c->kernel, c->phases,
		       c->phases == 1 ? "" : "s");
	putchar('\n');
}

static int put(const struct given *args, const struct side sides[2], const struct compare *compare)
{
	struct emit emit = EMIT_INIT;
	struct style style = cli_style();

	if (given_has(args, "json")) {
		emit_array(&emit);
		compare_json(compare, &emit);
		emit_newline(&emit);
		emit_array_end(&emit);
		return cli_put_json(&emit, CLI_PASS);
	}
	put_side("A", &sides[0]);
	put_side("B", &sides[1]);
	compare_table(compare, given_has(args, "all"), &style);
	return CLI_PASS;
}

static int compare_sides(const struct given *args, struct side sides[2], bool without[PICK_COUNT])
{
	struct compare_threshold threshold;
	struct compare compare;
	struct err err;
	int ret, status;

	if (compare_threshold(given_value(args, "threshold", COMPARE_THRESHOLD), &threshold, &err))
		return cli_failf(CLI_USAGE, "compare: %s", err.text);
	ret = compare_make(&sides[0].summary, &sides[1].summary, without, &threshold, &compare, &err);
	if (ret)
		return cli_failf(ret == -EINVAL ? CLI_USAGE : CLI_INTERNAL, "compare: %s", err.text);
	status = put(args, sides, &compare);
	compare_free(&compare);
	return status;
}

static int compare_verb(const struct given *args)
{
	const char *by = given_value(args, "by", NULL);
	bool without[PICK_COUNT] = { false };
	struct side sides[2] = { 0 };
	int status = 0;

	if (args->n_rest != (by ? 1 : 2))
		return cli_failf(CLI_USAGE, "compare: give two files of records, or one and --by "
				 "kernel, engine, options or method");
	for (int i = 0; i < 2 && !status; i++)
		status = load_side(args->rest[by ? 0 : i], &sides[i]);
	if (!status && by)
		status = split(by, sides, without);
	for (int i = 0; i < 2 && !status && by; i++)
		summarise_keep(&sides[i].summary, &sides[i].pick);
	if (!status) {
		leave_out(&sides[0], &sides[1], without);
		status = compare_sides(args, sides, without);
	}
	for (int i = 0; i < 2; i++)
		free_side(&sides[i]);
	return status;
}

static const struct given_row options[] = {
	{ "by", "KEY", "split one file by its two kernels, engines, options or methods", 0, false },
	{ "threshold", "T",
	  "a difference matters when it is more than this part of the earlier median and more than "
	  "this time (default " COMPARE_THRESHOLD ")", 0, false },
	{ "all", NULL, "show cells that are the same, too", 0, false },
	{ "json", NULL, "as a JSON array of cells", 0, false },
	{ .name = NULL },
};

const struct verb verb_compare = {
	.name = "compare",
	.arguments = "[OPTION]… A B | --by KEY FILE",
	.about = "Says cell by cell what differs between two runs, kernels, engines or tunings.",
	.more = "A and B are files of records; FILE@kernel=6.1 or FILE@method=keepalive@options=cnt=3 is "
		"a part of one (keys: family, scenario, method, options, engine, kernel). The difference "
		"is the shift of Hodges and Lehmann with its interval, and p is that of the rank-sum "
		"test, adjusted over all cells by Holm's method. In virtual time with one seed nothing "
		"is by chance, and the comparison is exact. The exit status says whether the files "
		"could be read; deadpeer check judges.",
	.options = options,
	.main = compare_verb,
};
