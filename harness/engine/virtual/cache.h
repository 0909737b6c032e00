/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_VIRTUAL_CACHE_H
#define ENGINE_VIRTUAL_CACHE_H

#include <limits.h>
#include <stddef.h>

#include "netns/err.h"

/*
 * The cache directory: $XDG_CACHE_HOME/deadpeer, else $HOME/.cache/deadpeer, else (no home that
 * can be written, as for nobody) /var/tmp/deadpeer-UID.
 *
 *   lock                 flock(2)ed by whoever builds something
 *   build.XXXXXX/        being built; whoever holds the lock and finds one removes it: its builder
 *                        is dead
 *   kernels/RELEASE/     boot/ and lib/modules/RELEASE/, from a package
 *   snapshots/KEY/       see snapshot.h: kernels that have booted
 *   loaded/KEY/          likewise, with a program that has made itself ready
 *
 * An entry gets its name by rename(2) when it is complete, so readers need no lock.
 */

/* Makes it when it is not there. */
int cache_dir(char dir[PATH_MAX], struct err *err);

/* "DIR/sub", or -ENAMETOOLONG. */
int cache_path(char path[PATH_MAX], const char *sub, struct err *err);

/* Waits for the lock, and removes what dead builders left. The lock is a descriptor: close it. */
int cache_lock(struct err *err);

/* With the lock held: an empty directory to build in, and its new name @sub under the cache. What
 * had that name before is removed. */
int cache_build(char build[PATH_MAX], struct err *err);
int cache_commit(const char *build, const char *sub, struct err *err);

/* With the lock held: leaves the @keep entries of the directory @sub that were used last,
 * and those that cache_use() was told of in the last CACHE_IN_USE_S: somebody may be about to use
 * them again. */
#define CACHE_IN_USE_S 900
void cache_prune(const char *sub, size_t keep);

/* It was used just now: others are older. */
void cache_use(const char *path);

/* rm -r; what cannot be removed stays. */
void cache_remove(const char *path);

/* mkdir -p of everything before the last slash of @path. */
int cache_mkdirs(const char *path, struct err *err);

#endif
