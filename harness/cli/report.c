/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/replace.h"
#include "report/page.h"

/* The name under which the page lists a file: without its folders. */
static const char *short_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (strcmp(path, "-") == 0)
		return "standard input";
	return slash && slash[1] ? slash + 1 : path;
}

static int put_page(const char *path, const char *text)
{
	struct err err;

	if (strcmp(path, "-") == 0) {
		fputs(text, stdout);
		return CLI_PASS;
	}
	if (replace_file(path, text, strlen(text), &err))
		return cli_fail(CLI_USAGE, &err);
	return CLI_PASS;
}

static int load_all(const struct given *args, struct record_file *files, struct page_input *inputs)
{
	struct err err;

	for (int i = 0; i < args->n_rest; i++) {
		int ret = record_load(args->rest[i], &files[i], &err);

		if (ret)
			return cli_fail_file(ret, &err);
		inputs[i] = (struct page_input){ short_name(args->rest[i]), &files[i] };
	}
	return CLI_PASS;
}

static int make(const struct given *args, struct record_file *files, struct page_input *inputs)
{
	int status = load_all(args, files, inputs);
	struct err err = { "" };
	char *text;

	if (status)
		return status;
	if (page_make(inputs, args->n_rest, cli_version, &text, &err))
		return cli_fail(CLI_INTERNAL, &err);
	status = put_page(given_value(args, "output", NULL), text);
	free(text);
	return status;
}

static int report(const struct given *args)
{
	size_t n = (size_t)args->n_rest;
	struct record_file *files;
	struct page_input *inputs;
	int status = CLI_INTERNAL;

	if (n == 0)
		return cli_failf(CLI_USAGE, "report: give files of records, or - for standard input");
	if (!given_has(args, "output"))
		return cli_failf(CLI_USAGE, "report: name the page with -o; - is standard output");
	files = calloc(n, sizeof(*files));
	inputs = calloc(n, sizeof(*inputs));
	if (files && inputs)
		status = make(args, files, inputs);
	else
		cli_failf(status, "not enough memory");
	for (size_t i = 0; files && i < n; i++)
		record_file_free(&files[i]);
	free(files);
	free(inputs);
	return status;
}

static const struct given_row options[] = {
	{ "output", "PAGE.html", "where the page goes; - is standard output", 'o', false },
	{ .name = NULL },
};

const struct verb verb_report = {
	.name = "report",
	.arguments = "FILE.jsonl… -o PAGE.html",
	.about = "Makes one page of one or several runs, to look at in a browser.",
	.more = "The page is one file and needs no network. It shows every method in every scenario, "
		"each cell's distribution and its trials, what each tuning costs, and how two runs "
		"or kernels differ where several are given. PAGE.html is replaced only when the new "
		"page is complete. A FILE of - is standard input. The exit status says whether the "
		"page was written, not what the trials found.",
	.options = options,
	.main = report,
};
