/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_ARTIFACT_H
#define ENGINE_ARTIFACT_H

#include <stddef.h>

#include "netns/err.h"

/*
 * A file that appears whole or not at all: it has no name (O_TMPFILE, open(2)) until it is finished, so
 * that nothing is left of one whose writer was killed. One that is there already is replaced.
 */

/* A descriptor to write to, in the folder @dir, which is made where it is missing; or a negative
 * errno. */
int artifact_begin(const char *dir, struct err *err);

int artifact_write(int fd, const void *bytes, size_t n, struct err *err);

/* Gives it its name and closes it. */
int artifact_end(int fd, const char *dir, const char *name, struct err *err);

#endif
