/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/engines.h"
#include "cli/replay.h"
#include "cli/run.h"
#include "cli/work.h"

static const struct given_row rows[] = {
	{ "method", "METHOD", "many", 'm', true },
	{ "phases", "N", "one", 'n', false },
	{ "json", NULL, "a flag", 0, false },
	{ .name = NULL },
};

enum { ARGV_MAX = 12 };

static int parse(struct given *args, struct err *err, const char *const *words)
{
	static char *argv[ARGV_MAX];
	int argc = 0;

	for (; words[argc] && argc < ARGV_MAX; argc++)
		argv[argc] = (char *)words[argc];
	return given_parse(rows, argc, argv, args, err);
}

#define WORDS(...) ((const char *const[]){ "verb", __VA_ARGS__, NULL })

Test(given, options_and_words_may_be_mixed)
{
	struct given args;
	struct err err;
	int64_t n = 1;

	cr_assert_eq(parse(&args, &err, WORDS("-mrecv", "a", "--phases=3", "-m", "null", "--json",
					      "--", "-n", "-")), 0);
	cr_assert_eq(args.n_options, 4);
	cr_assert_str_eq(args.options[0].value, "recv");
	cr_assert_str_eq(given_value(&args, "method", ""), "null");
	cr_assert(given_has(&args, "json"));
	cr_assert_eq(given_number(&args, "phases", 1, 9, &n, &err), 0);
	cr_assert_eq(n, 3);
	cr_assert_eq(args.n_rest, 3);
	cr_assert_str_eq(args.rest[1], "-n");
	cr_assert(!args.help);
	given_free(&args);
}

static void refused(const char *const *words, const char *because)
{
	struct given args;
	struct err err = { "" };

	cr_assert_eq(parse(&args, &err, words), -EINVAL);
	cr_assert(strstr(err.text, because), "\"%s\" lacks \"%s\"", err.text, because);
}

Test(given, what_is_wrong_is_refused_with_the_remedy)
{
	refused(WORDS("--phasse", "2"), "did you mean --phases?");
	refused(WORDS("--xyzzy"), "--help lists");
	refused(WORDS("-x"), "unknown option -x");
	refused(WORDS("-n"), "--phases needs a value: --phases N");
	refused(WORDS("--json=yes"), "--json takes no value");
	refused(WORDS("-n1", "--phases", "2"), "--phases is given twice");
}

static void not_a_number(const char *text)
{
	struct given args;
	struct err err = { "" };
	int64_t n = 1;

	cr_assert_eq(parse(&args, &err, WORDS("--phases", text)), 0);
	cr_assert_eq(given_number(&args, "phases", 1, 9, &n, &err), -EINVAL, "%s", text);
	cr_assert(strstr(err.text, "from 1 to 9"));
	cr_assert_eq(n, 1);
	given_free(&args);
}

Test(given, numbers_are_whole_and_within_range)
{
	not_a_number("");
	not_a_number("0");
	not_a_number("10");
	not_a_number("-3");
	not_a_number("+3");
	not_a_number(" 3");
	not_a_number("3x");
	not_a_number("99999999999999999999");
}

Test(work, a_method_with_options)
{
	struct scenario_method m;
	char text[256];
	struct err err;

	cr_assert_eq(work_method("keepalive:idle=1s,cnt=2", &m, &err), 0, "%s", err.text);
	cr_assert_str_eq(opt_format(m.method->options, &m.opt, text, sizeof(text)),
			 "idle=1s,cnt=2");
	cr_assert_eq(work_method("recv", &m, &err), 0);
	cr_assert_eq(work_method("recv:", &m, &err), 0);
}

static void method_refused(const char *text, const char *because)
{
	struct scenario_method m;
	struct err err = { "" };

	cr_assert_eq(work_method(text, &m, &err), -EINVAL, "%s", text);
	cr_assert(strstr(err.text, because), "\"%s\" lacks \"%s\"", err.text, because);
}

Test(work, a_bad_method_is_refused)
{
	method_refused("keepalve", "did you mean keepalive?");
	method_refused("", "unknown method");
	method_refused("keepalive:idel=1s", "idle");
	method_refused("keepalive:idle=1", "method keepalive");
	method_refused("keepalive:idle=-1s", "method keepalive");
}

Test(engines, are_found_by_name)
{
	struct err err, passed;
	int code = 0;

	cr_assert_str_eq(engines_find("native", NULL, &passed, &code, &err)->name, "native");
	cr_assert(engines_find("auto", NULL, &passed, &code, &err)->run);
	cr_assert_null(engines_find("natve", NULL, &passed, &code, &err));
	cr_assert_eq(code, -EINVAL);
	cr_assert(strstr(err.text, "did you mean native"));
}

Test(engines, every_engine_fills_its_row)
{
	for (const struct engine *e = engine_table; e->name; e++)
		cr_assert(e->about && e->run && e->hz && e->jobs && e->jobs() > 0, "%s", e->name);
}

