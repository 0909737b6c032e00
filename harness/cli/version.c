/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

#ifndef DEADPEER_VERSION
#define DEADPEER_VERSION "unknown"
#endif

const char *const cli_version = DEADPEER_VERSION;
