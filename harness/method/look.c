/* SPDX-License-Identifier: MIT */
#include "method/look.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "theory/steps.h"
#include "theory/tcp.h"

void look_until(struct watch *watch, int64_t period_ns, bool (*look)(struct watch *, void *),
		void *state)
{
	int64_t due = watch->armed_ns;

	due += ((clock_now_ns() - due) / period_ns + 1) * period_ns;
	for (;;) {
		struct timespec at = clock_timespec(due);
		int ret = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);

		atomic_fetch_add(&watch->wakeups, 1);
		if (ret == EINTR)
			continue;
		if (look(watch, state))
			return;
		due += ((clock_now_ns() - due) / period_ns + 1) * period_ns;
	}
}

int64_t look_next(int64_t since_armed_ns, int64_t period_ns)
{
	if (since_armed_ns <= period_ns)
		return period_ns;
	return (since_armed_ns + period_ns - 1) / period_ns * period_ns;
}

void look_steps(const struct situation *s, int64_t period_ns, const struct window *w)
{
	if (w->kind != WINDOW_NEVER)
		return;
	steps_add(s->steps, look_next(s->since_armed_lo_ns, period_ns) - s->since_armed_hi_ns,
		  s->horizon_ns, NULL, "a look, which finds nothing wrong");
	steps_every(s->steps, period_ns);
}

void look_window(const struct situation *s, int64_t period_ns, struct window *w)
{
	int64_t armed_lo = s->since_armed_lo_ns, armed_hi = s->since_armed_hi_ns;
	char text[32], look[STEP_TEXT_MAX];
	int64_t first, last;
	size_t n;

	if (w->kind != WINDOW_SOME)
		return;
	steps_goes_on(s->steps, w);
	first = look_next(armed_lo + w->lo_ns - LOOK_LATE_NS, period_ns) - armed_hi;
	last = look_next(armed_hi + w->hi_ns, period_ns) - armed_lo;
	window_delay(w, period_ns);
	if (first > w->lo_ns)
		w->lo_ns = first;
	if (last < w->hi_ns)
		w->hi_ns = last;
	n = strlen(w->why);
	opt_format_duration(period_ns, text, sizeof(text));
	snprintf(w->why + n, sizeof(w->why) - n, "; seen at the next look, every %s", text);
	snprintf(look, sizeof(look), "the next look, every %s after arming, sees it", text);
	steps_end(s->steps, w, NULL, look);
}
