/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "record/field.h"
#include "record/record.h"

static struct record_run some_run(void)
{
	return (struct record_run){
		.schema = RECORD_SCHEMA, .engine = "native", .kernel = "6.1.0-18-amd64",
		.hz = 250, .seed = INT64_MAX, .phases = 8, .version = "1f00ba4",
		.command = "deadpeer run \"a b\" \\ \t caf\303\251", .started = "2024-11-22T01:32:00Z",
		.n_sysctl = 2,
		.sysctl = { { "net.ipv4.tcp_retries2", "15" },
			    { "net.ipv4.tcp_rmem", "4096 131072 6291456" } },
	};
}

static struct record_trial some_trial(void)
{
	return (struct record_trial){
		.id = "0123456789abcdef", .index = 7,
		.scenario = "cable-pull-far", .family = "cable", .method = "keepalive",
		.options = "idle=1s,intvl=1s,cnt=2", .observer = "server", .traffic = "idle",
		.size = 4000, .wire = "nat", .fault = "link-down", .place = "peer", .phase = 3, .phase_ns = 375000001,
		.seed = 0x7fffffffffffffff, .armed_ns = 1, .fault_before_ns = 9007199254740993,
		.fault_after_ns = 9007199254740995, .detect_ns = 2950000001,
		.horizon_ns = 20000000000, .outcome = OUTCOME_DETECTED,
		.saw = "recv=-1 ETIMEDOUT", .err = ETIMEDOUT, .expect = EXPECT_WINDOW,
		.expect_lo_ns = 0, .expect_hi_ns = 3100000000, .why = "idle + intvl * cnt",
		.verdict = VERDICT_PASS, .stall_ns = 12, .again = 1, .packets_out = 5, .wakeups = 1,
		.alive_ns = 2000000000, .mistakes = 2, .mistaken_ns = 17, .mistake_open = true,
		.messages = 4,
		.watched_ns = 4000000000, .tcp_state = "CLOSE", .probes = 2,
		.claim = { "Keepalive \"works\".", "idle", "noticed within 80s", true },
	};
}

static struct record_trial bare_trial(void)
{
	return (struct record_trial){
		.id = "0000000000000000", .scenario = "x", .method = "null", .observer = "client", .traffic = "idle",
		.fault = "none", .armed_ns = RECORD_NULL, .fault_before_ns = RECORD_NULL,
		.fault_after_ns = RECORD_NULL, .detect_ns = RECORD_NULL,
		.outcome = OUTCOME_SKIPPED, .verdict = VERDICT_SKIP,
	};
}

/* Writes @text to a file that is gone when the test process is. */
static const char *file_with(const char *text)
{
	static char path[64];
	char template[] = "/tmp/record-test-XXXXXX";
	int fd = mkstemp(template);

	cr_assert_geq(fd, 0);
	cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	unlink(template);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return path;
}

static int load_text(const char *text, struct record_file *file, struct err *err)
{
	const char *path = file_with(text);
	int fd = atoi(path + strlen("/proc/self/fd/"));
	int ret = record_load(path, file, err);

	close(fd);
	return ret;
}

static char *lines(const struct record_run *run, const struct record_trial *trial)
{
	char *a = record_run_line(run), *b = record_trial_line(trial), *both;

	cr_assert(a && b);
	cr_assert_geq(asprintf(&both, "%s%s", a, b), 0);
	free(a);
	free(b);
	return both;
}

static void round_trip(const struct record_run *run, const struct record_trial *trial)
{
	struct record_file file;
	struct err err = { "" };
	char *text = lines(run, trial), *again;

	cr_assert_eq(load_text(text, &file, &err), 0, "%s", err.text);
	cr_assert_eq(file.n_runs, 1);
	cr_assert_eq(file.n_trials, 1);
	cr_assert_eq(file.trial_run[0], 0);
	again = lines(&file.runs[0], &file.trials[0]);
	cr_assert_str_eq(text, again);
	cr_assert_eq(memcmp(run, &file.runs[0], sizeof(*run)), 0);
	free(text);
	free(again);
	record_file_free(&file);
}

Test(record, round_trip_is_byte_identical)
{
	struct record_run run = some_run();
	struct record_trial trial = some_trial(), bare = bare_trial();

	round_trip(&run, &trial);
	round_trip(&run, &bare);
	trial.expect = EXPECT_NEVER;
	trial.detect_ns = -5;
	trial.err = 524;
	round_trip(&run, &trial);
}

