/* SPDX-License-Identifier: MIT */
#include <stdbool.h>
#include <string.h>

#include "report/report.h"

/*
 * The virtual time of a run. All trials of a lab share one guest and one clock: what counts is the
 * lab's span on that clock, from the first connection armed to the last one that noticed or was
 * given up, and not the sum over its connections. Booting, building the lab and taking it down
 * again are left out. Records come lab by lab, so that a lab ends where the scenario changes.
 */

static bool same_lab(const struct record_file *file, int i, int j)
{
	return file->trial_run[i] == file->trial_run[j] &&
	       strcmp(file->trials[i].scenario, file->trials[j].scenario) == 0 &&
	       strcmp(file->trials[i].family, file->trials[j].family) == 0;
}

struct report_covered report_covered(const struct record_file *file)
{
	struct report_covered covered = { 0 };
	int64_t first_ns = INT64_MAX, last_ns = INT64_MIN;

	for (int i = 0; i < file->n_trials; i++) {
		const struct record_trial *t = &file->trials[i];
		bool counts = strcmp(file->runs[file->trial_run[i]].engine, "virtual") == 0 &&
			      t->armed_ns != RECORD_NULL && t->watched_ns > 0;

		if (counts && t->armed_ns < first_ns)
			first_ns = t->armed_ns;
		if (counts && t->armed_ns + t->watched_ns > last_ns)
			last_ns = t->armed_ns + t->watched_ns;
		if (i + 1 < file->n_trials && same_lab(file, i, i + 1))
			continue;
		if (last_ns > first_ns) {
			covered.labs++;
			covered.ns += last_ns - first_ns;
		}
		first_ns = INT64_MAX;
		last_ns = INT64_MIN;
	}
	return covered;
}
