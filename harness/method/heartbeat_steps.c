/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "method/heartbeat.h"

enum { TOLD_MAX = 12 };

static bool over(const struct situation *s, int64_t at_ns)
{
	return s->effect.for_ns && at_ns > s->effect.for_ns;
}

static void tell_pings(const struct situation *s, const struct opt_values *opt,
		       const struct span *from)
{
	int64_t period = opt->v[HEARTBEAT_PERIOD], misses = opt->v[HEARTBEAT_MISSES];

	for (int64_t i = 0; i < misses && i < TOLD_MAX && !over(s, from->lo + i * period); i++) {
		steps_add(s->steps, from->lo + i * period, from->hi + i * period, NULL,
			  "the application sends a ping, the %s that stays without an answer",
			  i ? "next" : "first");
		steps_wait(s->steps, period, period);
	}
}

static void tell_beacons(const struct situation *s, const struct opt_values *opt,
			 const struct span *from)
{
	int64_t period = opt->v[HEARTBEAT_PERIOD], misses = opt->v[HEARTBEAT_MISSES];

	if (from->hi <= -s->since_armed_lo_ns)
		steps_add(s->steps, from->lo, from->hi, NULL, "no beacon arrives: arming counts");
	else
		steps_add(s->steps, from->lo, from->hi, NULL, "the last beacon that arrives%s",
			  from->lo <= -s->since_armed_hi_ns ? ", or arming if none does" : "");
	for (int64_t i = 1; i <= misses && i < TOLD_MAX && !over(s, from->lo + i * period); i++)
		steps_add(s->steps, from->lo + i * period, from->hi + i * period, NULL,
			  "beacon %d of %d is due, and does not arrive", (int)i, (int)misses);
}

void heartbeat_steps(const struct situation *s, const struct opt_values *opt,
		     const struct span *from, const struct window *w)
{
	bool beacon = opt->v[HEARTBEAT_MODE] == HEARTBEAT_BEACON;
	int64_t misses = opt->v[HEARTBEAT_MISSES];
	char text[STEP_TEXT_MAX];

	if (beacon)
		tell_beacons(s, opt, from);
	else
		tell_pings(s, opt, from);
	if (beacon)
		snprintf(text, sizeof(text), "the grace after beacon %d of %d is over: the peer is dead",
			 (int)misses, (int)misses);
	else
		snprintf(text, sizeof(text), "%d ping%s had a period%s without an answer: dead", (int)misses,
			 misses == 1 ? "" : "s in a row", misses == 1 ? "" : " each");
	steps_end(s->steps, w, "select(2): a wait may be 0.1 % late", text);
}
