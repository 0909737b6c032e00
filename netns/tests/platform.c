/* SPDX-License-Identifier: MIT */

/*
 * What the lab takes for granted about the kernel, one small proof each. A failure here is not a
 * bug of this room; it says which assumption does not hold on this kernel.
 */

#include <errno.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <netlink/route/link.h>
#include <netlink/route/link/veth.h>

#include "netns/drop.h"
#include "netns/rtnl.h"
#include "netns/tc.h"
#include "netns/tests/scratch.h"

/* Generous for a busy machine, and far below the second that a late report may take. */
#define PROMPT (250 * MS)

/* The longest of some reports of carrier @ifindex in @ns while @other's @dev goes down and up. */
static int64_t slowest_report(struct netns *ns, int ifindex, struct netns *other, const char *dev)
{
	int fd = scratch_listen(ns), i;
	int64_t slowest = 0;

	for (i = 0; i < 6; i++) {
		const bool up = i % 2;
		int64_t heard;

		scratch_ok(link_set_up(other, dev, up, e));
		heard = scratch_heard_ns(fd, ifindex, up, false, 3000 * MS);
		cr_assert_geq(heard, 0, "no report of the carrier within 3 s");
		if (heard > slowest)
			slowest = heard;
	}
	close(fd);
	return slowest;
}

Test(netns_platform, pulling_the_own_cable_is_reported_promptly)
{
	struct scratch_pair p = scratch_pair();
	const int64_t slowest = slowest_report(p.a, 2, p.b, "far");

	cr_log_info("distinct indexes: carrier reported within %g ms", slowest / 1e6);
	cr_assert_lt(slowest, PROMPT, "%g ms", slowest / 1e6);
	scratch_pair_free(&p);
}

/* Around link_veth(), which refuses it. */
static void veth_with_equal_indexes(struct netns *a, struct netns *b)
{
	struct rtnl_link *link = rtnl_link_veth_alloc(), *peer = rtnl_link_veth_get_peer(link);
	struct nl_msg *msg = NULL;

	rtnl_link_set_name(link, "near");
	rtnl_link_set_ifindex(link, 5);
	rtnl_link_set_ns_fd(link, netns_fd(a));
	rtnl_link_set_name(peer, "far");
	rtnl_link_set_ifindex(peer, 5);
	rtnl_link_set_ns_fd(peer, netns_fd(b));
	cr_assert_eq(rtnl_link_build_add_request(link, NLM_F_CREATE | NLM_F_EXCL, &msg), 0);
	rtnl_link_put(peer);
	rtnl_link_veth_release(link);
	scratch_ok(rtnl_request(netns_route(a), msg, NULL, NULL, e, "equal indexes"));
}

Test(netns_platform, equal_indexes_make_the_report_late)
{
	struct netns *a = scratch_ns(), *b = scratch_ns();
	int64_t slowest;

	veth_with_equal_indexes(a, b);
	scratch_ok(link_set_up(a, "near", true, e));
	scratch_ok(link_set_up(b, "far", true, e));
	slowest = slowest_report(a, 5, b, "far");
	cr_log_info("equal indexes: carrier reported within %g ms", slowest / 1e6);
	cr_assert_gt(slowest, PROMPT, "only %g ms: distinct indexes are not needed any more",
		     slowest / 1e6);
	netns_free(a);
	netns_free(b);
}

Test(netns_platform, a_far_cable_is_not_noticed_through_a_switch)
{
	struct scratch_wire w = scratch_wire();
	struct link_state st;

	cr_assert(scratch_open(w.obs, "obs0", w.peer, "peer0"));
	scratch_ok(link_set_up(w.wire, "w-peer", false, e));
	scratch_ok(link_wait_carrier(w.peer, "peer0", false, 5000 * MS, e));
	scratch_ok(link_get(w.obs, "obs0", &st, e));
	cr_assert(st.up && st.carrier && st.running);
	cr_assert_not(scratch_open(w.obs, "obs0", w.peer, "peer0"));
	scratch_ok(link_set_up(w.wire, "w-peer", true, e));
	scratch_ok(link_wait_carrier(w.peer, "peer0", true, 5000 * MS, e));
	cr_assert(scratch_open(w.obs, "obs0", w.peer, "peer0"));
	scratch_wire_free(&w);
}

Test(netns_platform, the_own_cable_takes_the_carrier_but_not_the_address)
{
	struct scratch_wire w = scratch_wire();
	struct link_state st;

	scratch_ok(link_addr_add(w.obs, "obs0", "10.77.0.1/24", e));
	scratch_ok(link_addr_add(w.obs, "obs0", "fd77::1/64", e));
	scratch_ok(link_set_up(w.wire, "w-obs", false, e));
	scratch_ok(link_wait_carrier(w.obs, "obs0", false, 5000 * MS, e));
	scratch_ok(link_get(w.obs, "obs0", &st, e));
	cr_assert(st.up);
	cr_assert_eq(link_addr_add(w.obs, "obs0", "10.77.0.1/24", NULL), -EEXIST);
	cr_assert_eq(link_addr_add(w.obs, "obs0", "fd77::1/64", NULL), -EEXIST);
	scratch_wire_free(&w);
}

static int is_noqueue(struct nlattr **tb, void *arg)
{
	(void)arg;
	return nla_strcmp(tb[TCA_KIND], "noqueue") ? -EDOM : 0;
}

Test(netns_platform, veth_has_no_queue_of_its_own)
{
	struct scratch_pair p = scratch_pair();

	scratch_ok(tc_qdisc_look(p.a, 2, TC_H_ROOT, is_noqueue, NULL, e));
	scratch_pair_free(&p);
}

/* Why drops are classic BPF: in a user namespace bpf(2) may be refused, and they still work. */
Test(netns_platform, classic_bpf_drops_need_no_bpf_system_call)
{
	struct scratch_pair p = scratch_pair();

	scratch_ok(drop_set(p.b, "far", DROP_INGRESS, e));
	cr_assert_not(scratch_open(p.a, "near", p.b, "far"));
	scratch_pair_free(&p);
}
