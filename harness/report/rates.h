/* SPDX-License-Identifier: MIT */
#ifndef REPORT_RATES_H
#define REPORT_RATES_H

#include "report/report.h"

/*
 * What a method cost, and how often it was wrong, over all phases of a cell: counts and times are
 * added up first and divided after, so that a phase that was watched for longer counts for more.
 *
 * Cost: what TCP sent and received on the connection while it was watched (results/
 * record.schema.json), whoever caused it. Mistakes: Chen, Toueg and Aguilera, "On the quality of
 * service of failure detectors", IEEE Transactions on Computers 51(5), 2002.
 */
struct report_rates {
	uint64_t packets_out, packets_in, bytes_out, bytes_in, wakeups, messages;
	int64_t watched_ns; /* 0: nothing was watched */

	int64_t alive_ns; /* 0: nothing alive was watched */
	uint64_t mistakes;
	int64_t mistaken_ns;
	int open; /* phases whose last mistake had not ended: their length is a lower bound */
};

struct report_rates report_rates(const struct report *report, const struct report_cell *cell);

/* @count in @ns, for each hour. */
double rates_per_hour(uint64_t count, int64_t ns);

/* Mistake rate, mean duration and query accuracy: λ_M a day, T_M in ns (0 without mistakes), P_A. */
double rates_per_day(const struct report_rates *rates);
int64_t rates_duration_ns(const struct report_rates *rates);
double rates_accuracy(const struct report_rates *rates);

/* Three significant digits: "0", "0.125", "3600", "86.4 k", "1.23 M". */
char *rates_text(double rate, char *buf, size_t size);

/* "100 %", "70 %", "99.930 %", "99.99981 %", "> 99.999 %": as many digits as it takes to show two of
 * what is missing, up to five. */
char *rates_accuracy_text(double accuracy, char *buf, size_t size);

#endif
