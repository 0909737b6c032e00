/* SPDX-License-Identifier: MIT */
#include "theory/wheel.h"

#include "base/clock.h"

/*
 * LVL_SIZE is 64 and each level is 8 times coarser than the one below: LVL_START(n) is
 * 63 << 3(n-1), and calc_index() rounds the expiry up to the next bucket, even when it already
 * stands on one. The last level (9 deep at HZ > 100) reaches beyond a day and is not modelled.
 */
enum { LVL_LAST = 63, LVL_CLK_SHIFT = 3, LVL_DEPTH = 9 };

int64_t wheel_granule(int64_t j)
{
	int level = 0;

	while (level < LVL_DEPTH - 1 && j >= (int64_t)LVL_LAST << (LVL_CLK_SHIFT * level))
		level++;
	return INT64_C(1) << (LVL_CLK_SHIFT * level);
}

int64_t wheel_fires(int64_t now, int64_t j)
{
	int64_t granule = wheel_granule(j);

	return ((now + j) / granule + 1) * granule;
}

int64_t wheel_to_ns(int64_t jiffies, int hz)
{
	return jiffies * (NS_PER_S / hz);
}

int64_t wheel_from_ns(int64_t ns, int hz)
{
	int64_t tick = NS_PER_S / hz;

	return (ns + tick - 1) / tick;
}
