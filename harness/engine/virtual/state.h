/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_VIRTUAL_STATE_H
#define ENGINE_VIRTUAL_STATE_H

#include <stdint.h>

#include "netns/err.h"

/*
 * Sets the clock in a saved state of QEMU to what it was when the guest stopped, in nanoseconds of
 * QEMU's virtual clock. @fd: the state, open for reading and writing. -EPROTO when no clock is where
 * QEMU puts it, or when that clock is behind @stopped_ns: no machine goes back in time.
 */
int state_set_clock(int fd, int64_t stopped_ns, struct err *err);

#endif
