/* SPDX-License-Identifier: MIT */
#include "netns/tc.h"

#include <errno.h>

#include <criterion/criterion.h>

#include "netns/tests/scratch.h"

static int call_it(struct nlattr **tb, void *arg)
{
	struct qdisc_stats st;

	(void)arg;
	tc_stats(tb, &st);
	return st.qlen ? -EDOM : -EXDEV;
}

Test(netns_tc, look_returns_what_the_reader_says)
{
	struct scratch_pair p = scratch_pair();

	cr_assert_eq(tc_qdisc_look(p.a, 2, TC_H_ROOT, call_it, NULL, NULL), -EXDEV);
	cr_assert_eq(tc_qdisc_look(p.a, 2, TC_H_CLSACT, call_it, NULL, NULL), -ENOENT);
	cr_assert_eq(tc_qdisc_look(p.a, 99, TC_H_ROOT, call_it, NULL, NULL), -ENOENT);
	scratch_pair_free(&p);
}

Test(netns_tc, no_statistics_are_zeros)
{
	struct nlattr *tb[TCA_MAX + 1] = { 0 };
	struct qdisc_stats st = { .drops = 1 };

	tc_stats(tb, &st);
	cr_assert(!st.drops && !st.packets);
}
