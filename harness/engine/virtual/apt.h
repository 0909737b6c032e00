/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_VIRTUAL_APT_H
#define ENGINE_VIRTUAL_APT_H

#include <limits.h>

#include "netns/err.h"

/*
 * Debian's archive without root and without touching the system: apt with a configuration of its
 * own, in a directory of our own. apt checks signatures and hashes as always.
 */

struct apt {
	char dir[PATH_MAX]; /* ours; packages are downloaded into it */
};

enum { APT_NAME_MAX = 128 };

/* With the lists that the system has. */
int apt_open(struct apt *apt, const char *dir, struct err *err);

/* With the lists of @suite alone ("trixie-backports"), from the mirror that the system uses. Needs
 * the network. */
int apt_open_suite(struct apt *apt, const char *dir, const char *suite, struct err *err);

/* The newest package whose name starts with @prefix and ends with @suffix: what is between goes to
 * @middle. -ENOENT when there is none. */
int apt_newest(const struct apt *apt, const char *prefix, const char *suffix,
	       char middle[APT_NAME_MAX], struct err *err);

/* Downloads and checks. */
int apt_download(const struct apt *apt, const char *package, struct err *err);

#endif
