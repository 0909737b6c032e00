/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <pthread.h>
#include <string.h>

#include <criterion/criterion.h>

#include "netns/tests/scratch.h"

Test(netns_link_wait, returns_at_once_when_already_so)
{
	struct scratch_pair p = scratch_pair();

	scratch_ok(link_wait_carrier(p.a, "near", true, 0, e));
	scratch_pair_free(&p);
}

Test(netns_link_wait, times_out)
{
	struct scratch_pair p = scratch_pair();
	const int64_t start_ns = scratch_now_ns();
	struct err err = { "" };

	cr_assert_eq(link_wait_carrier(p.a, "near", false, 20 * MS, &err), -ETIMEDOUT);
	cr_assert_geq(scratch_now_ns() - start_ns, 20 * MS);
	cr_assert(strstr(err.text, "near"), "%s", err.text);
	scratch_pair_free(&p);
}

Test(netns_link_wait, an_unknown_device_is_an_error)
{
	struct netns *ns = scratch_ns();

	cr_assert_eq(link_wait_carrier(ns, "nope", true, 20 * MS, NULL), -ENODEV);
	netns_free(ns);
}

static void *pull(void *arg)
{
	struct scratch_pair *p = arg;

	/* Not before the main thread waits, most likely; right in either order. */
	cr_expect_eq(link_wait_carrier(p->b, "far", false, 30 * MS, NULL), -ETIMEDOUT);
	cr_expect_eq(link_set_up(p->b, "far", false, NULL), 0);
	return NULL;
}

Test(netns_link_wait, wakes_when_the_carrier_goes)
{
	struct scratch_pair p = scratch_pair();
	pthread_t thread;

	cr_assert_eq(pthread_create(&thread, NULL, pull, &p), 0);
	scratch_ok(link_wait_carrier(p.a, "near", false, 5000 * MS, e));
	pthread_join(thread, NULL);
	scratch_pair_free(&p);
}