static int command(const char *const *words)
{
	static char *argv[ARGV_MAX];
	int argc = 0;

	cr_redirect_stdout();
	cr_redirect_stderr();
	for (; words[argc] && argc < ARGV_MAX - 1; argc++)
		argv[argc] = (char *)words[argc];
	argv[argc] = NULL;
	return cli_main(argc, argv);
}

#define DEADPEER(...) command((const char *const[]){ "/usr/bin/deadpeer", __VA_ARGS__, NULL })

Test(cli, usage_errors_are_exit_2)
{
	cr_assert_eq(DEADPEER("rnu"), CLI_USAGE);
	cr_assert_eq(DEADPEER("--json", "list"), CLI_USAGE);
	cr_assert_eq(DEADPEER("show"), CLI_USAGE);
	cr_assert_eq(DEADPEER("show", "/nonexistent"), CLI_USAGE);
	cr_assert_eq(DEADPEER("list", "metods"), CLI_USAGE);
	cr_assert_eq(DEADPEER("list", "methods", "more"), CLI_USAGE);
	cr_assert_eq(DEADPEER("doctor", "now"), CLI_USAGE);
	cr_assert_eq(DEADPEER("run", "/nonexistent"), CLI_USAGE);
	cr_assert_eq(DEADPEER("run", "-m", "nothing"), CLI_USAGE);
	cr_assert_eq(DEADPEER("run", "-o", "-", "--json"), CLI_USAGE);
	cr_assert_eq(DEADPEER("run", "--tap", "--json"), CLI_USAGE);
	cr_assert_eq(DEADPEER("compare", "a"), CLI_USAGE);
	cr_assert_eq(DEADPEER("compare", "/nonexistent", "b"), CLI_USAGE);
	cr_assert_eq(DEADPEER("compare", "--by", "colour", "a"), CLI_USAGE);
	cr_assert_eq(DEADPEER("check"), CLI_USAGE);
	cr_assert_eq(DEADPEER("check", "--threshold", "much", "a"), CLI_USAGE);
	cr_assert_eq(DEADPEER("check", "a", "b", "-o", "c"), CLI_USAGE);
	cr_assert_eq(DEADPEER("accept"), CLI_USAGE);
	cr_assert_eq(DEADPEER("plan", "-n", "0"), CLI_USAGE);
	cr_assert_eq(DEADPEER("plan", "-e", "imaginary"), CLI_USAGE);
	cr_assert_eq(DEADPEER("plan", "-n", "3", "--phase", "4"), CLI_USAGE);
	cr_assert_eq(DEADPEER("plan", "-e", "native", "--kernel", "6.1"), CLI_USAGE);
	cr_assert_eq(DEADPEER("plan", "--kernel", "6.1", "--kernel", "6.1"), CLI_USAGE);
	cr_assert_eq(DEADPEER("plan", "--kernel", "6.1", "--modules", "/lib"), CLI_USAGE);
	cr_assert_eq(DEADPEER("kernels", "6.1"), CLI_USAGE);
	cr_assert_eq(DEADPEER("kernels", "--clear", "--json"), CLI_USAGE);
	cr_assert_eq(DEADPEER("kernels", "--fetch", "new"), CLI_USAGE);
}

Test(cli, help_and_version_are_exit_0)
{
	cr_assert_eq(DEADPEER("--help"), CLI_PASS);
	cr_assert_eq(DEADPEER("help", "run"), CLI_PASS);
	cr_assert_eq(DEADPEER("--version"), CLI_PASS);
	for (const struct verb *const *v = cli_verbs; *v; v++)
		cr_assert_eq(DEADPEER((*v)->name, "--help"), CLI_PASS, "%s", (*v)->name);
}

Test(cli, an_error_is_one_line_with_the_remedy)
{
	cr_assert_eq(DEADPEER("sho\nw"), CLI_USAGE);
	fflush(stderr);
	cr_assert_stderr_eq_str("deadpeer: unknown command \"sho?w\"; did you mean show?\n");
}

Test(cli, every_row_of_every_verb_can_be_told_apart)
{
	for (const struct verb *const *v = cli_verbs; *v; v++) {
		cr_assert((*v)->about && (*v)->arguments && (*v)->main);
		for (const struct given_row *a = (*v)->options; a->name; a++) {
			cr_assert(a->about && *a->about, "%s --%s", (*v)->name, a->name);
			for (const struct given_row *b = a + 1; b->name; b++) {
				cr_assert_str_neq(a->name, b->name);
				cr_assert(!a->letter || a->letter != b->letter);
			}
		}
	}
}

