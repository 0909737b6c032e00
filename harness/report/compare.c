/* SPDX-License-Identifier: MIT */
#include "report/compare.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/opt.h"

/*
 * Theory of operation
 * ===================
 * Exact: in virtual time the same seed and phases give the same instants, and where every value of
 * both sides is one and the same there is no chance either. There a difference is a difference: any
 * other count of outcomes or verdicts is a change, and a cell is slower when any of its times is
 * later than the other side's of the same rank by more than is allowed.
 *
 * By chance (real time, other seeds): a cell has three tests: the rank-sum test of the times, and
 * Fisher's exact tests of the share that noticed and of the share that passed. Their p-values are
 * adjusted over the whole comparison (Holm), so that COMPARE_ALPHA is the chance that noise alone
 * changes one or more words in it. Later also has to be practical: the shift must exceed what is
 * allowed.
 *
 * Allowed: the threshold's part of the earlier median or its absolute part, whichever is more.
 *
 * Unclear: the times or shares differ by more than is allowed, and samples of this size could not
 * have been significant among so many tests, whatever their values. Or, in real time, they are
 * significantly later by no more than that and the longest stall of the machine that was measured
 * in the later side's own trials: all phases of a cell share one fault, so that one stall can shift
 * them all. No test of ranks can see that this is chance, but the measurement can.
 */

const char *const compare_words[COMPARE_WORDS + 1] = {
	[COMPARE_SAME] = "same",       [COMPARE_FASTER] = "faster",
	[COMPARE_SLOWER] = "slower",   [COMPARE_CHANGED] = "changed",
	[COMPARE_UNCLEAR] = "unclear", [COMPARE_ONLY_A] = "only in A",
	[COMPARE_ONLY_B] = "only in B",
};

enum { TESTS_PER_CELL = 3, ENOUGH_MAX = 1000, PPM = 1000000 };

int compare_threshold(const char *text, struct compare_threshold *threshold, struct err *err)
{
	static const struct opt percent = { .name = "threshold", .type = OPT_PERCENT };
	char part[32];

	*threshold = (struct compare_threshold){ 0 };
	do {
		size_t n = strcspn(text, ",");
		int ret;

		snprintf(part, sizeof(part), "%.*s", (int)n, text);
		ret = n < sizeof(part) && strchr(part, '%')
			      ? opt_parse_value(&percent, part, &threshold->relative_ppm, err)
			      : opt_parse_duration(part, &threshold->absolute_ns, err);
		if (ret)
			return err_set(err, EINVAL, "a threshold is written as %s, 5%% or 10ms",
				       COMPARE_THRESHOLD);
		text += n;
	} while (*text++ == ',');
	return 0;
}

static bool all_alike(const int *counts, int n, int total)
{
	for (int i = 0; i < n; i++) {
		if (counts[i] && counts[i] < total)
			return false;
	}
	return true;
}

/* Several trials that all ended alike, at one and the same time. */
static bool constant(const struct summary_cell *cell)
{
	return cell->n > 1 && summary_noticed(cell) == cell->n &&
	       cell->times[0] == cell->times[cell->n_times - 1] &&
	       all_alike(cell->outcome, OUTCOME_COUNT, cell->n) &&
	       all_alike(cell->verdict, VERDICT_COUNT, cell->n);
}

