/* SPDX-License-Identifier: MIT */
#include "netns/rtnl.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include <criterion/criterion.h>
#include <netlink/errno.h>

#include "netns/tests/scratch.h"

Test(netns_rtnl, no_message_is_no_memory)
{
	struct netns *ns = scratch_ns();
	struct err err = { "" };

	cr_assert_eq(rtnl_request(netns_route(ns), NULL, NULL, NULL, &err, "try %d", 1), -ENOMEM);
	cr_assert(!strncmp(err.text, "try 1: ", 7), "%s", err.text);
	netns_free(ns);
}

/* After an error the conversation goes on: the next answer is the next question's. */
Test(netns_rtnl, errors_keep_their_errno_and_leave_the_socket_in_step)
{
	struct netns *ns = scratch_ns();
	const struct ifinfomsg none = { .ifi_index = 4711 };
	int i;

	for (i = 0; i < 50; i++) {
		cr_assert_eq(rtnl_request(netns_route(ns),
					  rtnl_message(RTM_GETLINK, 0, &none, sizeof(none)), NULL,
					  NULL, NULL, "try"), -ENODEV);
		cr_assert_eq(rtnl_ifindex(ns, "lo", NULL), 1);
	}
	netns_free(ns);
}

static int refuse(struct nlmsghdr *hdr, void *arg)
{
	int *calls = arg;

	(void)hdr;
	(*calls)++;
	return -EDOM;
}

Test(netns_rtnl, an_error_of_the_reader_is_returned_and_the_dump_read_to_its_end)
{
	struct scratch_pair p = scratch_pair();
	const struct ifinfomsg any = { 0 };
	int calls = 0;

	cr_assert_eq(rtnl_request(netns_route(p.a),
				  rtnl_message(RTM_GETLINK, NLM_F_DUMP, &any, sizeof(any)), refuse,
				  &calls, NULL, "dump"), -EDOM);
	cr_assert_eq(calls, 2, "lo and near");
	cr_assert_eq(rtnl_ifindex(p.a, "near", NULL), 2);
	scratch_pair_free(&p);
}

Test(netns_rtnl, libnl_errors_have_an_errno)
{
	cr_assert_eq(rtnl_errno(-NLE_NOMEM), ENOMEM);
	cr_assert_eq(rtnl_errno(NLE_PERM), EPERM);
	cr_assert_eq(rtnl_errno(-NLE_FAILURE), EIO);
}
