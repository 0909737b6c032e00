/* SPDX-License-Identifier: MIT */
#include "netns/err.h"

#include <errno.h>
#include <string.h>

#include <criterion/criterion.h>

Test(netns_err, sets_and_returns)
{
	struct err err = { "" };

	cr_assert_eq(err_set(&err, EDOM, "%d apples", 3), -EDOM);
	cr_assert_str_eq(err.text, "3 apples");
	cr_assert_eq(err_sys(&err, ENOENT, "open %s", "x"), -ENOENT);
	cr_assert_str_eq(err.text, "open x: No such file or directory");
	cr_assert_eq(err_prefix(&err, -7, "lab %d", 1), -7);
	cr_assert_str_eq(err.text, "lab 1: open x: No such file or directory");
}

Test(netns_err, nobody_has_to_listen)
{
	cr_assert_eq(err_set(NULL, EDOM, "x"), -EDOM);
	cr_assert_eq(err_sys(NULL, EDOM, "x"), -EDOM);
	cr_assert_eq(err_prefix(NULL, -1, "x"), -1);
}

Test(netns_err, a_long_sentence_is_cut_not_overrun)
{
	char lots[2 * ERR_TEXT_MAX];
	struct err err = { "" };

	memset(lots, 'x', sizeof(lots));
	lots[sizeof(lots) - 1] = '\0';
	err_set(&err, EDOM, "%s", lots);
	cr_assert_eq(strlen(err.text), ERR_TEXT_MAX - 1);
	err_sys(&err, EDOM, "%s", lots);
	err_prefix(&err, -1, "%s", lots);
	cr_assert_eq(strlen(err.text), ERR_TEXT_MAX - 1);
}
