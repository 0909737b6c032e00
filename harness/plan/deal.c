/* SPDX-License-Identifier: MIT */
#include "plan/deal.h"

#include <errno.h>
#include <stdlib.h>

struct card {
	int rank; /* the method's place among the methods, and the tuning's among all */
	int64_t period_ns;
	int i, part;
};

static int by_period(const void *a, const void *b)
{
	const struct card *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank - y->rank;
	if (x->period_ns != y->period_ns)
		return x->period_ns < y->period_ns ? -1 : 1;
	return x->i - y->i;
}

static int by_place(const void *a, const void *b)
{
	return ((const struct card *)a)->i - ((const struct card *)b)->i;
}

/* Where the method stands first. */
static int rank_of(const struct scenario_method *methods, int i)
{
	int rank = 0;

	while (methods[rank].method != methods[i].method)
		rank++;
	return rank;
}

/* There and back again: who gets the most frequent of one round gets the rarest of the next. */
static void deal_out(struct card *cards, int n, int parts)
{
	qsort(cards, (size_t)n, sizeof(*cards), by_period);
	for (int k = 0; k < n; k++) {
		int slot = k % parts;

		cards[k].part = k / parts % 2 ? parts - 1 - slot : slot;
	}
	qsort(cards, (size_t)n, sizeof(*cards), by_place);
}

int deal_make(const struct scenario_method *methods, int n, int parts, const struct scenario *sc,
	      const struct kernel_params *kernel, struct deal *deal, struct err *err)
{
	const struct plan_lab lab = { .scenario = sc };
	struct situation s = plan_situation(&lab, kernel, 0, 0);
	struct card *cards = calloc((size_t)n, sizeof(*cards));
	int to = 0;

	deal->methods = calloc((size_t)n, sizeof(*deal->methods));
	deal->first = calloc((size_t)parts + 1, sizeof(*deal->first));
	if (!cards || !deal->methods || !deal->first) {
		free(cards);
		free(deal->methods);
		deal->methods = NULL;
		return err_sys(err, ENOMEM, "the plan");
	}
	for (int i = 0; i < n; i++)
		cards[i] = (struct card){ .rank = rank_of(methods, i), .i = i,
					  .period_ns = methods[i].method->period_ns(&methods[i].opt, &s) };
	deal_out(cards, n, parts);
	for (int part = 0; part < parts; part++) {
		deal->first[part] = to;
		for (int i = 0; i < n; i++) {
			if (cards[i].part == part)
				deal->methods[to++] = methods[i];
		}
	}
	deal->first[parts] = to;
	free(cards);
	return 0;
}

void deal_free(struct deal *deal)
{
	free(deal->first);
	*deal = (struct deal){ 0 };
}
