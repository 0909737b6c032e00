/* SPDX-License-Identifier: MIT */
#include "netns/netem.h"

#include <errno.h>
#include <string.h>

#include <criterion/criterion.h>

#include "netns/probe.h"
#include "netns/sysctl.h"
#include "netns/tests/scratch.h"

/* Sets, or skips the test on a kernel without sch_netem once the sentence is right. */
static void set(struct scratch_pair *p, const struct netem *n)
{
	struct err err = { "" };
	int ret = netem_set(p->a, "near", n, &err);

	if (ret == -EOPNOTSUPP) {
		cr_assert(strstr(err.text, "no sch_netem"), "%s", err.text);
		cr_assert(strstr(err.text, "modprobe"), "%s", err.text);
		scratch_pair_free(p);
		cr_skip_test("%s", err.text);
	}
	cr_assert_eq(ret, 0, "%s", err.text);
}

Test(netns_netem, the_kernel_holds_what_was_set)
{
	struct scratch_pair p = scratch_pair();
	const struct netem in = {
		.delay_ns = 10000001, .jitter_ns = 999999, .delay_corr_ppm = 250000,
		.loss_ppm = 1, .loss_corr_ppm = 999999, .duplicate_ppm = 333333,
		.duplicate_corr_ppm = 5, .reorder_ppm = 500, .reorder_corr_ppm = 12345, .gap = 5,
		.corrupt_ppm = 42, .corrupt_corr_ppm = 43, .rate_bps = 10000000, .limit = 77,
	};
	struct netem out;

	set(&p, &in);
	scratch_ok(netem_get(p.a, "near", &out, NULL, e));
	cr_assert_eq(out.delay_ns, in.delay_ns);
	cr_assert_eq(out.jitter_ns, in.jitter_ns);
	cr_assert_eq(out.delay_corr_ppm, in.delay_corr_ppm);
	cr_assert_eq(out.loss_ppm, in.loss_ppm);
	cr_assert_eq(out.loss_corr_ppm, in.loss_corr_ppm);
	cr_assert_eq(out.duplicate_ppm, in.duplicate_ppm);
	cr_assert_eq(out.reorder_ppm, in.reorder_ppm);
	cr_assert_eq(out.reorder_corr_ppm, in.reorder_corr_ppm);
	cr_assert_eq(out.gap, in.gap);
	cr_assert_eq(out.corrupt_ppm, in.corrupt_ppm);
	cr_assert_eq(out.rate_bps, in.rate_bps);
	cr_assert_eq(out.limit, in.limit);
	scratch_pair_free(&p);
}

Test(netns_netem, a_second_set_forgets_the_first)
{
	struct scratch_pair p = scratch_pair();
	struct netem out;

	set(&p, &(struct netem){ .delay_ns = 7, .loss_ppm = 500, .corrupt_ppm = 42, .gap = 2,
				 .reorder_ppm = 9, .rate_bps = 800, .loss_corr_ppm = 3 });
	set(&p, &(struct netem){ .duplicate_ppm = 1 });
	scratch_ok(netem_get(p.a, "near", &out, NULL, e));
	cr_assert_eq(out.duplicate_ppm, 1);
	cr_assert(!out.delay_ns && !out.loss_ppm && !out.corrupt_ppm && !out.gap &&
		  !out.reorder_ppm && !out.rate_bps && !out.loss_corr_ppm);
	scratch_pair_free(&p);
}

Test(netns_netem, total_loss_is_counted_and_deleting_it_opens_the_path)
{
	struct scratch_pair p = scratch_pair();
	struct qdisc_stats before, after;

	set(&p, &(struct netem){ .loss_ppm = 1000000 });
	scratch_ok(netem_get(p.a, "near", NULL, &before, e));
	cr_assert_not(scratch_open(p.a, "near", p.b, "far"));
	scratch_ok(netem_get(p.a, "near", NULL, &after, e));
	cr_assert_gt(after.drops, before.drops);
	scratch_ok(netem_del(p.a, "near", e));
	cr_assert(scratch_open(p.a, "near", p.b, "far"));
	scratch_pair_free(&p);
}

Test(netns_netem, delay_delays)
{
	struct scratch_pair p = scratch_pair();
	int64_t start_ns;

	set(&p, &(struct netem){ .delay_ns = 30 * MS });
	start_ns = scratch_now_ns();
	cr_assert(scratch_open(p.a, "near", p.b, "far"));
	cr_assert_geq(scratch_now_ns() - start_ns, 30 * MS);
	scratch_pair_free(&p);
}

/* Which of 100 frames a seed loses, as a hash of the drop counter after each. */
static uint64_t losses(struct scratch_pair *p, uint64_t seed)
{
	struct qdisc_stats st;
	uint64_t hash = 0;
	int i;

	set(p, &(struct netem){ .loss_ppm = 300000, .has_seed = true, .seed = seed });
	for (i = 0; i < 100; i++) {
		scratch_ok(probe_send(p->a, "near", p->b, "far", e));
		scratch_ok(netem_get(p->a, "near", NULL, &st, e));
		hash = hash * 31 + st.drops;
	}
	scratch_ok(netem_del(p->a, "near", e));
	return hash;
}

Test(netns_netem, one_seed_one_sequence)
{
	struct scratch_pair p = scratch_pair();
	struct netem out;
	uint64_t first;

	set(&p, &(struct netem){ .has_seed = true, .seed = 7, .loss_ppm = 1 });
	scratch_ok(netem_get(p.a, "near", &out, NULL, e));
	scratch_ok(netem_del(p.a, "near", e));
	if (!out.has_seed) {
		scratch_pair_free(&p);
		cr_skip_test("netem takes a seed from Linux 6.6 on");
	}
	cr_assert_eq(out.seed, 7);
	/* No frame of IPv6's own (router solicitation, MLD) may draw a number in between. */
	scratch_ok(sysctl_set(p.a, "net.ipv6.conf.near.disable_ipv6", "1", e));
	first = losses(&p, 7);
	cr_assert_eq(losses(&p, 7), first);
	cr_assert_neq(losses(&p, 8), first);
	scratch_pair_free(&p);
}

Test(netns_netem, nothing_to_read_or_delete)
{
	struct scratch_pair p = scratch_pair();
	struct err err = { "" };
	struct netem out;

	cr_assert_eq(netem_get(p.a, "near", &out, NULL, &err), -ENOENT);
	cr_assert_eq(netem_del(p.a, "near", &err), -ENOENT);
	cr_assert_str_eq(err.text, "near has no netem");
	cr_assert_eq(netem_set(p.a, "nope", &(struct netem){ 0 }, &err), -ENODEV);
	cr_assert_eq(netem_set(p.a, "near", &(struct netem){ .gap = -1 }, &err), -EINVAL);
	scratch_pair_free(&p);
}
