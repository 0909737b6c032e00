/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/compare.h"

/* Which cell of A belongs to which of B: those whose texts agree, the keys that are left out aside. */

static int by_keys(const void *x, const void *y, void *arg)
{
	const bool *without = arg;

	for (int key = 0; key < PICK_COUNT; key++) {
		int by = without[key] ? 0 : strcmp(pick_text(x, (enum pick_key)key),
						   pick_text(y, (enum pick_key)key));

		if (by)
			return by;
	}
	return 0;
}

/* Whether all cells of a summary agree in one key. */
static bool only_one(const struct summary *summary, enum pick_key key)
{
	for (int i = 1; i < summary->n; i++) {
		if (strcmp(pick_text(&summary->cells[0], key), pick_text(&summary->cells[i], key)) != 0)
			return false;
	}
	return true;
}

static int sort(struct summary *summary, bool *without, const char *side, struct err *err)
{
	struct summary_cell *cells = summary->cells;

	if (summary->n > 1)
		qsort_r(cells, (size_t)summary->n, sizeof(*cells), by_keys, without);
	for (int i = 1; i < summary->n; i++) {
		const struct summary_cell *c[2] = { &cells[i - 1], &cells[i] };

		if (by_keys(c[0], c[1], without) == 0)
			return err_set(err, EINVAL, "%s has two cells of one name in scenario %s: %s %s "
				       "(%s) and %s %s (%s); choose one, as in FILE@method=%s@options=%s",
				       side, c[0]->scenario, c[0]->method, c[0]->options, c[0]->kernel,
				       c[1]->method, c[1]->options, c[1]->kernel, c[1]->method,
				       c[1]->options);
	}
	return 0;
}

static bool thinned(const struct summary_cell *cell)
{
	return cell->n_times != summary_noticed(cell);
}

static void add(struct compare *compare, struct summary_cell *a, struct summary_cell *b)
{
	if (a && b && thinned(a))
		summarise_thin(b);
	if (a && b && thinned(b))
		summarise_thin(a);
	compare->cells[compare->n++] = (struct compare_cell){ .a = a, .b = b, .any = a ? a : b };
}

static void merge(struct compare *compare)
{
	struct summary *a = compare->a, *b = compare->b;
	int i = 0, j = 0;

	while (i < a->n || j < b->n) {
		int by = i == a->n   ? 1
			 : j == b->n ? -1
				     : by_keys(&a->cells[i], &b->cells[j], compare->without);

		add(compare, by <= 0 ? &a->cells[i] : NULL, by >= 0 ? &b->cells[j] : NULL);
		i += by <= 0;
		j += by >= 0;
	}
}

int compare_match(struct compare *compare, struct err *err)
{
	struct summary *a = compare->a, *b = compare->b;
	int ret;

	for (int key = PICK_ENGINE; key <= PICK_KERNEL; key++)
		compare->without[key] |= only_one(a, (enum pick_key)key) &&
					 only_one(b, (enum pick_key)key);
	ret = sort(a, compare->without, "A", err);
	if (!ret)
		ret = sort(b, compare->without, "B", err);
	if (ret)
		return ret;
	compare->cells = calloc((size_t)a->n + (size_t)b->n + 1, sizeof(*compare->cells));
	if (!compare->cells)
		return err_set(err, ENOMEM, "not enough memory to compare %d cells", a->n + b->n);
	merge(compare);
	return 0;
}
