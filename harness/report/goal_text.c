/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "record/member.h"
#include "report/goal.h"
#include "report/rates.h"

/* What a goal's answer rests on, said so that it can be doubted: how often, how long, where, and how
 * sure that makes it. */

enum { SENTENCES = 1600, NUMBER = 64 };

static const char *const names[FRONT_NUMBERS] = {
	[FRONT_MEDIAN] = "median", [FRONT_P99] = "p99", [FRONT_MISTAKES] = "mistakes",
	[FRONT_PACKETS] = "packets",
};

static char *put_ns(int64_t ns, char *buf, size_t size)
{
	if (ns == FRONT_NEVER)
		snprintf(buf, size, "never");
	else
		text_time(ns, 3, buf, size);
	return buf;
}

static char *put_number(const struct front_point *p, enum front_number number, char *buf, size_t size)
{
	char text[NUMBER - 16];

	if (number == FRONT_MEDIAN)
		return put_ns(p->median_ns, buf, size);
	if (number == FRONT_P99)
		return put_ns(p->p99_ns, buf, size);
	rates_text(number == FRONT_MISTAKES ? p->mistakes_day : p->packets_hour, text, sizeof(text));
	snprintf(buf, size, "%s %s", text, number == FRONT_MISTAKES ? "a day" : "an hour");
	return buf;
}

static void put_head(const struct goal *goal, const struct front *front,
		     const struct goal_answer *a, char *buf, size_t size)
{
	char name[320], number[NUMBER];

	front_name(a->point, name, sizeof(name));
	if (a->n_met) {
		int n = a->n_sure ? a->n_sure : a->n_met;

		snprintf(buf, size, "The cheapest of %d tuning%s that meet%s %s%s: %s, at %s packets an hour.",
			 n, n == 1 ? "" : "s", n == 1 ? "s" : "", goal->text,
			 a->n_sure ? "" : ", as far as was measured", name,
			 rates_text(a->point->packets_hour, number, sizeof(number)));
		return;
	}
	put_number(a->point, a->worst, number, sizeof(number));
	size -= (size_t)snprintf(buf, size, "None of %d tuning%s meets %s. The nearest is %s: %s %s%s",
				 front->n, front->n == 1 ? "" : "s", goal->text, name, names[a->worst],
				 number, isinf(a->factor) ? "." : "");
	if (!isinf(a->factor))
		snprintf(buf + strlen(buf), size, ", %.*f times the limit.", a->factor < 10 ? 2 : 0,
			 a->factor);
}

static void put_deaths(const struct front_point *p, const struct front *front, char *buf, size_t size)
{
	char median[NUMBER], p99[NUMBER], last[NUMBER];
	int n = snprintf(buf, size, "It noticed %d of %d deaths in %d scenario%s: median %s, p99 %s, the "
			 "last after %s", p->noticed, p->deaths, front->n_deaths,
			 front->n_deaths == 1 ? "" : "s", put_ns(p->median_ns, median, sizeof(median)),
			 put_ns(p->p99_ns, p99, sizeof(p99)), put_ns(p->last_ns, last, sizeof(last)));

	if (p->early)
		n += snprintf(buf + n, size - (size_t)n, "; %d time%s it had given the peer up before",
			      p->early, p->early == 1 ? "" : "s");
	snprintf(buf + n, size - (size_t)n, ".");
}

static void put_mistakes(const struct goal *goal, const struct front_point *p,
			 const struct front *front, char *buf, size_t size)
{
	char alive[NUMBER], most[NUMBER];
	bool unsure = goal->set[FRONT_MISTAKES] && p->mistakes_day <= goal->limit[FRONT_MISTAKES] &&
		      p->mistakes_day_most > goal->limit[FRONT_MISTAKES];
	int n = snprintf(buf, size, "It made %llu mistake%s in %s of watching a living peer (%d trial%s in "
			 "%d control%s): with 95 %% confidence at most %s a day",
			 (unsigned long long)p->mistakes, p->mistakes == 1 ? "" : "s",
			 text_time(p->alive_ns, 3, alive, sizeof(alive)), p->controls,
			 p->controls == 1 ? "" : "s", front->n_controls, front->n_controls == 1 ? "" : "s",
			 rates_text(p->mistakes_day_most, most, sizeof(most)));

	snprintf(buf + n, size - (size_t)n, "%s", unsure ? ", which is more than the goal: a longer control "
		 "would tell, or more phases where packets are drawn by lot." : ".");
}

void goal_put(const struct goal *goal, const struct front *front, const struct goal_answer *answer,
	      const char *again, const struct style *style)
{
	char text[SENTENCES];

	if (!answer->point) {
		snprintf(text, sizeof(text), "No tuning was measured in every scenario; none can be said to "
			 "meet %s.", goal->text);
		text_wrap(style, TONE_WARN, text, 0, true);
		return;
	}
	put_head(goal, front, answer, text, sizeof(text));
	text_wrap(style, answer->n_met ? TONE_GOOD : TONE_WARN, text, 0, true);
	put_deaths(answer->point, front, text, sizeof(text));
	text_wrap(style, TONE_PLAIN, text, 0, true);
	put_mistakes(goal, answer->point, front, text, sizeof(text));
	text_wrap(style, TONE_PLAIN, text, 0, true);
	if (again[0])
		fprintf(style->out, "To confirm it with another seed:\n  %s\n", again);
}

static void put_limits(const struct goal *goal, struct emit *emit)
{
	static const char *const keys[FRONT_NUMBERS] = {
		[FRONT_MEDIAN] = "median_ns", [FRONT_P99] = "p99_ns",
		[FRONT_MISTAKES] = "mistakes_per_day", [FRONT_PACKETS] = "packets_per_hour",
	};

	emit_key(emit, "limits");
	emit_object(emit);
	for (int i = 0; i < FRONT_NUMBERS; i++) {
		if (!goal->set[i])
			continue;
		emit_key(emit, keys[i]);
		emit_real_exact(emit, goal->limit[i]);
	}
	emit_object_end(emit);
}

void goal_json(const struct goal *goal, const struct goal_answer *answer, const char *again,
	       struct emit *emit)
{
	emit_object(emit);
	member_string(emit, "text", goal->text);
	put_limits(goal, emit);
	member_bool(emit, "met", answer->n_met > 0);
	member_int(emit, "tunings_that_meet", answer->n_met);
	member_int(emit, "tunings_that_surely_meet", answer->n_sure);
	emit_key(emit, "tuning");
	if (answer->point)
		front_json_point(answer->point, emit);
	else
		emit_null(emit);
	member_text(emit, "worst", answer->point && !answer->n_met ? names[answer->worst] : NULL);
	member_text(emit, "again", again);
	emit_object_end(emit);
}
