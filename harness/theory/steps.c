/* SPDX-License-Identifier: MIT */
#include "theory/steps.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static struct step *next(struct steps *steps, bool end)
{
	struct step *step;

	if (steps->n == STEPS_MAX && !end)
		return NULL;
	if (steps->n == STEPS_MAX)
		steps->n--;
	step = &steps->step[steps->n++];
	*step = (struct step){ .ends = end };
	return step;
}

void steps_add(struct steps *steps, int64_t lo_ns, int64_t hi_ns, const char *source,
	       const char *fmt, ...)
{
	struct step *step = steps ? next(steps, false) : NULL;
	va_list ap;

	if (!step)
		return;
	step->lo_ns = lo_ns;
	step->hi_ns = hi_ns > lo_ns ? hi_ns : lo_ns;
	step->source = source;
	va_start(ap, fmt);
	vsnprintf(step->what, sizeof(step->what), fmt, ap);
	va_end(ap);
	for (int i = 0; i < steps->n - 1; i++) {
		const struct step *told = &steps->step[i];

		if (told->lo_ns == step->lo_ns && told->hi_ns == step->hi_ns &&
		    !strcmp(told->what, step->what)) {
			steps->n--;
			return;
		}
	}
}

void steps_wait(struct steps *steps, int64_t lo_ns, int64_t hi_ns)
{
	if (!steps || !steps->n)
		return;
	steps->step[steps->n - 1].wait_lo_ns = lo_ns;
	steps->step[steps->n - 1].wait_hi_ns = hi_ns;
}

void steps_every(struct steps *steps, int64_t every_ns)
{
	if (steps && steps->n)
		steps->step[steps->n - 1].every_ns = every_ns;
}

void steps_end(struct steps *steps, const struct window *w, const char *source, const char *text)
{
	struct step *step;

	if (!steps || w->kind != WINDOW_SOME)
		return;
	step = next(steps, true);
	step->lo_ns = w->lo_ns;
	step->hi_ns = w->hi_ns;
	step->source = source;
	snprintf(step->what, sizeof(step->what), "%s", text);
}

/* @w is one of the ends, or the earliest of several. */
void steps_goes_on(struct steps *steps, const struct window *w)
{
	int n = steps ? steps->n : 0;

	for (int i = n; i-- > 0;) {
		struct step *step = &steps->step[i];

		if (step->ends && step->lo_ns == w->lo_ns && step->hi_ns == w->hi_ns) {
			step->ends = false;
			return;
		}
	}
	for (int i = 0; i < n; i++) {
		struct step *step = &steps->step[i];

		if (step->lo_ns == w->lo_ns || step->hi_ns == w->hi_ns)
			step->ends = false;
	}
}

void steps_forget(struct steps *steps, const struct window *w)
{
	const struct step *last = steps && steps->n ? &steps->step[steps->n - 1] : NULL;

	if (last && last->ends && last->lo_ns == w->lo_ns && last->hi_ns == w->hi_ns)
		steps->n--;
	else
		steps_goes_on(steps, w);
}

int steps_mark(const struct steps *steps)
{
	return steps ? steps->n : 0;
}

void steps_back(struct steps *steps, int mark)
{
	if (steps)
		steps->n = mark;
}

/* Stable, and few: by insertion. */
static void sort(struct steps *steps)
{
	for (int i = 1; i < steps->n; i++) {
		struct step one = steps->step[i];
		int j = i;

		for (; j > 0 && steps->step[j - 1].lo_ns > one.lo_ns; j--)
			steps->step[j] = steps->step[j - 1];
		steps->step[j] = one;
	}
}

/* Leaves out what comes after @w, and takes the end that is @w out of the others, into *@end. */
static struct span sift(struct steps *steps, const struct window *w, struct step *end)
{
	struct span ends = SPAN_EMPTY;
	int kept = 0;

	for (int i = 0; i < steps->n; i++) {
		struct step *step = &steps->step[i];
		bool is_w = step->lo_ns == w->lo_ns && step->hi_ns == w->hi_ns;

		if (step->ends) {
			ends.lo = step->lo_ns < ends.lo ? step->lo_ns : ends.lo;
			ends.hi = ends.hi == INT64_MIN || step->hi_ns < ends.hi ? step->hi_ns : ends.hi;
		}
		if (step->ends && is_w && !end->what[0]) {
			*end = *step;
			continue;
		}
		step->ends = false;
		if (w->kind != WINDOW_SOME || step->lo_ns <= w->hi_ns)
			steps->step[kept++] = *step;
	}
	steps->n = kept;
	return ends;
}

bool steps_finish(struct steps *steps, const struct window *w)
{
	struct step end = { 0 };
	struct span ends = sift(steps, w, &end);

	sort(steps);
	if (w->kind != WINDOW_SOME)
		return w->kind == WINDOW_NONE || ends.lo > ends.hi;
	steps_end(steps, w, end.source, end.what[0] ? end.what : "whichever of these comes first");
	return ends.lo == w->lo_ns && ends.hi == w->hi_ns;
}

void span_add(struct span *span, int64_t lo, int64_t hi)
{
	if (lo < span->lo)
		span->lo = lo;
	if (hi > span->hi)
		span->hi = hi;
}

char *steps_time(int64_t ns, char *buf, size_t size)
{
	snprintf(buf, size, "%.4g s", (double)ns / 1e9);
	return buf;
}
