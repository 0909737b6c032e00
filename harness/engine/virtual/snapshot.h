/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_VIRTUAL_SNAPSHOT_H
#define ENGINE_VIRTUAL_SNAPSHOT_H

#include <stdint.h>

#include "netns/err.h"

/*
 * A machine stopped between two instructions, as a directory of the cache: booted, or also with a
 * program that waits. Its name is a hash of all that it depends on: the kernel, the initramfs with
 * the guest's init, QEMU, its arguments and the kernel's, the program. So a change of any of these
 * makes another one.
 *
 *   ram       the memory, MACHINE_RAM bytes, with holes where it is zero
 *   state     everything else, QEMU's migration stream
 *   manifest  text: sizes, hashes and time stamps of the two, and a hash of itself
 *
 * A file whose size and stamps are as the manifest says is believed; one whose stamps differ is
 * read and compared with its hash (a copied cache is fine, a damaged one is not).
 */

struct snapshot {
	int ram, state;      /* open for reading */
	int64_t paused_ns;   /* CLOCK_MONOTONIC of the guest */
	char release[65];    /* uname -r of the guest */
};

/* -ENOENT: there is none. -EUCLEAN and a sentence: it is damaged. */
int snapshot_open(const char *dir, struct snapshot *out, struct err *err);
void snapshot_close(struct snapshot *snapshot);

/* The memory into another file, whose size stays; where it has holes the other is left as it is. */
int snapshot_copy_ram(const struct snapshot *from, int to, struct err *err);

/* Writes one from descriptors of the memory and the state. @dir exists and is empty. */
int snapshot_write(const char *dir, const struct snapshot *from, struct err *err);

#endif
