/* SPDX-License-Identifier: MIT */
#ifndef CLI_REPLACE_H
#define CLI_REPLACE_H

#include <stddef.h>

#include "netns/err.h"

/*
 * Gives the file @path a new content at once: a reader sees the old one or the new one, never half
 * of it, and a process that is killed on the way leaves no other file. What is not a regular file
 * (a pipe, /dev/stdout) is simply written to. 0, or a negative errno and a sentence.
 */
int replace_file(const char *path, const char *text, size_t n, struct err *err);

#endif
