/* SPDX-License-Identifier: MIT */
#include "netns/probe.h"

#include <errno.h>

#include <criterion/criterion.h>

#include "netns/drop.h"
#include "netns/tests/scratch.h"

Test(netns_probe, an_open_path_answers_early)
{
	struct scratch_pair p = scratch_pair();
	const int64_t start_ns = scratch_now_ns();
	bool arrived;

	scratch_ok(probe_path(p.a, "near", p.b, "far", 10000 * MS, &arrived, e));
	cr_assert(arrived);
	cr_assert_lt(scratch_now_ns() - start_ns, 2000 * MS, "before the second frame is due");
	scratch_pair_free(&p);
}

Test(netns_probe, a_cut_path_takes_the_whole_time)
{
	struct scratch_pair p = scratch_pair();
	int64_t start_ns;
	bool arrived;

	scratch_ok(link_set_up(p.a, "near", false, e));
	start_ns = scratch_now_ns();
	scratch_ok(probe_path(p.a, "near", p.b, "far", 40 * MS, &arrived, e));
	cr_assert_not(arrived);
	cr_assert_geq(scratch_now_ns() - start_ns, 40 * MS);
	scratch_ok(probe_path(p.b, "far", p.a, "near", 40 * MS, &arrived, e));
	cr_assert_not(arrived, "no carrier, and the receiver is down");
	scratch_pair_free(&p);
}

Test(netns_probe, send_moves_a_drop_counter)
{
	struct scratch_pair p = scratch_pair();
	uint64_t before, after;

	scratch_ok(drop_set(p.a, "near", DROP_EGRESS, e));
	scratch_ok(drop_count(p.a, "near", &before, e));
	scratch_ok(probe_send(p.a, "near", p.b, "far", e));
	scratch_ok(drop_count(p.a, "near", &after, e));
	cr_assert_gt(after, before);
	scratch_pair_free(&p);
}

Test(netns_probe, an_unknown_device_is_an_error)
{
	struct scratch_pair p = scratch_pair();
	bool arrived;

	cr_assert_eq(probe_path(p.a, "nope", p.b, "far", MS, &arrived, NULL), -ENODEV);
	cr_assert_eq(probe_path(p.a, "near", p.b, "nope", MS, &arrived, NULL), -ENODEV);
	cr_assert_eq(probe_send(p.a, "nope", p.b, "far", NULL), -ENODEV);
	scratch_pair_free(&p);
}
