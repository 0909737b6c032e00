/* SPDX-License-Identifier: MIT */
#ifndef REPORT_GOAL_H
#define REPORT_GOAL_H

#include "report/front.h"

/*
 * What a tuning has to reach: "p99<=10s, mistakes<=1/day, loss=5%". The cheapest one that does,
 * counted in packets an hour, is the answer. Of many tunings the one that looks best was also the
 * luckiest: those come first whose bound of mistakes (FRONT_CONFIDENCE) is within the limit as
 * well, and whose last detection would be with one step of the phases more. Where none does, the
 * one that comes nearest is named, which is the one whose worst number is the smallest factor
 * beyond its limit.
 */

enum { GOAL_TEXT = 256 };

struct goal {
	char text[GOAL_TEXT];           /* as given */
	bool set[FRONT_NUMBERS];
	double limit[FRONT_NUMBERS];    /* ns, ns, a day, an hour */
	char link[GOAL_TEXT];           /* the wire that is asked for: "loss=5%"; "": as it is */
};

/* Words of the form NAME=VALUE are the wire's and go into goal->link as they are, for the one who sets
 * it to check. -EINVAL and a sentence. */
int goal_parse(const char *text, struct goal *goal, struct err *err);

struct goal_answer {
	const struct front_point *point; /* the cheapest that meets it, or the nearest; NULL: none was
					  * measured */
	int n_met;                       /* tunings that meet it, as measured */
	int n_sure;                      /* of them: also with these margins */
	enum front_number worst;         /* of the nearest: the number that is furthest beyond, */
	double factor;                   /* this many times its limit; INFINITY: never, or limit 0 */
};

void goal_answer(const struct goal *goal, const struct front *front, struct goal_answer *answer);

/* The answer in sentences, with its evidence. @again: a command that tries the tuning with another
 * seed, or "". */
void goal_put(const struct goal *goal, const struct front *front, const struct goal_answer *answer,
	      const char *again, const struct style *style);

/* {"text":…,"met":true,"tunings_that_meet":34,"tuning":{…},"again":…} */
void goal_json(const struct goal *goal, const struct goal_answer *answer, const char *again,
	       struct emit *emit);

#endif