Test(run, the_exit_status_says_the_worst)
{
	cr_assert_eq(run_status(&(struct report_totals){ .passed = 3, .skipped = 1 }), CLI_PASS);
	cr_assert_eq(run_status(&(struct report_totals){ .skipped = 1 }), CLI_NOTHING);
	cr_assert_eq(run_status(&(struct report_totals){ 0 }), CLI_NOTHING);
	cr_assert_eq(run_status(&(struct report_totals){ .passed = 3, .invalid = 1 }), CLI_INVALID);
	cr_assert_eq(run_status(&(struct report_totals){ .invalid = 1, .errors = 1 }), CLI_INTERNAL);
	cr_assert_eq(run_status(&(struct report_totals){ .failed = 1, .errors = 1 }), CLI_FAILED);
}

/* A bad scenario stops everything before the output file is touched. */
Test(cli, nothing_is_written_before_everything_is_checked)
{
	char folder[] = "/tmp/cli-test-XXXXXX", bad[64], out[64];
	struct stat st;
	FILE *f;

	cr_assert(mkdtemp(folder));
	snprintf(bad, sizeof(bad), "%s/bad.yaml", folder);
	snprintf(out, sizeof(out), "%s/out.jsonl", folder);
	f = fopen(bad, "w");
	fputs("name: x\nnonsense: 1\n", f);
	fclose(f);
	cr_assert_eq(DEADPEER("run", "-o", out, bad), CLI_USAGE);
	cr_assert_neq(stat(out, &st), 0);
	unlink(bad);
	rmdir(folder);
}

Test(replay, a_command_is_read_as_it_was_written)
{
	const char *const words[] = { "run", "-n", "3", "-m", "a b", "it's", "", "''", "\\", " ", "$x", "é" };
	enum { N = sizeof(words) / sizeof(words[0]), REST = N - 5 };
	struct emit text = EMIT_INIT;
	struct replay replay;
	struct given given;
	struct err err;
	char *command;

	cr_assert_eq(given_parse(verb_run.options, N, (char **)words, &given, &err), 0);
	replay_quote("run", &given, &text);
	command = emit_take(&text);
	cr_assert_eq(replay_parse(command, &replay, &err), 0, "%s: %s", command, err.text);
	cr_assert_eq(replay.args.n_rest, REST);
	for (int i = 0; i < REST; i++)
		cr_assert_str_eq(replay.args.rest[i], given.rest[i]);
	cr_assert_str_eq(given_value(&replay.args, "method", ""), "a b");
	cr_assert_str_eq(given_value(&replay.args, "phases", ""), "3");
	replay_free(&replay);
	given_free(&given);
	free(command);
}

static void replayed(const char *engine, const char *kernel, const char *command, const char *want)
{
	struct record_run run = { .seed = 7, .phases = 3 };
	char buf[sizeof(run.command)];
	struct err err = { "" };

	snprintf(run.engine, sizeof(run.engine), "%s", engine);
	snprintf(run.kernel, sizeof(run.kernel), "%s", kernel);
	snprintf(run.command, sizeof(run.command), "%s", command);
	if (!want) {
		cr_assert_eq(replay_command(&run, buf, sizeof(buf), &err), -EINVAL, "%s", command);
		return;
	}
	cr_assert_eq(replay_command(&run, buf, sizeof(buf), &err), 0, "%s: %s", command, err.text);
	cr_assert_str_eq(buf, want);
}

Test(replay, the_command_names_what_ran_it)
{
	replayed("native", "6.18.1", "deadpeer run -n3 --json x",
		 "deadpeer run -e native --phases 3 --seed 7 x");
	replayed("virtual", "6.1.0-56-cloud-amd64", "deadpeer run --seed=7 -o y -m recv 'a b'",
		 "deadpeer run -e virtual --kernel 6.1 --seed 7 --method recv 'a b'");
	replayed("virtual", "7.0.13+deb14-amd64", "deadpeer run --kernel 6.1 --kernel 7 x",
		 "deadpeer run -e virtual --kernel 7 --seed 7 x");
	replayed("virtual", "6.9.1", "deadpeer run --kernel /boot/vmlinuz --modules /lib x",
		 "deadpeer run -e virtual --kernel /boot/vmlinuz --modules /lib --seed 7 x");
	replayed("virtual", "6.9.1", "deadpeer run --kernel /boot/a --kernel /boot/b x", NULL);
	replayed("native", "6.1", "deadpeer run --no-such-option", NULL);
	replayed("native", "6.1", "deadpeer run 'x", NULL);
	replayed("virtual", "6.1.0-56-cloud-amd64",
		 "deadpeer sweep --vary keepalive.idle=1s,2s --goal 'p99<=1s, loss=5%' -n 2 x",
		 "deadpeer sweep -e virtual --kernel 6.1 --vary keepalive.idle=1s,2s "
		 "--goal 'p99<=1s, loss=5%' --phases 2 --seed 7 x");
	replayed("native", "6.1", "deadpeer plan x", NULL);
	replayed("native", "6.1", "", NULL);
}
