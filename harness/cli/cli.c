/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/opt.h"
#include "base/shown.h"
#include "cli/guest.h"
#include "cli/replay.h"
#include "engine/engine.h"
#include "lab/lab.h"
#include "peers/peers.h"

enum { VERBS_MAX = 32 };

const struct verb *const cli_verbs[] = {
	&verb_run,
	&verb_sweep,
	&verb_plan,
	&verb_explain,
	&verb_list,
	&verb_show,
	&verb_report,
	&verb_compare,
	&verb_check,
	&verb_accept,
	&verb_merge,
	&verb_kernels,
	&verb_doctor,
	NULL,
};

/* One line, whatever a file or an argument put into the sentence. */
static void put_error(const char *prefix, const char *text)
{
	char line[ERR_TEXT_MAX];

	snprintf(line, sizeof(line), "%s", text);
	for (char *c = line; *c; c++) {
		if (iscntrl((unsigned char)*c))
			*c = '?';
	}
	fflush(stdout);
	fprintf(stderr, "%s%s\n", prefix, line);
}

int cli_fail(int status, const struct err *err)
{
	put_error("deadpeer: ", err->text);
	return status;
}

int cli_failf(int status, const char *fmt, ...)
{
	struct err err;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(err.text, sizeof(err.text), fmt, ap);
	va_end(ap);
	return cli_fail(status, &err);
}

int cli_fail_file(int code, const struct err *err)
{
	if (code == -ENOMEM)
		return cli_fail(CLI_INTERNAL, err);
	put_error(code == -EINVAL ? "" : "deadpeer: ", err->text);
	return CLI_USAGE;
}

static const struct verb *find_verb(const char *name)
{
	for (const struct verb *const *v = cli_verbs; *v; v++) {
		if (strcmp((*v)->name, name) == 0)
			return *v;
	}
	return NULL;
}

static int unknown_verb(const char *name)
{
	const char *names[VERBS_MAX] = { NULL }, *near;
	char buf[SHOWN_SIZE];
	int n = 0;

	for (const struct verb *const *v = cli_verbs; *v && n < VERBS_MAX - 1; v++)
		names[n++] = (*v)->name;
	near = opt_nearest(name, names);
	if (near)
		return cli_failf(CLI_USAGE, "unknown command \"%s\"; did you mean %s?",
				 shown(name, buf), near);
	return cli_failf(CLI_USAGE, "unknown command \"%s\"; deadpeer --help lists them",
			 shown(name, buf));
}

static int run_verb(const struct verb *verb, int argc, char **argv)
{
	struct emit command = EMIT_INIT;
	struct given args;
	struct err err;
	char *text;
	int status;

	if (given_parse(verb->options, argc - 1, argv + 1, &args, &err))
		return cli_failf(CLI_USAGE, "%s: %s", verb->name, err.text);
	replay_quote(verb->name, &args, &command);
	text = emit_take(&command);
	args.command = text ? text : "";
	if (args.help) {
		struct style style = cli_style();

		cli_put_verb_help(verb, &style);
		status = CLI_PASS;
	} else {
		status = verb->main(&args);
	}
	free(text);
	given_free(&args);
	return status;
}

/* Help for the verb that follows, or for everything. */
static int help(int argc, char **argv)
{
	struct style style = cli_style();
	const struct verb *verb;

	if (argc < 3 || argv[2][0] == '-') {
		cli_put_help(&style);
		return CLI_PASS;
	}
	verb = find_verb(argv[2]);
	if (!verb)
		return unknown_verb(argv[2]);
	cli_put_verb_help(verb, &style);
	return CLI_PASS;
}

static int deadpeer(int argc, char **argv)
{
	const char *first = argc > 1 ? argv[1] : "";
	const struct verb *verb = find_verb(first);

	if (verb)
		return run_verb(verb, argc, argv);
	if (strcmp(first, "help") == 0 || strcmp(first, "--help") == 0 || strcmp(first, "-h") == 0)
		return help(argc, argv);
	if (strcmp(first, "--version") == 0 || strcmp(first, "-V") == 0) {
		printf("deadpeer %s\n", cli_version);
		return CLI_PASS;
	}
	if (argc < 2)
		return cli_failf(CLI_USAGE, "a command is missing; deadpeer --help lists them");
	if (first[0] == '-')
		return cli_failf(CLI_USAGE, "options stand after the command; deadpeer --help "
				 "lists them");
	return unknown_verb(first);
}

int cli_main(int argc, char **argv)
{
	const char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL;
	const char *name = argc == 0 ? "" : slash ? slash + 1 : argv[0];
	int status;

	if (strcmp(name, "deadpeer-client") == 0)
		return peers_client_main(argc, argv);
	if (strcmp(name, "deadpeer-server") == 0)
		return peers_server_main(argc, argv);
	if (strcmp(name, ENGINE_GUEST) == 0)
		return guest_main();
	if (strcmp(name, LAB_RESERVE) == 0)
		return peers_reserve_main();
	status = deadpeer(argc, argv);
	if (fflush(stdout) || ferror(stdout))
		return cli_failf(CLI_INTERNAL, "standard output: %s", strerror(errno));
	return status;
}