Test(record, kind_comes_first_and_nulls_are_nulls)
{
	static const char begin[] = "{\"kind\":\"trial\",\"id\":\"0000000000000000\",\"index\":0,"
				    "\"scenario\":\"x\",\"family\":null,";
	struct record_trial bare = bare_trial();
	char *line = record_trial_line(&bare);

	cr_assert_eq(strncmp(line, begin, strlen(begin)), 0);
	cr_assert(strstr(line, "\"detect_ns\":null"));
	cr_assert(strstr(line, "\"errno\":null,\"expect\":null"));
	cr_assert(strstr(line, "\"options\":{}"));
	cr_assert_eq(line[strlen(line) - 1], '\n');
	free(line);
}

Test(record, options_are_an_object)
{
	struct record_trial trial = some_trial();
	char *line = record_trial_line(&trial);

	cr_assert(strstr(line, "\"options\":{\"idle\":\"1s\",\"intvl\":\"1s\",\"cnt\":\"2\"}"));
	cr_assert(strstr(line, "\"expect\":{\"lo_ns\":0,\"hi_ns\":3100000000}"));
	free(line);
}

Test(record, bytes_that_are_not_utf8_become_question_marks)
{
	struct record_run run = some_run();
	struct record_trial trial = some_trial();
	struct record_file file;
	struct err err = { "" };
	char *text;

	strcpy(trial.saw, "a\xff\xc3(\xed\xa0\x80\x01z");
	memset(run.command, 0x80, sizeof(run.command) - 1);
	memset(trial.why, '"', sizeof(trial.why) - 1);
	text = lines(&run, &trial);
	cr_assert(strstr(text, "\"saw\":\"a?\?(?\?\?\\u0001z\""));
	cr_assert_eq(load_text(text, &file, &err), 0, "%s", err.text);
	cr_assert_eq(strlen(file.runs[0].command), sizeof(run.command) - 1);
	free(text);
	record_file_free(&file);
}

static void refused(const char *text, const char *because)
{
	struct record_file file;
	struct err err = { "" };

	cr_assert_eq(load_text(text, &file, &err), -EINVAL, "accepted: %s", text);
	cr_assert(strstr(err.text, because), "\"%s\" lacks \"%s\"", err.text, because);
	cr_assert_eq(file.n_trials, 0);
}

/* Both lines, with the first @from of the text replaced by @to. */
static char *spoilt(const char *from, const char *to)
{
	struct record_run run = some_run();
	struct record_trial trial = some_trial();
	char *text = lines(&run, &trial), *at = strstr(text, from), *out;

	cr_assert(at, "%s", from);
	cr_assert_geq(asprintf(&out, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from)), 0);
	free(text);
	return out;
}

static void spoilt_refused(const char *from, const char *to, const char *because)
{
	char *text = spoilt(from, to);

	refused(text, because);
	free(text);
}

Test(record, the_reader_refuses_and_says_where)
{
	char *text = spoilt("x", "x");

	refused("", "the file is empty");
	refused("\n", ":1: not JSON");
	refused("[]\n", ":1: not a record");
	refused("{\"kind\":\"walk\"}\n", "unknown kind \"walk\"");
	refused(strchr(text, '\n') + 1, ":1: a trial before any \"run\" line");
	text[strlen(text) - 1] = '\0';
	refused(text, ":2: the last line is cut short");
	text[strlen(text) - 40] = '\0';
	refused(text, ":2: the last line is cut short");
	free(text);
	spoilt_refused("\"schema\":2", "\"schema\":1", "schema version 1; this deadpeer reads version 2");
	spoilt_refused("\"mistake_open\":true", "\"mistake_open\":1", "neither true nor false");
	spoilt_refused("\"mistakes\":2", "\"mistakes\":-2", ":2: \"mistakes\" is -2");
	spoilt_refused("\"hz\":250", "\"hz\":\"250\"", ":1: \"hz\" is not a whole number");
	spoilt_refused("\"hz\":250", "\"hz\":250.0", ":1: \"hz\" is not a whole number");
	spoilt_refused("\"hz\":250,", "", "the key \"hz\" is missing");
	spoilt_refused("\"size\":4000", "\"size\":0", ":2: \"size\" is 0");
	spoilt_refused("\"wire\":\"nat\"", "\"wire\":null", ":2: \"wire\" is not a string");
	spoilt_refused("\"hz\"", "\"hertz\"", "unknown key \"hertz\"");
	spoilt_refused("\"hz\":250", "\"hz\":250,\"hz\":250", "duplicate");
	spoilt_refused("\"phase\":3", "\"phase\":-3", ":2: \"phase\" is -3");
	spoilt_refused("\"detected\"", "\"guessed\"", "\"outcome\" is \"guessed\"");
	spoilt_refused("\"ETIMEDOUT\",", "\"ENOTHING\",", "not the name of an error");
	spoilt_refused("\"lo_ns\":0", "\"lo_ns\":4000000000", "\"hi_ns\" is 3100000000 and not in");
	spoilt_refused("\"idle\":\"1s\"", "\"idle\":1", "not a name with a text");
	spoilt_refused("\"watched_ns\":4000000000", "\"watched_ns\":99999999999999999999", "too big");
	spoilt_refused("native", "a-name-much-too-long", "longer than 15 bytes");
}

