/* SPDX-License-Identifier: MIT */
#include "record/member.h"

void member_string(struct emit *emit, const char *key, const char *text)
{
	emit_key(emit, key);
	emit_string(emit, text);
}

void member_int(struct emit *emit, const char *key, int64_t value)
{
	emit_key(emit, key);
	emit_int(emit, value);
}

void member_uint(struct emit *emit, const char *key, uint64_t value)
{
	emit_key(emit, key);
	emit_uint(emit, value);
}

void member_real(struct emit *emit, const char *key, double value)
{
	emit_key(emit, key);
	emit_real(emit, value);
}

void member_bool(struct emit *emit, const char *key, bool value)
{
	emit_key(emit, key);
	emit_bool(emit, value);
}

void member_text(struct emit *emit, const char *key, const char *text)
{
	emit_key(emit, key);
	if (text && *text)
		emit_string(emit, text);
	else
		emit_null(emit);
}

void member_known(struct emit *emit, const char *key, bool known, int64_t value)
{
	emit_key(emit, key);
	if (known)
		emit_int(emit, value);
	else
		emit_null(emit);
}

void member_counts(struct emit *emit, const char *key, const char *const *names, const int *counts)
{
	emit_key(emit, key);
	emit_object(emit);
	for (int i = 0; names[i]; i++) {
		if (counts[i])
			member_int(emit, names[i], counts[i]);
	}
	emit_object_end(emit);
}

void member_expect(struct emit *emit, const char *key, enum expect_kind kind, int64_t lo_ns,
		   int64_t hi_ns)
{
	emit_key(emit, key);
	switch (kind) {
	case EXPECT_NONE:
		emit_null(emit);
		return;
	case EXPECT_NEVER:
		emit_string(emit, "never");
		return;
	case EXPECT_WINDOW:
		emit_object(emit);
		member_int(emit, "lo_ns", lo_ns);
		member_int(emit, "hi_ns", hi_ns);
		emit_object_end(emit);
		return;
	}
}

void member_claim(struct emit *emit, const char *key, const struct record_claim *claim, bool holds)
{
	emit_key(emit, key);
	if (!claim || !claim->says[0]) {
		emit_null(emit);
		return;
	}
	emit_object(emit);
	member_string(emit, "says", claim->says);
	member_string(emit, "when", claim->when);
	member_string(emit, "predicts", claim->predicts);
	member_bool(emit, "holds", holds);
	emit_object_end(emit);
}
