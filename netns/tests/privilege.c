/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "netns/ns.h"

/* A fork of a test process has one thread, so that it can do what the test itself cannot. */
static int in_child(int (*act)(void))
{
	int status;
	pid_t pid;

	pid = fork();
	cr_assert_geq(pid, 0);
	if (!pid)
		_exit(act());
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

enum { WORKED, REFUSED, WRONG, NO_OTHER_USER };

/* "nobody", where that is another user. Changing ids makes a process undumpable until it execs,
 * and its /proc files root's (prctl(2)); a real user's process is dumpable. */
static int become_ordinary(void)
{
	enum { NOBODY = 65534 };

	if (geteuid())
		return 0;
	if (setresgid(NOBODY, NOBODY, NOBODY) || setresuid(NOBODY, NOBODY, NOBODY))
		return -1;
	return prctl(PR_SET_DUMPABLE, 1);
}

static int ordinary_user(void)
{
	struct err err = { "" };
	struct stat before, after;
	struct netns *ns;
	int ret;

	if (become_ordinary())
		return NO_OTHER_USER;
	if (stat("/proc/self/ns/net", &before))
		return WRONG;
	ret = netns_privilege(&err);
	if (ret)
		return ret == -EPERM && strstr(err.text, "run as root") ? REFUSED : WRONG;
	if (stat("/proc/self/ns/net", &after) || before.st_ino != after.st_ino)
		return WRONG;
	ns = netns_new(&err);
	return ns ? WORKED : WRONG;
}

/* For an ordinary user there is a user namespace, or a sentence that says what to do. */
Test(netns_privilege, works_for_an_ordinary_user_or_says_what_to_do)
{
	int ret = in_child(ordinary_user);

	if (ret == REFUSED)
		cr_skip_test("this machine gives ordinary users no user namespaces");
	if (ret == NO_OTHER_USER)
		cr_skip_test("there is no other user in this user namespace");
	cr_assert_eq(ret, WORKED);
}

static int twice(void)
{
	struct err err = { "" };
	struct stat before, after;

	if (netns_privilege(&err))
		return REFUSED;
	if (stat("/proc/self/ns/user", &before) || netns_privilege(&err) ||
	    stat("/proc/self/ns/user", &after))
		return WRONG;
	return before.st_ino == after.st_ino ? WORKED : WRONG;
}

Test(netns_privilege, does_nothing_the_second_time)
{
	int ret = in_child(twice);

	if (ret == REFUSED)
		cr_skip_test("no privilege to be had");
	cr_assert_eq(ret, WORKED);
}
