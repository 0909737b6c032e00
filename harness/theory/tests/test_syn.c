/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <string.h>

#include "base/clock.h"
#include "theory/syn.h"

static struct syn_end end_of(int retries, int linear)
{
	struct kernel_params k = kernel_params_default(250);

	struct syn_end e;

	k.syn_linear = linear;
	syn_giveup(&k, &(struct syn_options){ .retries = retries }, &e);
	return e;
}

/* Nominal seconds, of which the wheel may add an eighth and never take any. */
static void gives_up(int retries, int linear, int retransmissions, int64_t seconds)
{
	struct syn_end e = end_of(retries, linear);

	cr_assert_eq(e.retransmissions, retransmissions, "%d, %d: %d", retries, linear, e.retransmissions);
	cr_assert_geq(e.end.lo, seconds * NS_PER_S, "%d, %d", retries, linear);
	cr_assert_leq(e.end.hi, seconds * NS_PER_S * 9 / 8, "%d, %d", retries, linear);
	cr_assert(e.end.lo < e.end.hi && e.last.hi < e.end.lo && e.timer[0].hi <= e.last.hi);
	cr_assert_eq(e.timer[e.retransmissions].hi, e.end.hi);
	cr_assert_eq(e.timer[e.retransmissions - 1].lo, e.last.lo);
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

	cr_assert_eq(e.timer[0].lo, NS_PER_S);
	cr_assert_eq(e.timer[0].hi, NS_PER_S + 32 * NS_PER_MS);
}

Test(syn, the_longest_rto_bounds_each_gap)
{
	struct kernel_params k = kernel_params_default(1000);
	struct syn_end e;

	k.syn_linear = 0;
	k.rto_max_ns = 2 * NS_PER_S;
	syn_giveup(&k, &(struct syn_options){ .retries = 4 }, &e);
	cr_assert_eq(e.retransmissions, 4);
	cr_assert_geq(e.end.lo, 9 * NS_PER_S);
	cr_assert_leq(e.end.hi, 10 * NS_PER_S);
}

/* The socket's own longest RTO, by number and by time, which is read from it, too. */
Test(syn, a_sockets_own_longest_rto_counts_instead)
{
	struct kernel_params k = kernel_params_default(250);
	struct syn_end e;

	k.syn_linear = 0;
	syn_giveup(&k, &(struct syn_options){ .rto_max_ns = NS_PER_S }, &e);
	cr_assert_eq(e.retransmissions, 6);
	cr_assert_geq(e.end.lo, 7 * NS_PER_S);
	cr_assert_leq(e.end.hi, 7 * NS_PER_S + 250 * NS_PER_MS);
}

static struct syn_end limited(int linear, int64_t timeout_ns)
{
	struct kernel_params k = kernel_params_default(250);
	struct syn_end e;

	k.syn_linear = linear;
	syn_giveup(&k, &(struct syn_options){ .user_timeout_ns = timeout_ns }, &e);
	return e;
}

/* SYNs at 0, 1, 3, 7 and 15 s, and the timer after that is cut. */
Test(syn, a_user_timeout_cuts_the_last_timer)
{
	struct syn_end e = limited(0, 20 * NS_PER_S);

	cr_assert_eq(e.retransmissions, 4);
	cr_assert_geq(e.end.lo, 20 * NS_PER_S - 4 * NS_PER_MS);
	cr_assert_leq(e.end.hi, 20 * NS_PER_S + 300 * NS_PER_MS);
	cr_assert_eq(limited(4, 20 * NS_PER_S).retransmissions, 8);
}

/* It needs a retransmission first. */
Test(syn, a_short_user_timeout_waits_for_the_first_timer)
{
	struct syn_end e = limited(0, 100 * NS_PER_MS);

	cr_assert_eq(e.retransmissions, 1);
	cr_assert_geq(e.end.lo, NS_PER_S);
	cr_assert_leq(e.end.hi, NS_PER_S + 50 * NS_PER_MS);
}

/* The number of SYNs holds beside it. */
Test(syn, a_long_user_timeout_adds_nothing)
{
	struct syn_end e = limited(0, 3600 * NS_PER_S), plain = end_of(6, 0);

	cr_assert_eq(e.end.lo, plain.end.lo);
	cr_assert_eq(e.end.hi, plain.end.hi);
}

/* More questions than answers are kept, each asked twice, among them two that differ in one place. */
Test(syn, an_answer_does_not_depend_on_what_was_asked_before)
{
	struct syn_end first[12];

	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 12; i++) {
			struct syn_end e = i < 6 ? end_of(i + 1, 4) :
				limited(0, (i - 3) * 7 * NS_PER_S);

			if (round)
				cr_assert(!memcmp(&e, &first[i], sizeof(e)), "question %d", i);
			first[i] = e;
		}
	}
	for (int i = 1; i < 12; i++)
		cr_assert_neq(first[i].end.lo, first[i - 1].end.lo, "questions %d and %d", i - 1, i);
}
