/* SPDX-License-Identifier: MIT */
#include "engine/artifact.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int artifact_begin(const char *dir, struct err *err)
{
	int fd;

	if (mkdir(dir, 0777) && errno != EEXIST)
		return err_sys(err, errno, "cannot make the folder %s", dir);
	fd = open(dir, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
	return fd < 0 ? err_sys(err, errno, "cannot write into %s", dir) : fd;
}

int artifact_write(int fd, const void *bytes, size_t n, struct err *err)
{
	const char *from = bytes;

	while (n > 0) {
		ssize_t done = write(fd, from, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return err_sys(err, errno, "cannot write");
		from += done;
		n -= (size_t)done;
	}
	return 0;
}

int artifact_end(int fd, const char *dir, const char *name, struct err *err)
{
	char from[32], to[4096];
	int ret = 0;

	snprintf(from, sizeof(from), "/proc/self/fd/%d", fd);
	if ((size_t)snprintf(to, sizeof(to), "%s/%s", dir, name) >= sizeof(to))
		ret = err_set(err, ENAMETOOLONG, "the name %s is too long", name);
	if (!ret && unlink(to) && errno != ENOENT)
		ret = err_sys(err, errno, "cannot replace %s", to);
	if (!ret && linkat(AT_FDCWD, from, AT_FDCWD, to, AT_SYMLINK_FOLLOW))
		ret = err_sys(err, errno, "cannot name %s", to);
	close(fd);
	return ret;
}
