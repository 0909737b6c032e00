/* SPDX-License-Identifier: MIT */
#ifndef REPORT_SUMMARISE_H
#define REPORT_SUMMARISE_H

#include <stdbool.h>

#include "netns/err.h"
#include "record/record.h"
#include "record/summary.h"

/* Records to cells, and which of them are meant: FILE@kernel=6.1@method=keepalive. */

enum pick_key {
	PICK_FAMILY, PICK_SCENARIO, PICK_METHOD, PICK_OPTIONS, PICK_ENGINE, PICK_KERNEL, PICK_COUNT
};

extern const char *const pick_names[PICK_COUNT + 1];

/* NULL: any. A kernel may be given by its series ("6.1"), options by some of them ("cnt=3"). */
struct pick {
	const char *value[PICK_COUNT];
};

/* Cuts "@key=value…" off @text and parses it, in place. -EINVAL and a sentence. */
int pick_parse(char *text, struct pick *pick, struct err *err);

/* One key's text of a cell. */
const char *pick_text(const struct summary_cell *cell, enum pick_key key);

/* Whether the release of a kernel ("6.1.0-56-cloud-amd64") is of a series ("6.1"), or is it. */
bool pick_kernel(const char *release, const char *series);

bool pick_takes(const struct pick *pick, const struct summary_cell *cell);

/* All cells of a file, in order. 0 or -ENOMEM. */
int summarise(const struct record_file *file, struct summary *out, struct err *err);

/* Leaves out what is not picked. */
void summarise_keep(struct summary *summary, const struct pick *pick);

/* No more times than a baseline keeps. */
void summarise_thin(struct summary_cell *cell);

#endif
