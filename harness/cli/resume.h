/* SPDX-License-Identifier: MIT */
#ifndef CLI_RESUME_H
#define CLI_RESUME_H

#include "cli/sink.h"
#include "plan/plan.h"

/*
 * Opens what a run that was ended has left in @path, to go on behind it: *done labs of the plan are
 * there to the last trial and stay; what there is of the next one is cut off and will be run again.
 * A file that is not there yet is a new one. @command, seed, phases and version must be those of
 * the file: -EINVAL and a sentence, and the file is as it was.
 */
int resume_open(struct sink *sink, const char *path, const struct plan *plan, const char *command,
		int *done, struct err *err);

#endif
