/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_VIRTUAL_FREEZE_H
#define ENGINE_VIRTUAL_FREEZE_H

#include <limits.h>
#include <stdint.h>

#include "engine/virtual/snapshot.h"
#include "engine/virtual/virtual.h"

/* What a snapshot is made of, and where in the cache it lies: SHELF/KEY. */
struct freeze {
	const char *shelf;
	uint64_t key;

	/* A kernel to boot … */
	int kernel, initrd;
	/* … or another snapshot, and what to do in it. NULL: boot. */
	const char *from;
	const struct virtual_job *job;
};

/*
 * Makes sure that the snapshot is in the cache, whole. Gives its directory, and what the guest's
 * kernel calls itself. Errors as of virtual_finish().
 */
int freeze_ensure(const struct freeze *freeze, char dir[PATH_MAX], char release[65],
		  struct err *err);

#endif