/* Files written before these keys came have neither, and stay as they are when written again. */
Test(record, keys_that_came_later_may_be_missing)
{
	struct record_file file;
	struct err err = { "" };
	char *text = spoilt("\"size\":4000,\"wire\":\"nat\",", ""), *again;

	cr_assert_eq(load_text(text, &file, &err), 0, "%s", err.text);
	cr_expect_eq(file.trials[0].size, 0);
	cr_expect_str_eq(file.trials[0].wire, "");
	again = lines(&file.runs[0], &file.trials[0]);
	cr_expect_str_eq(again, text);
	record_file_free(&file);
	free(again);
	free(text);
}

Test(record, a_missing_file_is_its_own_error)
{
	struct record_file file;
	struct err err;

	cr_assert_eq(record_load("/nonexistent/x.jsonl", &file, &err), -ENOENT);
	cr_assert(strstr(err.text, "/nonexistent/x.jsonl: No such file"));
	cr_assert_lt(record_load("/tmp", &file, &err), 0);
}

Test(record, errno_names_go_both_ways)
{
	cr_assert_str_eq(record_errno_name(0), "");
	cr_assert_str_eq(record_errno_name(ETIMEDOUT), "ETIMEDOUT");
	cr_assert_eq(record_errno_value("ETIMEDOUT"), ETIMEDOUT);
	cr_assert_eq(record_errno_value("E524"), 524);
	cr_assert_eq(record_errno_value("EOF"), 0);
	cr_assert_eq(record_errno_value(""), 0);
}

Test(record, every_outcome_and_verdict_has_a_name)
{
	for (int i = 0; i < OUTCOME_COUNT; i++)
		cr_assert(outcome_names[i]);
	for (int i = 0; i < VERDICT_COUNT; i++)
		cr_assert(verdict_names[i]);
}

static void same_keys(json_t *schema, const char *kind, const struct field *fields)
{
	json_t *def = json_object_get(json_object_get(schema, "$defs"), kind);
	json_t *required = json_object_get(def, "required");
	json_t *properties = json_object_get(def, "properties");
	void *next = json_object_iter_next(properties, json_object_iter(properties));
	size_t i = 1;

	cr_assert_str_eq(json_string_value(json_array_get(required, 0)), "kind");
	for (const struct field *f = fields; f->key; f++) {
		cr_assert(next && strcmp(json_object_iter_key(next), f->key) == 0, "%s: %s", kind,
			  f->key);
		next = json_object_iter_next(properties, next);
		if (field_may_lack(f))
			continue;
		const char *key = json_string_value(json_array_get(required, i++));

		cr_assert(key && strcmp(key, f->key) == 0, "%s: %s", kind, f->key);
	}
	cr_assert_null(next);
	cr_assert_eq(json_array_size(required), i);
}

Test(record, the_schema_has_the_same_keys_in_the_same_order)
{
	json_t *schema = json_load_file("results/record.schema.json", 0, NULL);

	cr_assert(schema, "run the tests in the repository's root");
	same_keys(schema, "run", record_run_fields);
	same_keys(schema, "trial", record_trial_fields);
	json_decref(schema);
}
