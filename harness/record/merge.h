/* SPDX-License-Identifier: MIT */
#ifndef RECORD_MERGE_H
#define RECORD_MERGE_H

#include <stdbool.h>

#include "record/record.h"

/*
 * Files of records that shares of one plan left become one, as if one machine had run it all: one
 * run line for each world, its trials in the order of the plan (record_trial.index). A trial that
 * several files hold alike is taken once, so that it does not matter in which order files are
 * named, nor how often. `started` is the earliest.
 *
 * -EINVAL and a sentence: the worlds differ (unless @mixed, which keeps them side by side), two
 * files hold the same trial with different outcomes, or two plans are mixed up (the same place with
 * another id). @names are what to call the files.
 */
int record_merge(const struct record_file *files, const char *const *names, int n, bool mixed,
		 struct record_file *out, struct err *err);

/* Of how many trials that the plan had before the last one there is, some are missing; in @first
 * the index of the first. */
int record_missing(const struct record_file *file, int run, int *first);

/* Do two runs belong together: all of their facts but when they were started. In @what the key
 * that differs, and its values. */
bool record_same_run(const struct record_run *a, const struct record_run *b, char *what,
		     size_t size);

#endif
