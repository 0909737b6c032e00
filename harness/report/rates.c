/* SPDX-License-Identifier: MIT */
#include "report/rates.h"

#include <math.h>
#include <stdio.h>

#define NS_PER_HOUR 3600e9
#define NS_PER_DAY  86400e9

struct report_rates report_rates(const struct report *report, const struct report_cell *cell)
{
	struct report_rates r = { 0 };

	for (int i = 0; i < cell->n; i++) {
		const struct record_trial *t = &report->file->trials[cell->trials[i]];

		r.packets_out += t->packets_out;
		r.packets_in += t->packets_in;
		r.bytes_out += t->bytes_out;
		r.bytes_in += t->bytes_in;
		r.wakeups += t->wakeups;
		r.messages += t->messages;
		r.watched_ns += t->watched_ns;
		r.alive_ns += t->alive_ns;
		r.mistakes += t->mistakes;
		r.mistaken_ns += t->mistaken_ns;
		r.open += t->mistake_open;
	}
	return r;
}

double rates_per_hour(uint64_t count, int64_t ns)
{
	return ns > 0 ? (double)count * NS_PER_HOUR / (double)ns : 0;
}

double rates_per_day(const struct report_rates *rates)
{
	return rates->alive_ns > 0 ? (double)rates->mistakes * NS_PER_DAY / (double)rates->alive_ns : 0;
}

int64_t rates_duration_ns(const struct report_rates *rates)
{
	return rates->mistakes ? rates->mistaken_ns / (int64_t)rates->mistakes : 0;
}

double rates_accuracy(const struct report_rates *rates)
{
	return rates->alive_ns > 0 ? 1 - (double)rates->mistaken_ns / (double)rates->alive_ns : 1;
}

char *rates_text(double rate, char *buf, size_t size)
{
	const char *unit = "";

	if (rate >= 999500) {
		rate /= 1e6;
		unit = " M";
	} else if (rate >= 9999.5) {
		rate /= 1e3;
		unit = " k";
	}
	/* 3600 has four: a count below ten thousand is not cut. */
	if (rate == 0)
		snprintf(buf, size, "0");
	else if (rate >= 99.95)
		snprintf(buf, size, "%.0f%s", rate, unit);
	else
		snprintf(buf, size, "%.*f%s", rate >= 9.995 ? 1 : rate >= 0.9995 ? 2 : 3, rate, unit);
	return buf;
}

char *rates_accuracy_text(double accuracy, char *buf, size_t size)
{
	double missing = 1 - accuracy;
	int decimals = missing > 0 ? (int)ceil(-log10(missing)) - 1 : 0;

	if (missing <= 0)
		snprintf(buf, size, "100 %%");
	else if (decimals > 5)
		snprintf(buf, size, "> 99.999 %%");
	else
		snprintf(buf, size, "%.*f %%", decimals < 0 ? 0 : decimals, accuracy * 100);
	return buf;
}
