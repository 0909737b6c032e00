/* SPDX-License-Identifier: MIT */
#include "netns/full.h"

#include <errno.h>
#include <string.h>

#include <criterion/criterion.h>

#include "netns/tests/scratch.h"

static void set(struct scratch_pair *p, int limit)
{
	struct err err = { "" };
	int ret = full_set(p->a, "near", limit, &err);

	if (ret == -EOPNOTSUPP) {
		cr_assert(strstr(err.text, "modprobe"), "%s", err.text);
		scratch_pair_free(p);
		cr_skip_test("%s", err.text);
	}
	cr_assert_eq(ret, 0, "%s", err.text);
}

Test(netns_full, it_refuses_and_counts_and_goes_away)
{
	static const int limits[] = { FULL_FRAME, 2 * FULL_FRAME - 1, FULL_LIMIT_MAX };

	for (int i = 0; i < 3; i++) {
		struct scratch_pair p = scratch_pair();
		struct qdisc_stats before, after;

		set(&p, limits[i]);
		scratch_ok(full_get(p.a, "near", &before, e));
		cr_assert_geq(before.qlen, (uint64_t)limits[i] / FULL_FRAME);
		cr_assert_eq(before.packets, 1, "the first frame empties the bucket");
		cr_assert_not(scratch_open(p.a, "near", p.b, "far"));
		cr_assert(scratch_open(p.b, "far", p.a, "near"));
		scratch_ok(full_get(p.a, "near", &after, e));
		cr_assert_gt(after.drops, before.drops);
		cr_assert_eq(after.qlen, before.qlen);
		cr_assert_eq(after.packets, before.packets);
		scratch_ok(full_del(p.a, "near", e));
		cr_assert(scratch_open(p.a, "near", p.b, "far"));
		scratch_pair_free(&p);
	}
}

Test(netns_full, what_is_not_there_is_said)
{
	struct scratch_pair p = scratch_pair();
	struct err err = { "" };
	struct qdisc_stats st;

	cr_assert_eq(full_get(p.a, "near", &st, &err), -ENOENT);
	cr_assert_eq(full_del(p.a, "near", &err), -ENOENT);
	cr_assert_eq(full_set(p.a, "near", FULL_FRAME - 1, &err), -EINVAL);
	cr_assert_eq(full_set(p.a, "near", FULL_LIMIT_MAX + 1, &err), -EINVAL);
	scratch_pair_free(&p);
}

Test(netns_full, a_queue_of_somebody_elses_stays)
{
	struct scratch_pair p = scratch_pair();
	struct err err = { "" };

	set(&p, FULL_FRAME);
	cr_assert_eq(full_set(p.a, "near", FULL_FRAME, &err), -EEXIST, "%s", err.text);
	cr_assert(strstr(err.text, "near"), "%s", err.text);
	scratch_pair_free(&p);
}
