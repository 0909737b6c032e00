/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_VIRTUAL_MODULES_H
#define ENGINE_VIRTUAL_MODULES_H

#include <stddef.h>

#include "netns/err.h"

/*
 * Which of a kernel's modules the guest gets, and in which order. Sources, in /lib/modules/RELEASE:
 * modules.builtin (part of every package), modules.dep (made by depmod when a package is
 * installed); in a package that was only unpacked, the "depends=" that each module carries itself.
 */

struct modules {
	char **path; /* absolute, a module after those it needs */
	size_t n;
};

/* -ENOENT and the name of a module that the lab cannot do without and that is neither there nor
 * built in. */
int modules_resolve(const char *dir, struct modules *out, struct err *err);

/* Writes a modules.dep of what the lab needs when @dir, which is ours, has none. */
int modules_prepare(const char *dir, struct err *err);

void modules_free(struct modules *modules);

#endif
