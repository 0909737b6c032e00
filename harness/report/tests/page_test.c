/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "report/page.h"
#include "report/page_files.h"
#include "report/page_words.h"

#define NASTY "</script><script>alert(1)</script><!--"

static struct record_file *file_of(int n)
{
	static struct record_file file;
	struct record_run run = { .schema = RECORD_SCHEMA, .engine = "virtual", .kernel = "6.1",
				  .hz = 250, .seed = INT64_MAX, .phases = n, .n_sysctl = 1,
				  .sysctl = { { "net.ipv4.tcp_retries2", "15" } } };

	record_file_free(&file);
	file = (struct record_file){ 0 };
	cr_assert_eq(record_add_run(&file, &run), 0);
	for (int i = 0; i < n; i++) {
		struct record_trial t = { .scenario = "cut", .family = "cable", .method = "recv",
					  .options = "a=1", .fault = "link-down", .phase = i,
					  .armed_ns = 100, .fault_before_ns = 1000,
					  .fault_after_ns = 1010, .detect_ns = 5 + i,
					  .horizon_ns = 900, .expect = EXPECT_WINDOW,
					  .expect_hi_ns = 50, .why = NASTY,
					  .watched_ns = 910 + 5 + i };

		cr_assert_eq(record_add_trial(&file, &t), 0);
	}
	return &file;
}

static json_t *data_of(const struct record_file *file)
{
	struct page_input input = { "a.jsonl", file };
	struct err err;
	char *text = page_data(&input, 1, "v", &err);
	json_t *data;

	cr_assert_not_null(text);
	data = json_loads(text, 0, NULL);
	cr_assert_not_null(data);
	free(text);
	return data;
}

static size_t column(json_t *data, const char *key)
{
	json_t *columns = json_object_get(data, "columns");
	size_t i;
	json_t *pair;

	json_array_foreach(columns, i, pair) {
		if (strcmp(json_string_value(json_array_get(pair, 0)), key) == 0)
			return i + 5;
	}
	cr_assert_fail("no column %s", key);
	return 0;
}

static json_t *first_cell(json_t *data)
{
	json_t *source = json_array_get(json_object_get(data, "sources"), 0);

	return json_array_get(json_object_get(source, "cells"), 0);
}

Test(page, a_constant_column_is_one_value_and_another_is_an_array)
{
	json_t *data = data_of(file_of(3)), *cell = first_cell(data), *detect;

	cr_assert_eq(json_integer_value(json_array_get(cell, 4)), 3);
	cr_assert_eq(json_integer_value(json_array_get(cell, column(data, "horizon_ns"))), 900);
	detect = json_array_get(cell, column(data, "detect_ns"));
	cr_assert_eq(json_array_size(detect), 3);
	cr_assert_eq(json_integer_value(json_array_get(detect, 2)), 7);
	cr_assert_eq(json_integer_value(json_array_get(cell, column(data, "expect_hi_ns"))), 50);
	json_decref(data);
}

Test(page, the_watch_beyond_its_end_is_told_and_the_trials_seed_is_not)
{
	json_t *data = data_of(file_of(2)), *cell = first_cell(data), *pair;
	size_t i;

	cr_assert_eq(json_integer_value(json_array_get(cell, column(data, "watched_extra_ns"))), 0);
	json_array_foreach(json_object_get(data, "columns"), i, pair)
		cr_assert_str_neq(json_string_value(json_array_get(pair, 0)), "seed");
	json_decref(data);
}

Test(page, a_runs_seed_of_63_bits_is_text)
{
	json_t *data = data_of(file_of(1));
	json_t *source = json_array_get(json_object_get(data, "sources"), 0);
	json_t *run = json_array_get(json_object_get(source, "runs"), 0);

	cr_assert_str_eq(json_string_value(json_object_get(run, "seed")), "9223372036854775807");
	json_decref(data);
}

Test(page, words_keep_their_numbers_when_the_table_grows)
{
	struct page_words words = { 0 };
	char text[32];

	for (int i = 0; i < 5000; i++) {
		snprintf(text, sizeof(text), "word %d", i);
		cr_assert_eq(page_word(&words, text), i);
	}
	cr_assert_eq(page_word(&words, "word 17"), 17);
	cr_assert_eq(page_word(&words, "word 4999"), 4999);
	cr_assert_not(words.failed);
	page_words_free(&words);
}

/* Base64 by its definition, for the test alone. */
static size_t unbase64(const char *in, unsigned char *out)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	unsigned int bits = 0, have = 0;
	size_t n = 0;

	for (; *in && *in != '='; in++) {
		bits = bits << 6 | (unsigned int)(strchr(digits, *in) - digits);
		have += 6;
		if (have >= 8)
			out[n++] = (unsigned char)(bits >> (have -= 8));
	}
	return n;
}

Test(page, what_is_packed_comes_back)
{
	static const char *const texts[] = { "", "a", "ab", "abc", NASTY };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		char *packed = page_pack(texts[i]), back[256];
		unsigned char raw[256];
		uLongf size = sizeof(back);
		size_t n = unbase64(packed, raw);

		cr_assert_eq(strlen(packed) % 4, 0);
		cr_assert_eq(uncompress((unsigned char *)back, &size, raw, n), Z_OK);
		cr_assert_eq(size, strlen(texts[i]));
		cr_assert_eq(memcmp(back, texts[i], size), 0);
		free(packed);
	}
}

static int count(const char *text, const char *what)
{
	int n = 0;

	for (text = strstr(text, what); text; text = strstr(text + 1, what))
		n++;
	return n;
}

Test(page, every_source_is_inline_and_nothing_in_a_record_reaches_the_html)
{
	struct page_input input = { NASTY, file_of(2) };
	struct err err;
	char *text, *again;

	cr_assert_eq(page_make(&input, 1, NASTY, &text, &err), 0);
	cr_assert_eq(page_make(&input, 1, NASTY, &again, &err), 0);
	cr_assert_str_eq(text, again);
	cr_assert_null(strstr(text, "alert(1)"));
	cr_assert_null(strstr(text, " src=\""));
	cr_assert_null(strstr(text, "rel=\"stylesheet\""));
	cr_assert_not_null(strstr(text, "page.heat = "));
	cr_assert_eq(count(text, "<script"), count(text, "</script>"));
	cr_assert_eq(count(text, "</html>"), 1);
	free(text);
	free(again);
}

#define DECLARE(symbol, name) extern const char symbol[], symbol##_end[];
PAGE_FILES(DECLARE)

static void can_stand_inline(const char *name, const char *text, const char *end)
{
	size_t n = (size_t)(end - text);

	if (strstr(name, ".js")) {
		cr_assert_null(memmem(text, n, "</script", 8), "%s", name);
		cr_assert_null(memmem(text, n, "<!--", 4), "%s", name);
	} else if (strstr(name, ".css")) {
		cr_assert_null(memmem(text, n, "</style", 7), "%s", name);
	}
}

Test(page, no_source_ends_the_element_that_holds_it)
{
#define CHECK(symbol, name) can_stand_inline(name, symbol, symbol##_end);
	PAGE_FILES(CHECK)
}
