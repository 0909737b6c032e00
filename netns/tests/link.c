/* SPDX-License-Identifier: MIT */
#include "netns/link.h"

#include <errno.h>
#include <string.h>

#include <criterion/criterion.h>

#include "netns/probe.h"
#include "netns/tests/scratch.h"

Test(netns_link, veth_has_the_indexes_asked_for)
{
	struct netns *a = scratch_ns(), *b = scratch_ns();
	struct link_state st;

	scratch_ok(link_veth(a, "near", 20, b, "far", 21, e));
	scratch_ok(link_get(a, "near", &st, e));
	cr_assert_eq(st.ifindex, 20);
	cr_assert_not(st.up);
	cr_assert_not(st.carrier);
	scratch_ok(link_get(b, "far", &st, e));
	cr_assert_eq(st.ifindex, 21);
	netns_free(a);
	netns_free(b);
}

Test(netns_link, veth_refuses_equal_indexes)
{
	struct netns *a = scratch_ns(), *b = scratch_ns();
	struct err err = { "" };

	cr_assert_eq(link_veth(a, "near", 7, b, "far", 7, &err), -EINVAL);
	cr_assert(strstr(err.text, "late"), "%s", err.text);
	cr_assert_eq(link_veth(a, "near", 1, b, "far", 7, &err), -EINVAL);
	cr_assert_eq(link_veth(a, "", 2, b, "far", 7, &err), -EINVAL);
	cr_assert_eq(link_veth(a, "sixteen-letters-", 2, b, "far", 7, &err), -EINVAL);
	netns_free(a);
	netns_free(b);
}

Test(netns_link, a_taken_name_or_index_is_refused)
{
	struct scratch_pair p = scratch_pair();

	cr_assert_eq(link_veth(p.a, "near", 8, p.b, "other", 9, NULL), -EEXIST);
	cr_assert_lt(link_veth(p.a, "third", 2, p.b, "other", 9, NULL), 0);
	scratch_pair_free(&p);
}

Test(netns_link, an_unknown_device_is_named)
{
	struct netns *ns = scratch_ns();
	struct err err = { "" };
	struct link_state st;

	cr_assert_eq(link_get(ns, "nope", &st, &err), -ENODEV);
	cr_assert(strstr(err.text, "nope"), "%s", err.text);
	cr_assert_eq(link_set_up(ns, "nope", true, &err), -ENODEV);
	cr_assert_eq(link_set_master(ns, "nope", "lo", &err), -ENODEV);
	cr_assert_eq(link_get(ns, "", &st, &err), -ENODEV);
	cr_assert_eq(link_get(ns, "a-name-that-is-far-too-long", &st, &err), -ENODEV);
	netns_free(ns);
}

Test(netns_link, counts_frames)
{
	struct scratch_pair p = scratch_pair();
	struct link_state before, after;

	scratch_ok(link_get(p.b, "far", &before, e));
	scratch_ok(probe_send(p.a, "near", p.b, "far", e));
	cr_assert(scratch_open(p.a, "near", p.b, "far"));
	scratch_ok(link_get(p.b, "far", &after, e));
	cr_assert_geq(after.rx_packets, before.rx_packets + 2);
	cr_assert_geq(after.rx_bytes, before.rx_bytes + 120);
	cr_assert(after.up && after.carrier && after.running);
	scratch_pair_free(&p);
}

Test(netns_link, a_bridge_forwards_at_once)
{
	struct scratch_wire w = scratch_wire();

	cr_assert(scratch_open(w.obs, "obs0", w.peer, "peer0"));
	cr_assert(scratch_open(w.peer, "peer0", w.obs, "obs0"));
	scratch_wire_free(&w);
}

Test(netns_link, kernel_words_are_in_the_sentence)
{
	struct scratch_pair p = scratch_pair();
	struct err err = { "" };

	/* "near" is no bridge: EINVAL or EOPNOTSUPP, with or without words. */
	cr_assert_lt(link_set_master(p.a, "lo", "near", &err), 0);
	cr_assert(strstr(err.text, "lo a port of near"), "%s", err.text);
	scratch_pair_free(&p);
}
