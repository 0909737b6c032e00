/* SPDX-License-Identifier: MIT */
#include "netns/sysctl.h"

#include <errno.h>
#include <string.h>

#include <criterion/criterion.h>

#include "netns/tests/scratch.h"

#define RETRIES "net.ipv4.tcp_retries2"

Test(netns_sysctl, is_per_namespace)
{
	struct netns *a = scratch_ns(), *b = scratch_ns();
	char before[16], after[16];

	scratch_ok(sysctl_get(b, RETRIES, before, sizeof(before), e));
	scratch_ok(sysctl_set(a, RETRIES, "3", e));
	scratch_ok(sysctl_get(a, RETRIES, after, sizeof(after), e));
	cr_assert_str_eq(after, "3");
	scratch_ok(sysctl_get(b, RETRIES, after, sizeof(after), e));
	cr_assert_str_eq(after, before);
	netns_free(a);
	netns_free(b);
}

Test(netns_sysctl, words_are_compared_not_blanks)
{
	struct netns *ns = scratch_ns();
	char value[64];

	scratch_ok(sysctl_set(ns, "net.ipv4.ip_local_port_range", "20000  30001", e));
	scratch_ok(sysctl_get(ns, "net.ipv4.ip_local_port_range", value, sizeof(value), e));
	cr_assert_str_eq(value, "20000\t30001");
	netns_free(ns);
}

Test(netns_sysctl, refuses_names_of_the_whole_machine)
{
	static const char *const bad[] = { "", "kernel.hostname", "net", "net.", "net..ipv4",
					   "net.ipv4/../../kernel/hostname", "net.ipv4.", "/net" };
	struct netns *ns = scratch_ns();
	struct err err = { "" };
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_expect_eq(sysctl_set(ns, bad[i], "1", &err), -EINVAL, "\"%s\"", bad[i]);
	netns_free(ns);
}

Test(netns_sysctl, an_unknown_one_says_what_to_do)
{
	struct netns *ns = scratch_ns();
	struct err err = { "" };

	cr_assert_eq(sysctl_set(ns, "net.ipv4.tcp_retries9", "1", &err), -ENOENT);
	cr_assert(strstr(err.text, "tcp_retries9"), "%s", err.text);
	cr_assert(strstr(err.text, "sysctl net"), "%s", err.text);
	netns_free(ns);
}

Test(netns_sysctl, a_bad_value_is_refused)
{
	struct netns *ns = scratch_ns();
	struct err err = { "" };
	char tiny[1];

	cr_assert_eq(sysctl_set(ns, RETRIES, "many", &err), -EINVAL);
	cr_assert(strstr(err.text, "many"), "%s", err.text);
	cr_assert_eq(sysctl_set(ns, RETRIES, "", &err), -EIO, "an empty write changes nothing");
	cr_assert_eq(sysctl_get(ns, RETRIES, tiny, sizeof(tiny), &err), -ENOSPC);
	netns_free(ns);
}
