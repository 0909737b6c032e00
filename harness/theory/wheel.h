/* SPDX-License-Identifier: MIT */
#ifndef THEORY_WHEEL_H
#define THEORY_WHEEL_H

#include <stdint.h>

/*
 * The kernel's timer wheel (kernel/time/timer.c). A timer of j jiffies is put into a bucket of
 * granularity 8^L, L the smallest level with j < 63 * 8^L, and its expiry is rounded up:
 * it fires in (j, j + 8^L]. All arithmetic here is in jiffies.
 */

/* 8^L for a timer of @j jiffies. */
int64_t wheel_granule(int64_t j);

/* The tick at which a timer armed at tick @now for @j jiffies fires: calc_wheel_index(). */
int64_t wheel_fires(int64_t now, int64_t j);

int64_t wheel_to_ns(int64_t jiffies, int hz);

/* As the kernel rounds: msecs_to_jiffies() and usecs_to_jiffies() round up. */
int64_t wheel_from_ns(int64_t ns, int hz);

#endif
