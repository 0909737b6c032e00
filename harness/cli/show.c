/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

static int show(const struct given *args)
{
	struct record_file file;
	struct err err;
	int ret;

	if (args->n_rest != 1)
		return cli_failf(CLI_USAGE, "show: give one file of records, or - for standard "
				 "input");
	ret = record_load(args->rest[0], &file, &err);
	if (ret)
		return cli_fail_file(ret, &err);
	ret = cli_put_tables(&file, args);
	record_file_free(&file);
	return ret;
}

static const struct given_row options[] = {
	TABLE_OPTIONS,
	{ "json", NULL, "the table as JSON, costs and mistakes in it", 0, false },
	{ .name = NULL },
};

const struct verb verb_show = {
	.name = "show",
	.arguments = "[OPTION]… FILE",
	.about = "Prints the table of a past run.",
	.more = "FILE holds records as deadpeer run wrote them (results/record.schema.json); - is "
		"standard input. The exit status says whether the file could be read, not what the "
		"trials found.",
	.options = options,
	.main = show,
};
