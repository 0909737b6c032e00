/* SPDX-License-Identifier: MIT */
#ifndef THEORY_WHEEL_H
#define THEORY_WHEEL_H

#include <stdint.h>

/*
 * The kernel's timer wheel (kernel/time/timer.c). A timer of j jiffies is put into a bucket of
 * granularity 8^L, L the smallest level with j < 63 * 8^L, and its expiry is rounded up:
 * it fires in (j, j + 8^L]. All arithmetic here is in jiffies.
 */

/*
 * LVL_SIZE is 64 and each level is 8 times coarser than the one below: LVL_START(n) is
 * 63 << 3(n-1), and calc_index() rounds the expiry up to the next bucket, even when it already
 * stands on one. The last level (9 deep at HZ > 100) reaches beyond a day and is not modelled.
 */
enum { WHEEL_LAST = 63, WHEEL_CLK_SHIFT = 3, WHEEL_DEPTH = 9 };

/* Log2 of the granule. Theory tries what it does not know, timer by timer, ten thousand times for a
 * lab: hence here, and by the highest bit. Were WHEEL_LAST 64, that would be all. */
static inline int wheel_shift(int64_t j)
{
	int level = j < 64 ? 0 : (63 - __builtin_clzll((uint64_t)j)) / WHEEL_CLK_SHIFT - 1;

	if (level < WHEEL_DEPTH - 1 && j >= (int64_t)WHEEL_LAST << (WHEEL_CLK_SHIFT * level))
		level++;
	return WHEEL_CLK_SHIFT * (level < WHEEL_DEPTH ? level : WHEEL_DEPTH - 1);
}

/* 8^L for a timer of @j jiffies. */
static inline int64_t wheel_granule(int64_t j)
{
	return INT64_C(1) << wheel_shift(j);
}

/* The tick, not before 0, at which a timer armed at tick @now for @j jiffies fires:
 * calc_wheel_index(). */
static inline int64_t wheel_fires(int64_t now, int64_t j)
{
	int shift = wheel_shift(j);

	return (((now + j) >> shift) + 1) << shift;
}

int64_t wheel_to_ns(int64_t jiffies, int hz);

/* As the kernel rounds: msecs_to_jiffies() and usecs_to_jiffies() round up. */
int64_t wheel_from_ns(int64_t ns, int hz);

#endif
