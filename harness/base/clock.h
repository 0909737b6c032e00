/* SPDX-License-Identifier: MIT */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

/*
 * The one clock of the lab: CLOCK_MONOTONIC (clock_gettime(2)) of the kernel that runs the trial,
 * as signed nanoseconds. It never steps and is common to all namespaces and processes.
 */

#define NS_PER_US INT64_C(1000)
#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S  INT64_C(1000000000)

int64_t clock_now_ns(void);

/* Blocks until CLOCK_MONOTONIC reaches @at_ns; resumes after a signal handler. */
void clock_sleep_until(int64_t at_ns);

struct timespec clock_timespec(int64_t ns);

/* Ticks per second of this kernel (CONFIG_HZ), from the resolution of CLOCK_MONOTONIC_COARSE,
 * which is one tick (kernel/time/posix-timers.c: KTIME_LOW_RES = TICK_NSEC). */
int clock_kernel_hz(void);

#endif
