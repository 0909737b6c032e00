/* SPDX-License-Identifier: MIT */
#include "netns/drop.h"

#include <errno.h>
#include <string.h>

#include <criterion/criterion.h>

#include "netns/probe.h"
#include "netns/tests/scratch.h"

static uint64_t count(struct netns *ns, const char *dev)
{
	uint64_t drops;

	scratch_ok(drop_count(ns, dev, &drops, e));
	return drops;
}

Test(netns_drop, ingress_cuts_one_direction_and_counts)
{
	struct scratch_wire w = scratch_wire();

	scratch_ok(drop_set(w.wire, "w-obs", DROP_INGRESS, e));
	cr_assert_not(scratch_open(w.obs, "obs0", w.peer, "peer0"));
	cr_assert_geq(count(w.wire, "w-obs"), 4);
	cr_assert(scratch_open(w.peer, "peer0", w.obs, "obs0"));
	scratch_wire_free(&w);
}

Test(netns_drop, egress_cuts_the_other)
{
	struct scratch_wire w = scratch_wire();

	scratch_ok(drop_set(w.wire, "w-obs", DROP_EGRESS, e));
	cr_assert_not(scratch_open(w.peer, "peer0", w.obs, "obs0"));
	cr_assert_geq(count(w.wire, "w-obs"), 4);
	cr_assert(scratch_open(w.obs, "obs0", w.peer, "peer0"));
	scratch_wire_free(&w);
}

Test(netns_drop, both_at_once_and_one_cleared)
{
	struct scratch_wire w = scratch_wire();
	uint64_t before;

	scratch_ok(drop_set(w.wire, "w-peer", DROP_INGRESS, e));
	scratch_ok(drop_set(w.wire, "w-peer", DROP_EGRESS, e));
	scratch_ok(drop_set(w.wire, "w-peer", DROP_EGRESS, e));
	cr_assert_not(scratch_open(w.obs, "obs0", w.peer, "peer0"));
	cr_assert_not(scratch_open(w.peer, "peer0", w.obs, "obs0"));
	before = count(w.wire, "w-peer");
	scratch_ok(drop_clear(w.wire, "w-peer", DROP_EGRESS, e));
	cr_assert(scratch_open(w.obs, "obs0", w.peer, "peer0"));
	cr_assert_not(scratch_open(w.peer, "peer0", w.obs, "obs0"));
	scratch_ok(drop_clear(w.wire, "w-peer", DROP_INGRESS, e));
	cr_assert(scratch_open(w.peer, "peer0", w.obs, "obs0"));
	cr_assert_gt(count(w.wire, "w-peer"), before, "the counter stays and moved once more");
	scratch_wire_free(&w);
}

Test(netns_drop, leaves_carrier_alone)
{
	struct scratch_pair p = scratch_pair();
	struct link_state st;

	scratch_ok(drop_set(p.b, "far", DROP_INGRESS, e));
	scratch_ok(drop_set(p.b, "far", DROP_EGRESS, e));
	scratch_ok(link_get(p.a, "near", &st, e));
	cr_assert(st.up && st.carrier && st.running);
	scratch_pair_free(&p);
}

Test(netns_drop, prepare_drops_nothing)
{
	struct scratch_pair p = scratch_pair();
	struct err err = { "" };
	uint64_t drops;

	cr_assert_eq(drop_count(p.b, "far", &drops, &err), -ENOENT);
	scratch_ok(drop_prepare(p.b, "far", e));
	scratch_ok(drop_prepare(p.b, "far", e));
	cr_assert(scratch_open(p.a, "near", p.b, "far"));
	cr_assert_eq(count(p.b, "far"), 0);
	scratch_ok(drop_clear(p.b, "far", DROP_INGRESS, e));
	cr_assert_eq(drop_clear(p.a, "near", DROP_EGRESS, &err), -ENOENT);
	cr_assert(strstr(err.text, "near"), "%s", err.text);
	cr_assert_eq(drop_set(p.a, "nope", DROP_EGRESS, &err), -ENODEV);
	scratch_pair_free(&p);
}

/* A fault's two stamps lie around this call. */
Test(netns_drop, a_prepared_drop_waits_for_no_grace_period)
{
	struct scratch_pair p = scratch_pair();
	int64_t start_ns, fastest = INT64_MAX;
	int i;

	scratch_ok(drop_prepare(p.b, "far", e));
	for (i = 0; i < 5; i++) {
		start_ns = scratch_now_ns();
		scratch_ok(drop_set(p.b, "far", DROP_INGRESS, e));
		if (scratch_now_ns() - start_ns < fastest)
			fastest = scratch_now_ns() - start_ns;
		scratch_ok(drop_clear(p.b, "far", DROP_INGRESS, e));
	}
	cr_assert_lt(fastest, 5 * MS, "%g ms", (double)fastest / 1e6);
	scratch_pair_free(&p);
}
