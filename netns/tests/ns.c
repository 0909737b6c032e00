/* SPDX-License-Identifier: MIT */
#include "netns/ns.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <string.h>
#include <sys/pidfd.h>
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

enum { CANNOT_TRACE = 77 };

/* Waits for the number of its parent's descriptor, and for which namespace that is. */
static _Noreturn void enter_as_told(int from)
{
	int parent = pidfd_open(getppid(), 0), fd, ret;
	ino_t want;

	if (read(from, &fd, sizeof(fd)) != sizeof(fd) || read(from, &want, sizeof(want)) != sizeof(want))
		_exit(2);
	ret = netns_enter_held(parent, fd, NULL);
	_exit(ret == -EPERM ? CANNOT_TRACE : ret || current_ns() != want);
}

Test(netns_ns, a_child_can_enter_what_its_parent_made_later)
{
	int status, tell[2], fd;
	struct netns *ns = scratch_ns();
	ino_t want;
	pid_t pid;

	netns_free(ns);
	cr_assert_eq(pipe(tell), 0);
	pid = fork();
	cr_assert_geq(pid, 0);
	if (!pid)
		enter_as_told(tell[0]);
	ns = scratch_ns();
	fd = netns_fd(ns);
	want = inode_of(ns);
	cr_assert_eq(write(tell[1], &fd, sizeof(fd)), (ssize_t)sizeof(fd));
	cr_assert_eq(write(tell[1], &want, sizeof(want)), (ssize_t)sizeof(want));
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	netns_free(ns);
	if (status == CANNOT_TRACE << 8)
		cr_skip_test("a child may not trace its parent here");
	cr_assert_eq(status, 0);
}

Test(netns_ns, a_descriptor_that_nobody_holds_is_told)
{
	struct err err = { "" };
	int self = pidfd_open(getpid(), 0);

	cr_assert_eq(netns_enter_held(self, 1 << 20, &err), -EBADF);
	cr_assert(strstr(err.text, "another process's network namespace"), "%s", err.text);
	close(self);
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
