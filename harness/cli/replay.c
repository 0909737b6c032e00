/* SPDX-License-Identifier: MIT */
#include "cli/replay.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "report/summarise.h"

#define PROGRAM "deadpeer"

void replay_word(const char *text, struct emit *out)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "_-./:=,+@%";

	emit_raw(out, " ", 1);
	if (*text && text[strspn(text, plain)] == '\0') {
		emit_raw(out, text, strlen(text));
		return;
	}
	emit_raw(out, "'", 1);
	for (; *text; text++) {
		if (*text == '\'')
			emit_raw(out, "'\\''", 4);
		else
			emit_raw(out, text, 1);
	}
	emit_raw(out, "'", 1);
}

static bool is_one_of(const char *name, const char *const *names)
{
	while (*names && strcmp(*names, name) != 0)
		names++;
	return *names;
}

/* What says where results go and how they are shown, and changes none of them. */
static const char *const aside[] = { "output", "json",	"jobs",	 "tap",	     "annotations", "width",
				     "cost",   "mistakes", "shard", "resume", NULL };

static void put_option(const struct given_option *option, struct emit *out)
{
	char text[64];

	snprintf(text, sizeof(text), "--%s", option->row->name);
	replay_word(text, out);
	if (option->value)
		replay_word(option->value, out);
}

void replay_quote(const char *verb, const struct given *args, struct emit *out)
{
	emit_raw(out, PROGRAM, strlen(PROGRAM));
	replay_word(verb, out);
	for (int i = 0; i < args->n_options; i++) {
		if (!is_one_of(args->options[i].row->name, aside))
			put_option(&args->options[i], out);
	}
	for (int i = 0; i < args->n_rest; i++)
		replay_word(args->rest[i], out);
}

/* One word of a command, unquoted in place. Where the next one begins, or NULL where a quote does
 * not end. */
static char *unquote(char *from)
{
	char *to = from;

	while (*from && *from != ' ') {
		if (*from == '\'') {
			char *end = strchr(++from, '\'');

			if (!end)
				return NULL;
			memmove(to, from, (size_t)(end - from));
			to += end - from;
			from = end + 1;
		} else {
			from += *from == '\\' && from[1];
			*to++ = *from++;
		}
	}
	from += *from == ' ';
	*to = '\0';
	return from;
}

static int split(struct replay *out, struct err *err)
{
	char *rest = out->text;

	while (rest && *rest) {
		out->argv[out->argc++] = rest;
		rest = unquote(rest);
	}
	return rest ? 0 : err_set(err, EINVAL, "the recorded command is not a whole one");
}

int replay_parse(const char *command, struct replay *out, struct err *err)
{
	size_t n = strlen(command);
	int ret;

	*out = (struct replay){ .args.command = "" };
	out->text = strdup(command);
	out->argv = calloc(n + 2, sizeof(*out->argv));
	if (!out->text || !out->argv)
		return err_set(err, ENOMEM, "not enough memory");
	if (n + 1 >= sizeof(((struct record_run *)0)->command))
		return err_set(err, EINVAL, "the recorded command is cut off after %zu bytes; name "
			       "folders instead of files", n);
	ret = split(out, err);
	if (ret)
		return ret;
	if (out->argc >= 2 && strcmp(out->argv[0], PROGRAM) == 0)
		out->verb = !strcmp(out->argv[1], verb_run.name)     ? &verb_run
			    : !strcmp(out->argv[1], verb_sweep.name) ? &verb_sweep
								     : NULL;
	if (!out->verb)
		return err_set(err, EINVAL, "the records come from \"%.60s\" and not from deadpeer run",
			       command);
	ret = given_parse(out->verb->options, out->argc - 1, out->argv + 1, &out->args, err);
	out->args.command = command;
	return ret;
}

void replay_free(struct replay *replay)
{
	if (replay->args.rest)
		given_free(&replay->args);
	free(replay->argv);
	free(replay->text);
	*replay = (struct replay){ 0 };
}

/* Those that are written anew. */
static const char *const anew[] = { "engine", "kernel", NULL };

/* The kernel as --kernel takes it: as it was named, or the series of Debian's that it is of. */
static int name_kernel(const struct record_run *run, const struct given *args, char *buf,
		       size_t size, struct err *err)
{
	int images = 0;
	size_t n;

	for (int i = 0; i < args->n_options; i++) {
		const char *value = args->options[i].value;

		if (strcmp(args->options[i].row->name, "kernel") != 0)
			continue;
		snprintf(buf, size, "%s", value);
		if (pick_kernel(run->kernel, value))
			return 0;
		images += strchr(value, '/') != NULL;
	}
	if (images == 1)
		return 0;
	if (images)
		return err_set(err, EINVAL, "which of the images in \"%.60s\" is kernel %s is not "
			       "recorded; run one of them", run->command, run->kernel);
	n = strcspn(run->kernel, ".");
	n += strcspn(run->kernel + n + (run->kernel[n] == '.'), ".-+") + 1;
	snprintf(buf, size, "%.*s", (int)n, run->kernel);
	return 0;
}

static int build(const struct record_run *run, const struct replay *replay, struct emit *out,
		 struct err *err)
{
	const struct given *args = &replay->args;
	char text[sizeof(run->command)];

	emit_raw(out, PROGRAM, strlen(PROGRAM));
	replay_word(replay->verb->name, out);
	replay_word("-e", out);
	replay_word(run->engine, out);
	if (strcmp(run->engine, "virtual") == 0) {
		int ret = name_kernel(run, args, text, sizeof(text), err);

		if (ret)
			return ret;
		replay_word("--kernel", out);
		replay_word(text, out);
	}
	for (int i = 0; i < args->n_options; i++) {
		const struct given_option *o = &args->options[i];

		if (!is_one_of(o->row->name, aside) && !is_one_of(o->row->name, anew))
			put_option(o, out);
	}
	if (!given_has(args, "seed")) {
		snprintf(text, sizeof(text), "%" PRIu64, run->seed);
		replay_word("--seed", out);
		replay_word(text, out);
	}
	for (int i = 0; i < args->n_rest; i++)
		replay_word(args->rest[i], out);
	return 0;
}

int replay_command(const struct record_run *run, char *buf, size_t size, struct err *err)
{
	struct emit text = EMIT_INIT;
	struct replay replay;
	char *command = NULL;
	int ret = replay_parse(run->command, &replay, err);

	if (!ret && replay.verb)
		ret = build(run, &replay, &text, err);
	command = emit_take(&text);
	if (!ret && !command)
		ret = err_set(err, ENOMEM, "not enough memory");
	if (!ret && (size_t)snprintf(buf, size, "%s", command) >= size)
		ret = err_set(err, EINVAL, "the command is too long; name folders instead of files");
	free(command);
	replay_free(&replay);
	return ret;
}
