/* SPDX-License-Identifier: MIT */
#include "report/compare.h"

/* From measurements to a word: one cell whose p-values have been adjusted. The rules: compare.c. */

static bool same_shares(const int *a, int of_a, const int *b, int of_b, int n)
{
	for (int i = 0; i < n; i++) {
		if ((int64_t)a[i] * of_b != (int64_t)b[i] * of_a)
			return false;
	}
	return true;
}

/* Whether B's share is the smaller one. */
static bool fell(const struct compare_share *s)
{
	return (int64_t)s->b * s->of_a < (int64_t)s->a * s->of_b;
}

/* Of times of the same rank; of other numbers of times both sides are constant. */
static void differences(const struct summary_cell *a, const struct summary_cell *b,
			int64_t *earliest, int64_t *latest)
{
	*earliest = INT64_MAX;
	*latest = INT64_MIN;
	for (int i = 0; i < a->n_times && i < b->n_times; i++) {
		int64_t by = b->times[i] - a->times[i];

		*earliest = by < *earliest ? by : *earliest;
		*latest = by > *latest ? by : *latest;
	}
}

static void judge_exact(struct compare_cell *c)
{
	const struct summary_cell *a = c->a, *b = c->b;
	int64_t earliest = 0;

	if (!same_shares(a->outcome, a->n, b->outcome, b->n, OUTCOME_COUNT) ||
	    !same_shares(a->verdict, a->n, b->verdict, b->n, VERDICT_COUNT)) {
		c->word = COMPARE_CHANGED;
		c->worse = fell(&c->passed) || fell(&c->noticed);
		return;
	}
	if (c->timed)
		differences(a, b, &earliest, &c->latest_ns);
	c->worse = c->timed && c->latest_ns > c->allowed_ns;
	if (c->worse)
		c->word = COMPARE_SLOWER;
	else if (c->timed && earliest < -c->allowed_ns)
		c->word = COMPARE_FASTER;
}

/* What one test has to say. */
struct news {
	enum compare_word word;
	bool worse, stalled;
};

/* Of a difference: significant, or it could not have been, or it is noise. */
static enum compare_word told(enum compare_word word, double p_adjusted, double least_p, int tests)
{
	if (p_adjusted <= COMPARE_ALPHA)
		return word;
	return least_p * tests > COMPARE_ALPHA ? COMPARE_UNCLEAR : COMPARE_SAME;
}

static struct news news_of_share(const struct compare_share *s, int tests)
{
	struct news news = { .worse = fell(s) };

	if ((int64_t)s->b * s->of_a != (int64_t)s->a * s->of_b)
		news.word = told(COMPARE_CHANGED, s->p_adjusted,
				 stats_fisher(s->of_a, 0, 0, s->of_b), tests);
	return news;
}

static struct news news_of_times(const struct compare_cell *c, int tests)
{
	bool late = c->shift.ns > c->allowed_ns, early = c->shift.ns < -c->allowed_ns;
	struct news news = { .worse = late };

	int64_t by = late ? c->shift.ns : -c->shift.ns;

	if (!c->timed || (!late && !early))
		return news;
	news.word = told(late ? COMPARE_SLOWER : COMPARE_FASTER, c->p_adjusted,
			 stats_rank_least_p((size_t)c->a->n_times, (size_t)c->b->n_times), tests);
	/* Only the later side's own stalls can have made it late. */
	news.stalled = news.word != COMPARE_SAME && news.word != COMPARE_UNCLEAR &&
		       by <= c->allowed_ns + (late ? c->b : c->a)->stall_ns;
	if (news.stalled)
		news.word = COMPARE_UNCLEAR;
	return news;
}

/* Of several news the one that matters most to somebody who fears the worst. */
static int weight(struct news news)
{
	switch (news.word) {
	case COMPARE_CHANGED:
		return news.worse ? 6 : 3;
	case COMPARE_SLOWER:
		return 5;
	case COMPARE_UNCLEAR:
		return news.worse ? 4 : 2;
	case COMPARE_FASTER:
		return 1;
	default:
		return 0;
	}
}

static void judge_by_chance(struct compare_cell *c, int tests)
{
	const struct news news[] = {
		news_of_times(c, tests),
		news_of_share(&c->noticed, tests),
		news_of_share(&c->passed, tests),
	};
	struct news most = { .word = COMPARE_SAME };

	for (int i = 0; i < (int)(sizeof(news) / sizeof(news[0])); i++) {
		if (weight(news[i]) > weight(most))
			most = news[i];
	}
	c->word = most.word;
	c->worse = most.worse;
	c->stalled = most.stalled;
}

void compare_judge(struct compare_cell *c, int tests)
{
	if (c->exact)
		judge_exact(c);
	else
		judge_by_chance(c, tests);
}
