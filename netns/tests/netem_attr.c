/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include <criterion/criterion.h>
#include <netlink/msg.h>

#include "netns/netem.h"
#include "netns/rtnl.h"

static struct netem round_trip(const struct netem *in)
{
	const struct tcmsg tcm = { 0 };
	struct nl_msg *msg = rtnl_message(RTM_NEWQDISC, 0, &tcm, sizeof(tcm));
	struct err err = { "" };
	struct netem out;

	cr_assert_eq(netem_encode(msg, in, &err), 0, "%s", err.text);
	cr_assert_eq(netem_decode(nlmsg_find_attr(nlmsg_hdr(msg), sizeof(tcm), TCA_OPTIONS), &out,
				  &err), 0, "%s", err.text);
	nlmsg_free(msg);
	return out;
}

Test(netns_netem_attr, everything_survives)
{
	const struct netem in = {
		.delay_ns = 10000001,
		.jitter_ns = 999999,
		.delay_corr_ppm = 250000,
		.loss_ppm = 1,
		.loss_corr_ppm = 999999,
		.duplicate_ppm = 333333,
		.duplicate_corr_ppm = 1000000,
		.reorder_ppm = 500,
		.reorder_corr_ppm = 12345,
		.gap = 5,
		.corrupt_ppm = 42,
		.corrupt_corr_ppm = 43,
		.rate_bps = 10000000,
		.limit = 77,
		.seed = 0xfedcba9876543210U,
		.has_seed = true,
	};
	const struct netem out = round_trip(&in);

	cr_assert_eq(out.delay_ns, in.delay_ns);
	cr_assert_eq(out.jitter_ns, in.jitter_ns);
	cr_assert_eq(out.delay_corr_ppm, in.delay_corr_ppm);
	cr_assert_eq(out.loss_ppm, in.loss_ppm);
	cr_assert_eq(out.loss_corr_ppm, in.loss_corr_ppm);
	cr_assert_eq(out.duplicate_ppm, in.duplicate_ppm);
	cr_assert_eq(out.duplicate_corr_ppm, in.duplicate_corr_ppm);
	cr_assert_eq(out.reorder_ppm, in.reorder_ppm);
	cr_assert_eq(out.reorder_corr_ppm, in.reorder_corr_ppm);
	cr_assert_eq(out.gap, in.gap);
	cr_assert_eq(out.corrupt_ppm, in.corrupt_ppm);
	cr_assert_eq(out.corrupt_corr_ppm, in.corrupt_corr_ppm);
	cr_assert_eq(out.rate_bps, in.rate_bps);
	cr_assert_eq(out.limit, in.limit);
	cr_assert_eq(out.seed, in.seed);
	cr_assert(out.has_seed);
}

Test(netns_netem_attr, bursts_survive)
{
	const struct netem in = {
		.burst_enter_ppm = 20000,
		.burst_leave_ppm = 300000,
		.burst_bad_ppm = 999999,
		.burst_good_ppm = 7,
	};
	struct netem out = round_trip(&in);

	cr_assert_eq(out.burst_enter_ppm, 20000);
	cr_assert_eq(out.burst_leave_ppm, 300000);
	cr_assert_eq(out.burst_bad_ppm, 999999);
	cr_assert_eq(out.burst_good_ppm, 7);
	cr_assert_eq(out.loss_ppm, 0);
}

Test(netns_netem_attr, every_ppm_survives)
{
	int64_t ppm;

	for (ppm = 0; ppm <= 1000000; ppm += 997)
		cr_assert_eq(round_trip(&(struct netem){ .loss_ppm = ppm }).loss_ppm, ppm);
	cr_assert_eq(round_trip(&(struct netem){ .loss_ppm = 1000000 }).loss_ppm, 1000000);
}

Test(netns_netem_attr, an_hour_and_a_terabit_survive)
{
	const struct netem out = round_trip(&(struct netem){
		.delay_ns = INT64_C(3600000000000), .rate_bps = INT64_C(1000000000000) });

	cr_assert_eq(out.delay_ns, INT64_C(3600000000000));
	cr_assert_eq(out.rate_bps, INT64_C(1000000000000));
}

Test(netns_netem_attr, defaults)
{
	const struct netem out = round_trip(&(struct netem){ 0 });

	cr_assert_eq(out.limit, 1000);
	cr_assert_not(out.has_seed);
	cr_assert_eq(round_trip(&(struct netem){ .delay_ns = 1, .reorder_ppm = 1 }).gap, 1);
}

static int encode(const struct netem *in, struct err *err)
{
	struct nl_msg *msg = nlmsg_alloc_simple(RTM_NEWQDISC, 0);
	int ret = netem_encode(msg, in, err);

	nlmsg_free(msg);
	return ret;
}

Test(netns_netem_attr, refuses_what_netem_cannot_do)
{
	struct err err = { "" };

	cr_assert_eq(encode(&(struct netem){ .loss_ppm = 1000001 }, &err), -EINVAL);
	cr_assert(strstr(err.text, "loss_ppm"), "%s", err.text);
	cr_assert_eq(encode(&(struct netem){ .delay_ns = -1 }, &err), -EINVAL);
	cr_assert_eq(encode(&(struct netem){ .limit = INT64_C(1) << 32 }, &err), -EINVAL);
	cr_assert_eq(encode(&(struct netem){ .reorder_ppm = 1 }, &err), -EINVAL);
	cr_assert(strstr(err.text, "delay"), "%s", err.text);
	cr_assert_eq(encode(&(struct netem){ .rate_bps = 7 }, &err), -EINVAL);
}

Test(netns_netem_attr, a_short_answer_is_refused)
{
	struct nlattr attr = { .nla_len = sizeof(attr), .nla_type = TCA_OPTIONS };
	struct netem n;

	cr_assert_eq(netem_decode(NULL, &n, NULL), -EPROTO);
	cr_assert_eq(netem_decode(&attr, &n, NULL), -EPROTO);
}
