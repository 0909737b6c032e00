/* SPDX-License-Identifier: MIT */
#ifndef REPORT_FRONT_H
#define REPORT_FRONT_H

#include <stdbool.h>
#include <stdint.h>

#include "record/emit.h"
#include "record/record.h"
#include "report/report.h"

/*
 * What each tuning (a method with its options) is worth, from records alone, and which tunings no
 * other beats: the Pareto front of four numbers, each the less the better.
 *
 *   median, p99   of the detection times, over all phases of all scenarios in which something dies.
 *                 A death that was not noticed by the horizon counts as never, and so does one before
 *                 which the method had raised an alarm that it did not take back.
 *   mistakes      a day (report/rates.h), where nothing dies
 *   packets       an hour, sent and received, where nothing dies: what watching costs while all is
 *                 well. The traffic of the scenario itself is in it, the same for every tuning.
 *
 * A scenario is a death where a trial ended as `detected` or `missed`, a control where it ended as
 * `quiet` or `false_alarm` and none as those (trial/verdict.h decides it by the fault's effect).
 */

enum front_number { FRONT_MEDIAN, FRONT_P99, FRONT_MISTAKES, FRONT_PACKETS, FRONT_NUMBERS };

#define FRONT_NEVER      INT64_MAX
#define FRONT_CONFIDENCE 0.95 /* of the bound of the rate of mistakes */

struct front_point {
	const char *method, *options;
	int deaths;                        /* trials in which something died */
	int noticed, missed, early;        /* of them; early: the alarm stood before the death */
	int64_t median_ns, p99_ns; /* FRONT_NEVER: too many were not noticed */
	int64_t first_ns, last_ns; /* of those noticed */
	int controls;                      /* trials in which nothing died */
	uint64_t mistakes, packets;        /* of those */
	int64_t alive_ns, watched_ns;
	double mistakes_day, mistakes_day_most; /* as counted; with FRONT_CONFIDENCE at most */
	double packets_hour;
	int left_out; /* trials that were skipped, invalid or in error */
	int failed;   /* trials that theory does not allow */
	bool whole;   /* something was measured in every scenario: it can be compared */
	bool front;
	double number[FRONT_NUMBERS]; /* as they are compared and shown: three significant digits, so
				       * that less than that is not an advantage; INFINITY: never */
};

struct front {
	int n;
	struct front_point *points; /* in the order of the report's rows */
	int n_deaths, n_controls;   /* scenarios */
	const char **deaths, **controls;
	int n_front, n_beaten, n_blind, n_unmeasured; /* blind: p99 is never */
	int *order; /* of points: by p99, median, packets, mistakes */
};

/* @report must outlive it. 0 or -ENOMEM. */
int front_make(const struct report *report, struct front *front, struct err *err);
void front_free(struct front *front);

/* "keepalive idle=5s,intvl=1s,cnt=3". Returns @buf. */
char *front_name(const struct front_point *point, char *buf, size_t size);

/* The front, soonest first, and how many are not on it, and why. @link: the wire that was set for all
 * scenarios, or "". */
void front_table(const struct front *front, const char *link, const struct style *style);

/* A tuning as an object; and the members "link", "deaths", "controls" and "tunings" into an object
 * that the caller has opened. */
void front_json_point(const struct front_point *point, struct emit *emit);
void front_json(const struct front *front, const char *link, struct emit *emit);

#endif
