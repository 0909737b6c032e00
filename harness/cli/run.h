/* SPDX-License-Identifier: MIT */
#ifndef CLI_RUN_H
#define CLI_RUN_H

#include "cli/cli.h"
#include "report/report.h"

/* The exit status for what the trials came to. */
int run_status(const struct report_totals *totals);

#endif
