/* SPDX-License-Identifier: MIT */
#include "cli/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/sink.h"

/*
 * Theory of operation
 * ===================
 * The text is written to a file without a name (O_TMPFILE, open(2)), which is gone when its writer
 * dies. Complete, it gets the name @path if that is free; otherwise a name beside it, which
 * rename(2) then puts in the place of the old file. Where a file system has no O_TMPFILE (overlayfs
 * of old, NFS), the file has the name beside it from the start.
 */

/* The open file @fd gets a name. */
static int name_it(int fd, const char *path)
{
	char self[64];

	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	return linkat(AT_FDCWD, self, AT_FDCWD, path, AT_SYMLINK_FOLLOW) ? -errno : 0;
}

static int put_in_place(const char *beside, const char *path)
{
	int ret = rename(beside, path) ? -errno : 0;

	if (ret)
		unlink(beside);
	return ret;
}

static int unnamed(const char *folder, const char *beside, const char *path, const char *text,
		   size_t n)
{
	int fd = open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666), ret;

	if (fd < 0)
		return -errno;
	ret = sink_write_all(fd, text, n);
	if (!ret)
		ret = name_it(fd, path);
	if (ret == -EEXIST) {
		ret = name_it(fd, beside);
		if (!ret)
			ret = put_in_place(beside, path);
	}
	close(fd);
	return ret;
}

static int named(const char *beside, const char *path, const char *text, size_t n)
{
	int fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666), ret;

	if (fd < 0)
		return -errno;
	ret = sink_write_all(fd, text, n);
	close(fd);
	if (!ret)
		return put_in_place(beside, path);
	unlink(beside);
	return ret;
}

static int write_through(const char *path, const char *text, size_t n)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), ret;

	if (fd < 0)
		return -errno;
	ret = sink_write_all(fd, text, n);
	close(fd);
	return ret;
}

static int replace_real(const char *path, const char *text, size_t n)
{
	const char *slash = strrchr(path, '/');
	char folder[PATH_MAX], beside[PATH_MAX];
	struct stat st;
	int ret;

	if (slash)
		snprintf(folder, sizeof(folder), "%.*s/", (int)(slash - path), path);
	else
		snprintf(folder, sizeof(folder), ".");
	if (snprintf(beside, sizeof(beside), "%s.%d.new", path, (int)getpid()) >= (int)sizeof(beside))
		return -ENAMETOOLONG;
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return write_through(path, text, n);
	ret = unnamed(folder, beside, path, text, n);
	if (ret == -EOPNOTSUPP || ret == -EISDIR || ret == -EINVAL)
		return named(beside, path, text, n);
	return ret;
}

int replace_file(const char *path, const char *text, size_t n, struct err *err)
{
	char *real = realpath(path, NULL); /* a link stays, and leads to the new content */
	int ret = replace_real(real ? real : path, text, n);

	free(real);
	return ret ? err_sys(err, -ret, "cannot write %s", path) : 0;
}
