/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include "base/clock.h"
#include "theory/syn.h"

static struct syn_end end_of(int retries, int linear)
{
	struct kernel_params k = kernel_params_default(250);

	k.syn_linear = linear;
	return syn_giveup(&k, retries);
}

/* Nominal seconds, of which the wheel may add an eighth and never take any. */
static void gives_up(int retries, int linear, int retransmissions, int64_t seconds)
{
	struct syn_end e = end_of(retries, linear);

	cr_assert_eq(e.retransmissions, retransmissions, "%d, %d: %d", retries, linear, e.retransmissions);
	cr_assert_geq(e.end_lo_ns, seconds * NS_PER_S, "%d, %d", retries, linear);
	cr_assert_leq(e.end_hi_ns, seconds * NS_PER_S * 9 / 8, "%d, %d", retries, linear);
	cr_assert(e.end_lo_ns < e.end_hi_ns && e.last_hi_ns < e.end_lo_ns && e.first_hi_ns <= e.last_hi_ns);
}

Test(syn, doubles_from_one_second)
{
	gives_up(1, 0, 1, 3);
	gives_up(2, 0, 2, 7);
	gives_up(3, 0, 3, 15);
	gives_up(6, 0, 6, 127);
	gives_up(7, 0, 7, 247);
}

/* By the time that `retries` doublings take, or by number. */
Test(syn, the_first_are_linear)
{
	gives_up(1, 4, 2, 3);
	gives_up(2, 4, 5, 7);
	gives_up(3, 4, 7, 19);
	gives_up(4, 4, 8, 35);
	gives_up(6, 4, 10, 131);
}

Test(syn, the_second_leaves_after_one_second_and_a_granule)
{
	struct syn_end e = end_of(6, 4);

	cr_assert_eq(e.first_lo_ns, NS_PER_S);
	cr_assert_eq(e.first_hi_ns, NS_PER_S + 32 * NS_PER_MS);
}

Test(syn, the_longest_rto_bounds_each_gap)
{
	struct kernel_params k = kernel_params_default(1000);
	struct syn_end e;

	k.syn_linear = 0;
	k.rto_max_ns = 2 * NS_PER_S;
	e = syn_giveup(&k, 4);
	cr_assert_eq(e.retransmissions, 4);
	cr_assert_geq(e.end_lo_ns, 9 * NS_PER_S);
	cr_assert_leq(e.end_hi_ns, 10 * NS_PER_S);
}
