/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_VIRTUAL_GUEST_GUEST_H
#define ENGINE_VIRTUAL_GUEST_GUEST_H

#include "engine/virtual/box.h"

/*
 * deadpeer-init: the first and only program of the guest, static, without a shell beside it. A
 * step that fails ends the guest with one sentence for the host; no function here returns an error.
 */

/* The box, mapped by box_open(); NULL before. */
extern struct box_head *box;

/* Finds and maps the box and takes the right to write I/O ports. Needs /sys. */
void box_open(void);

/* One slot of @len bytes (at most BOX_SLOT_MAX), then the bell. Blocks while the host is behind. */
void box_send(enum box_stream stream, const char *text, uint32_t len);

/* Stops the machine at exactly this instruction, for the snapshot. */
void box_pause(void);

/* Ends the guest. Does not return. */
_Noreturn void box_exit(enum box_end end, int status);

/* Ends the guest with a sentence, through the box or, before box_open(), on the console. @code: a
 * positive errno to add, or 0. */
_Noreturn void guest_die(int code, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Mounts, kernel modules in the order of /modules/order, sysctls; and a random pool that is ready. */
void setup_mounts(void);
void setup_modules(void);
void setup_sysctls(void);
/* Adds @seed to the kernel's random pool and makes every generator start again from it. */
void setup_seed(uint64_t seed);

/* Unpacks the job's files, if it has any, and returns. */
void job_unpack(void);
/* Starts the program and returns when it says that it is ready. */
void job_load(void);
/* Starts it, or lets it go on, at @start_ns (CLOCK_MONOTONIC), passes its output on, and ends the
 * guest with it. */
_Noreturn void job_run(int64_t start_ns);

int64_t guest_now_ns(void);

#endif
