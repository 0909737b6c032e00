/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "lab/netem_opt.h"

static struct opt_values given(const char *list)
{
	struct opt_values opt;
	struct err err = {""};

	opt_defaults(netem_rows, &opt);
	cr_assert_eq(opt_set_list(netem_rows, &opt, list, &err), 0, "%s", err.text);
	return opt;
}

Test(netem_opt, every_row_is_filled_in)
{
	for (int i = 0; i < NETEM_OPT_COUNT; i++) {
		cr_assert(netem_rows[i].name, "row %d", i);
		cr_assert(netem_rows[i].about, "row %d", i);
	}
	cr_assert_null(netem_rows[NETEM_OPT_COUNT].name);
}

Test(netem_opt, what_is_left_out_is_zero)
{
	struct opt_values opt = given("delay=10ms,loss=1%,rate=8mbit");
	struct netem netem;

	netem_from_opt(&opt, 7, &netem);
	cr_assert_eq(netem.delay_ns, 10000000);
	cr_assert_eq(netem.loss_ppm, 10000);
	cr_assert_eq(netem.rate_bps, 8000000);
	cr_assert_eq(netem.jitter_ns, 0);
	cr_assert_eq(netem.limit, 0);
	cr_assert_eq(netem.seed, 7);
	cr_assert_eq(impairment_from_opt(&opt).loss_ppm, 10000);
	cr_assert_eq(impairment_from_opt(&opt).jitter_ns, 0);
}

Test(netem_opt, refuses_what_has_no_meaning)
{
	static const char *const bad[] = {
		"",	       "jitter=1ms",	 "delay=1ms,delay_corr=10%", "loss_corr=10%",
		"reorder=10%", "delay=1ms,gap=5", "loss=0%",		     "corrupt_corr=1%",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct opt_values opt = given(bad[i]);
		struct err err = {""};

		cr_assert_eq(netem_opt_check(&opt, &err), -EINVAL, "%s", bad[i]);
		cr_assert(err.text[0]);
	}
}

Test(netem_opt, takes_what_netem_takes)
{
	static const char *const good[] = {
		"delay=10ms", "delay=10ms,jitter=2ms,delay_corr=25%", "loss=100%", "rate=1mbit",
		"delay=10ms,reorder=25%,gap=5", "limit=5", "corrupt=0.1%", "duplicate=1%",
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct opt_values opt = given(good[i]);
		struct err err = {""};

		cr_assert_eq(netem_opt_check(&opt, &err), 0, "%s: %s", good[i], err.text);
	}
}
