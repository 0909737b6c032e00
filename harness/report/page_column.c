/* SPDX-License-Identifier: MIT */
#include "report/page_column.h"

#include <stdio.h>
#include <string.h>

/* These name the cell, or are left out (page_data.c). */
static bool told_elsewhere(const struct field *f)
{
	static const char *const keys[] = { "id", "index", "scenario", "family", "method", "options",
					    "seed", NULL };

	for (const char *const *key = keys; *key; key++) {
		if (strcmp(f->key, *key) == 0)
			return true;
	}
	return false;
}

static void number(struct page_value *v, int64_t n)
{
	v->kind = VALUE_NUMBER;
	v->number = n;
}

static void text(struct page_value *v, const char *s)
{
	v->kind = VALUE_TEXT;
	v->text = s;
}

static void get_watched(const struct record_trial *t, struct page_value *v)
{
	int64_t end = t->detect_ns == RECORD_NULL ? t->horizon_ns : t->detect_ns;

	if (t->armed_ns != RECORD_NULL && t->fault_after_ns != RECORD_NULL)
		number(v, t->watched_ns - (t->fault_after_ns - t->armed_ns + end));
	else
		number(v, t->watched_ns);
}

static void get_field(const struct field *f, const struct record_trial *t, struct page_value *v)
{
	const void *at = (const char *)t + f->offset;

	if (strcmp(f->key, "watched_ns") == 0) {
		get_watched(t, v);
		return;
	}
	switch (f->type) {
	case FIELD_STRING:
	case FIELD_TEXT:
	case FIELD_TEXT_IF:
		text(v, at);
		return;
	case FIELD_NAME:
		text(v, f->names[*(const unsigned int *)at]);
		return;
	case FIELD_ERRNO:
		snprintf(v->buf, sizeof(v->buf), "%s", record_errno_name(*(const int *)at));
		text(v, v->buf);
		return;
	case FIELD_INT:
	case FIELD_INT_IF:
		number(v, *(const int *)at);
		return;
	case FIELD_NS:
	case FIELD_NS_NULL:
		if (*(const int64_t *)at != RECORD_NULL)
			number(v, *(const int64_t *)at);
		return;
	case FIELD_U64:
		number(v, (int64_t)*(const uint64_t *)at);
		return;
	case FIELD_BOOL:
		number(v, *(const bool *)at);
		return;
	case FIELD_OPTIONS:
	case FIELD_SYSCTLS:
	case FIELD_EXPECT:
	case FIELD_CLAIM:
	case FIELD_COUNTS: /* of summaries only */
	case FIELD_TIMES:
		return;
	}
}

static void get_expect_lo(const struct field *f, const struct record_trial *t, struct page_value *v)
{
	(void)f;
	if (t->expect == EXPECT_NEVER)
		v->kind = VALUE_NEVER;
	else if (t->expect == EXPECT_WINDOW)
		number(v, t->expect_lo_ns);
}

static void get_expect_hi(const struct field *f, const struct record_trial *t, struct page_value *v)
{
	(void)f;
	if (t->expect == EXPECT_WINDOW)
		number(v, t->expect_hi_ns);
}

static void get_says(const struct field *f, const struct record_trial *t, struct page_value *v)
{
	(void)f;
	text(v, t->claim.says);
}

static void get_when(const struct field *f, const struct record_trial *t, struct page_value *v)
{
	(void)f;
	text(v, t->claim.when);
}

static void get_predicts(const struct field *f, const struct record_trial *t, struct page_value *v)
{
	(void)f;
	text(v, t->claim.predicts);
}

static void get_holds(const struct field *f, const struct record_trial *t, struct page_value *v)
{
	(void)f;
	if (t->claim.says[0])
		number(v, t->claim.holds);
}

static const struct page_column expect_columns[] = {
	{ "expect_lo_ns", false, get_expect_lo },
	{ "expect_hi_ns", false, get_expect_hi },
};

static const struct page_column claim_columns[] = {
	{ "claim_says", true, get_says },
	{ "claim_when", true, get_when },
	{ "claim_predicts", true, get_predicts },
	{ "claim_holds", false, get_holds },
};

int page_columns(const struct field *f, struct page_column columns[PAGE_COLUMNS_MAX])
{
	bool is_text = f->type == FIELD_STRING || f->type == FIELD_TEXT ||
		       f->type == FIELD_TEXT_IF || f->type == FIELD_NAME ||
		       f->type == FIELD_ERRNO;

	if (told_elsewhere(f))
		return 0;
	if (f->type == FIELD_EXPECT) {
		memcpy(columns, expect_columns, sizeof(expect_columns));
		return sizeof(expect_columns) / sizeof(expect_columns[0]);
	}
	if (f->type == FIELD_CLAIM) {
		memcpy(columns, claim_columns, sizeof(claim_columns));
		return sizeof(claim_columns) / sizeof(claim_columns[0]);
	}
	columns[0] = (struct page_column){ f->key, is_text, get_field };
	if (strcmp(f->key, "watched_ns") == 0)
		columns[0].key = "watched_extra_ns";
	return 1;
}

bool page_value_same(const struct page_value *a, const struct page_value *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->kind == VALUE_TEXT)
		return strcmp(a->text, b->text) == 0;
	return a->kind != VALUE_NUMBER || a->number == b->number;
}
