/* SPDX-License-Identifier: MIT */
#include "trial/verdict.h"

#include <stdio.h>

#include "base/clock.h"

bool effect_is_deadly(const struct effect *effect, int64_t horizon_ns)
{
	switch (effect->kind) {
	case EFFECT_FIN:
	case EFFECT_HALF_CLOSE:
	case EFFECT_RST:
	case EFFECT_GONE:
	case EFFECT_SILENCE:
	case EFFECT_FORGOTTEN:
	case EFFECT_FROZEN:
	case EFFECT_STALLED:
		return !effect->for_ns || effect->for_ns >= horizon_ns;
	case EFFECT_NOTHING:
	case EFFECT_OBSERVER_FROZEN:
	case EFFECT_SIGNALS:
	case EFFECT_FLAPPING:
	case EFFECT_IMPAIRED:
		return false;
	}
	return false;
}

void verdict_expect(struct record_trial *r, const struct window *w)
{
	r->expect = w->kind == WINDOW_SOME	? EXPECT_WINDOW
		    : w->kind == WINDOW_NEVER ? EXPECT_NEVER
					      : EXPECT_NONE;
	r->expect_lo_ns = w->lo_ns;
	r->expect_hi_ns = w->hi_ns;
	snprintf(r->why, sizeof(r->why), "%s", w->why);
}

bool verdict_may_be_spoilt(const struct record_trial *r)
{
	return r->verdict != VERDICT_PASS && r->verdict != VERDICT_SKIP &&
	       r->stall_ns >= VERDICT_STALL_SPOILS_NS;
}

static int64_t allowed_late_ns(const struct record_trial *r, int n_conns)
{
	return VERDICT_SLACK_NS + n_conns * VERDICT_SLACK_PER_CONN_NS + r->stall_ns;
}

static enum verdict noticed(const struct record_trial *r, bool deadly, int hz, int n_conns)
{
	int64_t late_ns = allowed_late_ns(r, n_conns);
	int64_t early_ns = NS_PER_S / hz + r->stall_ns;
	/* The fault happened between its two stamps. */
	int64_t longest = r->detect_ns + (r->fault_after_ns - r->fault_before_ns);

	switch (r->expect) {
	case EXPECT_NEVER:
		return deadly ? VERDICT_EARLY : VERDICT_FALSE_ALARM;
	case EXPECT_WINDOW:
		if (longest < r->expect_lo_ns - early_ns)
			return VERDICT_EARLY;
		if (r->detect_ns > r->expect_hi_ns + late_ns)
			return VERDICT_LATE;
		return VERDICT_PASS;
	case EXPECT_NONE:
		return VERDICT_PASS;
	}
	return VERDICT_ERROR;
}

void verdict_decide(struct record_trial *r, bool deadly, int hz, int n_conns)
{
	bool alarm = r->detect_ns != RECORD_NULL;
	bool before = alarm && r->fault_after_ns + r->detect_ns < r->fault_before_ns;
	bool foreseen = before && r->expect == EXPECT_WINDOW && r->expect_lo_ns < 0 && r->mistakes <= 1;

	if (alarm)
		r->outcome = deadly && !before ? OUTCOME_DETECTED : OUTCOME_FALSE_ALARM;
	else
		r->outcome = deadly ? OUTCOME_MISSED : OUTCOME_QUIET;
	if (r->expect != EXPECT_NONE && !foreseen && (before || (deadly && r->mistakes))) {
		r->verdict = VERDICT_FALSE_ALARM;
	} else if (alarm) {
		r->verdict = noticed(r, deadly, hz, n_conns);
	} else {
		r->verdict = VERDICT_PASS;
		if (r->expect == EXPECT_WINDOW &&
		    r->expect_hi_ns + allowed_late_ns(r, n_conns) < r->horizon_ns)
			r->verdict = VERDICT_MISSED;
	}
}
