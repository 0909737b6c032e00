/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include "theory/wheel.h"

/* The granules of kernel-timing at HZ=250: 4 ms below 0.252 s, 32 ms to 2 s, 256 ms to 16 s, ... */
Test(wheel, granule_follows_the_levels)
{
	cr_assert_eq(wheel_granule(1), 1);
	cr_assert_eq(wheel_granule(62), 1);
	cr_assert_eq(wheel_granule(63), 8);
	cr_assert_eq(wheel_granule(503), 8);
	cr_assert_eq(wheel_granule(504), 64);
	cr_assert_eq(wheel_granule(4031), 64);
	cr_assert_eq(wheel_granule(4032), 512);
	cr_assert_eq(wheel_granule(1800000), 32768);
}

Test(wheel, never_early_and_at_most_a_granule_late)
{
	static const int64_t waits[] = { 1, 62, 63, 250, 504, 750, 5000, 18750, 1800000 };

	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		int64_t j = waits[i], granule = wheel_granule(j);

		for (int64_t now = 7 * granule; now < 8 * granule; now += 1 + granule / 97) {
			int64_t waited = wheel_fires(now, j) - now;

			cr_assert_gt(waited, j);
			cr_assert_leq(waited, j + granule);
		}
	}
}

/* 3 s and 75 s at HZ=250, once the phase sits on the grid: 3.072 s and 75.776 s. */
Test(wheel, rearmed_intervals_settle_on_the_grid)
{
	int64_t first = wheel_fires(12345, 750), second = wheel_fires(first, 750);

	cr_assert_eq(second - first, 768);
	first = wheel_fires(12345, 18750);
	second = wheel_fires(first, 18750);
	cr_assert_eq(second - first, 18944);
}

Test(wheel, conversions_round_up_as_the_kernel_does)
{
	cr_assert_eq(wheel_from_ns(200000000, 250), 50);
	cr_assert_eq(wheel_from_ns(200000001, 250), 51);
	cr_assert_eq(wheel_to_ns(50, 250), 200000000);
	cr_assert_eq(wheel_to_ns(1, 1000), 1000000);
}
