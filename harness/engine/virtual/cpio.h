/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_VIRTUAL_CPIO_H
#define ENGINE_VIRTUAL_CPIO_H

#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

/*
 * Writes an initramfs: cpio in the "newc" form
 * (Documentation/driver-api/early-userspace/buffer-format.rst of the kernel). Owners are root and
 * times are zero, so that the same contents give the same bytes. Errors stay in the stream's error
 * flag: ask ferror(3) or fclose(3) at the end.
 */

struct cpio {
	FILE *out;
	unsigned inode;
};

/* @name without a leading slash; a directory goes before what is in it. */
void cpio_file(struct cpio *cpio, const char *name, mode_t mode, const void *bytes, size_t len);
void cpio_dir(struct cpio *cpio, const char *name, mode_t mode);
void cpio_char_device(struct cpio *cpio, const char *name, mode_t mode, unsigned major,
		      unsigned minor);
/* The trailer; call it once. */
void cpio_end(struct cpio *cpio);

#endif
