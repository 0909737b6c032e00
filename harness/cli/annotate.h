/* SPDX-License-Identifier: MIT */
#ifndef CLI_ANNOTATE_H
#define CLI_ANNOTATE_H

#include "record/record.h"
#include "report/compare.h"
#include "scenario/scenario.h"

/*
 * Annotations of GitHub Actions: workflow commands on standard output, "::error
 * file=…,line=…,title=…::message", one for each cell that went wrong, at the line of its method in
 * the scenario's file. GitHub shows ten of a kind for each step, so that a trial each would hide the
 * rest. docs.github.com/actions/reference/workflow-commands-for-github-actions; what is escaped:
 * packages/core/src/command.ts of github.com/actions/toolkit.
 */

#define ANNOTATE_OPTION                                                                         \
	{ "annotations", NULL,                                                                  \
	  "also print what went wrong as annotations of GitHub Actions, at the lines of the "   \
	  "scenarios", 0, false }

/* Cells with failed, invalid or erroneous trials: an error; the worst trial says why. */
void annotate_records(const struct record_file *file, struct scenario *const *scenarios, int n);

/* Cells that regressed are errors, those that are unclear warnings. */
void annotate_compare(const struct compare *compare, struct scenario *const *scenarios, int n);

#endif
