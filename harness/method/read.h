/* SPDX-License-Identifier: MIT */
#ifndef METHOD_READ_H
#define METHOD_READ_H

#include <sys/types.h>

#include "method/method.h"

/* Blocking recv(2) until it returns 0 or an error other than EINTR; writes what was seen. Shared
 * by the methods that differ only in what the kernel does meanwhile. */
void read_until_end(struct watch *watch);

/* Reads all there is without waiting; each piece goes to @take (NULL: nobody) with the time it was
 * read, and then to watch_data(). False when the connection has ended, and saw is written. */
bool read_available(struct watch *watch,
		    void (*take)(void *arg, const char *bytes, ssize_t n, int64_t now), void *arg);

#endif
