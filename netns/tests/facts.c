/* SPDX-License-Identifier: MIT */
#include "netns/facts.h"

#include <string.h>
#include <sys/stat.h>

#include <criterion/criterion.h>

#include "netns/tests/scratch.h"

Test(netns_facts, every_row_is_filled_in)
{
	int f;

	for (f = 0; f < FACT_COUNT; f++) {
		cr_assert(fact_name((enum fact)f), "fact %d", f);
		cr_assert_gt(strlen(fact_about((enum fact)f)), 10, "fact %d", f);
	}
}

Test(netns_facts, what_is_missing_has_a_reason_and_a_cure)
{
	struct stat before, after;
	struct facts facts;
	int f;

	cr_assert_eq(stat("/proc/thread-self/ns/net", &before), 0);
	scratch_ok(facts_find(&facts, FACTS_ALL, e));
	cr_assert_eq(stat("/proc/thread-self/ns/net", &after), 0);
	cr_assert_eq(before.st_ino, after.st_ino);
	cr_assert_gt(strlen(facts.release), 0);
	for (f = 0; f < FACT_COUNT; f++) {
		if (facts.fact[f].ok)
			continue;
		cr_expect_gt(strlen(facts.fact[f].why), 10, "%s", fact_name((enum fact)f));
		cr_expect_gt(strlen(facts.fact[f].cure), 10, "%s", fact_name((enum fact)f));
	}
}

Test(netns_facts, agree_with_the_room)
{
	struct netns *ns = scratch_ns();
	struct facts facts;

	scratch_ok(facts_find(&facts, FACTS_ALL, e));
	cr_assert(facts.fact[FACT_NETNS].ok, "%s", facts.fact[FACT_NETNS].why);
	netns_free(ns);
}
