/* SPDX-License-Identifier: MIT */
#ifndef BASE_WHOLE_H
#define BASE_WHOLE_H

#include <errno.h>
#include <stddef.h>
#include <unistd.h>

/* write(2) of all @size bytes, which may be more than a pipe holds while it is being read. 0 or a
 * negative errno. */
static inline int write_whole(int fd, const char *bytes, size_t size)
{
	while (size) {
		ssize_t n = write(fd, bytes, size);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			bytes += n;
			size -= (size_t)n;
		}
	}
	return 0;
}

#endif
