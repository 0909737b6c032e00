/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
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

enum { WORKED = 0, REFUSED = 1, WRONG = 2 };

static int become_ordinary(void)
{
	struct __user_cap_header_struct hdr = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = { 0 };

	return syscall(SYS_capset, &hdr, none) ? -1 : 0;
}

static int ordinary_user_gets_a_namespace(void)
{
	struct err err = { "" };
	struct stat before, after;
	struct netns *ns;
	int ret;

	if (become_ordinary() || stat("/proc/self/ns/net", &before))
		return WRONG;
	ret = netns_privilege(&err);
	if (ret)
		return ret == -EPERM && strstr(err.text, "run as root") ? REFUSED : WRONG;
	if (stat("/proc/self/ns/net", &after) || before.st_ino != after.st_ino)
		return WRONG;
	ns = netns_new(&err);
	return ns ? WORKED : WRONG;
}

/* Without capabilities there is a user namespace, or a sentence that says what to do. */
Test(netns_privilege, works_without_capabilities_or_says_what_to_do)
{
	int ret = in_child(ordinary_user_gets_a_namespace);

	if (ret == REFUSED)
		cr_skip_test("this machine gives ordinary users no user namespaces");
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
