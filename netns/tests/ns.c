/* SPDX-License-Identifier: MIT */
#include "netns/ns.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "netns/tests/scratch.h"

static ino_t current_ns(void)
{
	struct stat st;

	cr_assert_eq(stat("/proc/thread-self/ns/net", &st), 0);
	return st.st_ino;
}

static ino_t inode_of(const struct netns *ns)
{
	struct stat st;

	cr_assert_eq(fstat(netns_fd(ns), &st), 0);
	return st.st_ino;
}

Test(netns_ns, leaves_the_caller_where_it_was)
{
	const ino_t before = current_ns();
	struct netns *ns = scratch_ns();

	cr_assert_eq(current_ns(), before);
	cr_assert_neq(inode_of(ns), before);
	netns_free(ns);
}

Test(netns_ns, has_lo_up)
{
	struct netns *ns = scratch_ns();
	struct link_state st;

	scratch_ok(link_get(ns, "lo", &st, e));
	cr_assert(st.up);
	cr_assert_eq(st.ifindex, 1);
	netns_free(ns);
}

Test(netns_ns, descriptors_close_on_exec)
{
	struct netns *ns = scratch_ns();
	int fd = netns_socket(ns, AF_INET, SOCK_STREAM, 0, NULL);

	cr_assert(fcntl(netns_fd(ns), F_GETFD) & FD_CLOEXEC);
	cr_assert(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	close(fd);
	netns_free(ns);
}

Test(netns_ns, a_child_can_enter)
{
	struct netns *ns = scratch_ns();
	const ino_t want = inode_of(ns);
	int status;
	pid_t pid;

	pid = fork();
	cr_assert_geq(pid, 0);
	if (!pid)
		_exit(netns_enter(ns, NULL) || current_ns() != want);
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_assert_eq(status, 0);
	netns_free(ns);
}

static int tell_ns(void *arg, struct err *err)
{
	ino_t *ino = arg;

	*ino = current_ns();
	return err_set(err, EDOM, "told");
}

Test(netns_ns, within_returns_what_was_returned)
{
	struct netns *ns = scratch_ns();
	struct err err = { "" };
	ino_t ino = 0;

	cr_assert_eq(netns_within(ns, tell_ns, &ino, &err), -EDOM);
	cr_assert_str_eq(err.text, "told");
	cr_assert_eq(ino, inode_of(ns));
	netns_free(ns);
}

Test(netns_ns, ends_with_its_descriptors)
{
	struct scratch_pair p = scratch_pair();
	int fd = scratch_listen(p.b);

	netns_free(p.a);
	cr_assert_geq(scratch_heard_ns(fd, 3, false, true, 30000 * MS), 0,
		      "the other end of the cable is still there");
	close(fd);
	netns_free(p.b);
}

Test(netns_ns, free_takes_null)
{
	netns_free(NULL);
}
