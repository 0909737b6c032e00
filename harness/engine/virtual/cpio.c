/* SPDX-License-Identifier: MIT */
#include "engine/virtual/cpio.h"

#include <string.h>
#include <sys/stat.h>

static void pad(FILE *out, size_t written)
{
	static const char zero[4];

	fwrite(zero, 1, -written & 3, out);
}

static void entry(struct cpio *cpio, const char *name, mode_t mode, unsigned major, unsigned minor,
		  const void *bytes, size_t len)
{
	size_t name_len = strlen(name) + 1;
	int header;

	/* magic ino mode uid gid nlink mtime filesize maj min rmaj rmin namesize chksum */
	header = fprintf(cpio->out, "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X",
			 ++cpio->inode, (unsigned)mode, 0u, 0u, 1u, 0u, (unsigned)len, 0u, 0u, major,
			 minor, (unsigned)name_len, 0u);
	fwrite(name, 1, name_len, cpio->out);
	pad(cpio->out, (size_t)header + name_len);
	if (len)
		fwrite(bytes, 1, len, cpio->out);
	pad(cpio->out, len);
}

void cpio_file(struct cpio *cpio, const char *name, mode_t mode, const void *bytes, size_t len)
{
	entry(cpio, name, S_IFREG | mode, 0, 0, bytes, len);
}

void cpio_dir(struct cpio *cpio, const char *name, mode_t mode)
{
	entry(cpio, name, S_IFDIR | mode, 0, 0, NULL, 0);
}

void cpio_char_device(struct cpio *cpio, const char *name, mode_t mode, unsigned major,
		      unsigned minor)
{
	entry(cpio, name, S_IFCHR | mode, major, minor, NULL, 0);
}

void cpio_end(struct cpio *cpio)
{
	entry(cpio, "TRAILER!!!", 0, 0, 0, NULL, 0);
}
