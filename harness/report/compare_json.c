/* SPDX-License-Identifier: MIT */
#include "record/member.h"
#include "report/compare.h"

/* A comparison as JSON: one object for each cell, in the order of the table. */

static void put_side(struct emit *emit, const char *key, const struct summary_cell *cell)
{
	static const unsigned int percent[] = { 0, 25, 50, 75, 90, 99, 100 };
	static const char *const names[] = { "min_ns", "p25_ns", "median_ns", "p75_ns", "p90_ns",
					     "p99_ns", "max_ns" };

	emit_key(emit, key);
	if (!cell) {
		emit_null(emit);
		return;
	}
	emit_object(emit);
	for (int k = PICK_METHOD; k < PICK_COUNT; k++)
		member_text(emit, pick_names[k], pick_text(cell, (enum pick_key)k));
	member_int(emit, "trials", cell->n);
	member_counts(emit, "outcomes", outcome_names, cell->outcome);
	member_counts(emit, "verdicts", verdict_names, cell->verdict);
	member_text(emit, "saw", cell->saw);
	member_int(emit, "stall_ns", cell->stall_ns);
	member_int(emit, "times", cell->n_times);
	for (size_t i = 0; i < sizeof(percent) / sizeof(percent[0]); i++)
		member_known(emit, names[i], cell->n_times > 0,
		       cell->n_times > 0 ? stats_quantile(cell->times, (size_t)cell->n_times,
							  percent[i], 100) : 0);
	emit_object_end(emit);
}

static void put_p(struct emit *emit, const char *key, bool known, double p)
{
	emit_key(emit, key);
	if (known)
		emit_real_exact(emit, p);
	else
		emit_null(emit);
}

static void put_share(struct emit *emit, const char *key, const struct compare_share *s, bool exact)
{
	emit_key(emit, key);
	emit_object(emit);
	member_int(emit, "a", s->a);
	member_int(emit, "of_a", s->of_a);
	member_int(emit, "b", s->b);
	member_int(emit, "of_b", s->of_b);
	put_p(emit, "p", !exact, s->p);
	put_p(emit, "p_adjusted", !exact, s->p_adjusted);
	emit_object_end(emit);
}

static void put_tests(struct emit *emit, const struct compare_cell *c)
{
	bool ranked = c->timed && !c->exact;

	member_bool(emit, "exact", c->exact);
	member_known(emit, "shift_ns", c->timed, c->shift.ns);
	member_known(emit, "shift_lo_ns", c->shift.bounded && !c->exact, c->shift.lo_ns);
	member_known(emit, "shift_hi_ns", c->shift.bounded && !c->exact, c->shift.hi_ns);
	member_known(emit, "latest_ns", c->timed && c->exact && c->word != COMPARE_CHANGED, c->latest_ns);
	member_known(emit, "allowed_ns", c->timed, c->allowed_ns);
	put_p(emit, "u", ranked, c->rank.u);
	put_p(emit, "p", ranked, c->rank.p);
	put_p(emit, "p_adjusted", ranked, c->p_adjusted);
	member_text(emit, "p_of", ranked ? (c->rank.exact ? "permutations" : "normal") : "");
	put_share(emit, "noticed", &c->noticed, c->exact);
	put_share(emit, "passed", &c->passed, c->exact);
}

static void put_cell(struct emit *emit, const struct compare_cell *c)
{
	const struct summary_cell *any = c->any;
	char reason[256];

	emit_next_line(emit);
	emit_object(emit);
	member_text(emit, "family", any->family);
	member_text(emit, "scenario", any->scenario);
	member_text(emit, "method", any->method);
	member_string(emit, "options", any->options);
	member_text(emit, "word", compare_words[c->word]);
	member_bool(emit, "worse", c->worse);
	member_text(emit, "why", compare_reason(c, reason, sizeof(reason)));
	put_side(emit, "a", c->a);
	put_side(emit, "b", c->b);
	put_tests(emit, c);
	emit_object_end(emit);
}

void compare_json(const struct compare *compare, struct emit *emit)
{
	for (int i = 0; i < compare->n; i++)
		put_cell(emit, &compare->cells[i]);
}
