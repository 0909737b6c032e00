/* SPDX-License-Identifier: MIT */
#include "theory/wheel.h"

#include "base/clock.h"

int64_t wheel_to_ns(int64_t jiffies, int hz)
{
	return jiffies * (NS_PER_S / hz);
}

int64_t wheel_from_ns(int64_t ns, int hz)
{
	int64_t tick = NS_PER_S / hz;

	return (ns + tick - 1) / tick;
}
