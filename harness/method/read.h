/* SPDX-License-Identifier: MIT */
#ifndef METHOD_READ_H
#define METHOD_READ_H

#include "method/method.h"

/* Blocking recv(2) until it returns 0 or an error other than EINTR; writes what was seen. Shared
 * by the methods that differ only in what the kernel does meanwhile. */
void read_until_end(struct watch *watch);

#endif