static bool is_exact(const struct summary_cell *a, const struct summary_cell *b)
{
	bool same_plan = !a->mixed && !b->mixed && a->seed == b->seed && a->phases == b->phases &&
			 a->n == b->n;

	if (strcmp(a->engine, "virtual") == 0 && strcmp(b->engine, "virtual") == 0 && same_plan)
		return true;
	return constant(a) && constant(b);
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t allowed_ns(const struct compare_cell *c, const struct compare_threshold *threshold)
{
	int64_t earlier = c->median_a_ns < c->median_b_ns ? c->median_a_ns : c->median_b_ns;
	__int128 part = (__int128)later(earlier, 0) * threshold->relative_ppm / PPM;

	return later((int64_t)part, threshold->absolute_ns);
}

/* As the trials of A should end: noticed where the peer died there, else quiet. */
static int as_due(const struct summary_cell *a, const struct summary_cell *cell)
{
	bool died = a->outcome[OUTCOME_DETECTED] + a->outcome[OUTCOME_MISSED] > 0;

	return cell->outcome[died ? OUTCOME_DETECTED : OUTCOME_QUIET];
}

static void shares(struct compare_cell *c)
{
	const struct summary_cell *a = c->a, *b = c->b;

	c->noticed = (struct compare_share){ .a = as_due(a, a), .b = as_due(a, b),
					     .of_a = summary_carried(a), .of_b = summary_carried(b) };
	c->passed = (struct compare_share){ .a = a->verdict[VERDICT_PASS],
					    .b = b->verdict[VERDICT_PASS], .of_a = a->n, .of_b = b->n };
}

static double share_p(const struct compare_share *s)
{
	return stats_fisher(s->a, s->of_a - s->a, s->b, s->of_b - s->b);
}

/* Everything that does not depend on the other cells. */
static int measure(struct compare_cell *c, const struct compare_threshold *threshold)
{
	const struct summary_cell *a = c->a, *b = c->b;
	size_t na = (size_t)a->n_times, nb = (size_t)b->n_times;
	int ret;

	c->exact = is_exact(a, b);
	c->timed = na && nb;
	shares(c);
	c->noticed.p = c->noticed.p_adjusted = c->exact ? 1 : share_p(&c->noticed);
	c->passed.p = c->passed.p_adjusted = c->exact ? 1 : share_p(&c->passed);
	c->rank.p = c->p_adjusted = 1;
	if (na)
		c->median_a_ns = stats_median(a->times, na);
	if (nb)
		c->median_b_ns = stats_median(b->times, nb);
	if (!c->timed)
		return 0;
	c->allowed_ns = allowed_ns(c, threshold);
	ret = stats_shift(a->times, na, b->times, nb, COMPARE_CONFIDENCE, &c->shift);
	return ret || c->exact ? ret : stats_rank_sum(a->times, na, b->times, nb, &c->rank);
}

/* Holm over everything that chance had a part in. */
static int adjust(struct compare *compare)
{
	double *p = calloc((size_t)compare->n * TESTS_PER_CELL + 1, sizeof(*p));
	int n = 0, ret;

	if (!p)
		return -ENOMEM;
	for (int i = 0; i < compare->n; i++) {
		struct compare_cell *c = &compare->cells[i];

		if (!c->a || !c->b || c->exact)
			continue;
		p[n++] = c->rank.p;
		p[n++] = c->noticed.p;
		p[n++] = c->passed.p;
	}
	ret = stats_holm(p, (size_t)n);
	compare->tests = n;
	n = 0;
	for (int i = 0; i < compare->n && !ret; i++) {
		struct compare_cell *c = &compare->cells[i];

		if (!c->a || !c->b || c->exact)
			continue;
		c->p_adjusted = p[n++];
		c->noticed.p_adjusted = p[n++];
		c->passed.p_adjusted = p[n++];
	}
	free(p);
	return ret;
}

/* A cell that did not run at all is not there: skipped everywhere, with the reason in it. */
static bool is_there(const struct summary_cell *cell)
{
	return cell && cell->verdict[VERDICT_SKIP] < cell->n;
}

static int decide(struct compare *compare, const struct compare_threshold *threshold)
{
	int ret = 0;

	for (int i = 0; i < compare->n && !ret; i++) {
		struct compare_cell *c = &compare->cells[i];

		if (c->a && c->b && is_there(c->a) == is_there(c->b))
			ret = measure(c, threshold);
		else if (!c->b || (c->a && is_there(c->a)))
			c->word = COMPARE_ONLY_A;
		else
			c->word = COMPARE_ONLY_B;
	}
	if (!ret)
		ret = adjust(compare);
	for (int i = 0; i < compare->n && !ret; i++) {
		struct compare_cell *c = &compare->cells[i];

		if (c->word == COMPARE_SAME)
			compare_judge(c, compare->tests);
		compare->count[c->word]++;
	}
	return ret;
}

int compare_enough(const struct compare *compare)
{
	size_t n = 1;

	while (n < ENOUGH_MAX && stats_rank_least_p(n, n) * compare->tests > COMPARE_ALPHA)
		n++;
	return (int)n;
}

int compare_make(struct summary *a, struct summary *b, const bool without[PICK_COUNT],
		 const struct compare_threshold *threshold, struct compare *out, struct err *err)
{
	int ret;

	*out = (struct compare){ .a = a, .b = b };
	memcpy(out->without, without, sizeof(out->without));
	ret = compare_match(out, err);
	if (!ret && decide(out, threshold))
		ret = err_set(err, ENOMEM, "not enough memory to compare %d cells", out->n);
	if (ret)
		compare_free(out);
	return ret;
}

void compare_free(struct compare *compare)
{
	free(compare->cells);
	*compare = (struct compare){ 0 };
}
