/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_VIRTUAL_TOOL_H
#define ENGINE_VIRTUAL_TOOL_H

#include <stddef.h>

#include "netns/err.h"

/*
 * Runs a program of the system in @cwd and waits for it; it dies with us. Its standard output goes
 * to *@out (free(3) it; NUL-terminated, and *@size bytes), or nowhere when @out is NULL; @size may
 * be NULL. -ENOENT when there is no such program; -EIO
 * and its last line on standard error when it fails.
 */
int tool_run(const char *const argv[], const char *cwd, char **out, size_t *size,
	     struct err *err);

#endif
