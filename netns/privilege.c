/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "netns/ns.h"

/*
 * netns_privilege(): first a child tries what the lab needs, a network namespace and a change in
 * it. If that is refused, the process moves into a user namespace of its own, in which it is root
 * over the network namespaces it creates there, and tries again. Children of a process that has it
 * have it too, and need not try.
 */
static bool has_privilege;

/* 0 or a positive errno. */
static int try_namespace(void)
{
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd;

	if (unshare(CLONE_NEWNET))
		return errno;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return errno;
	return ioctl(fd, SIOCSIFFLAGS, &ifr) ? errno : 0;
}

/* 0, or the positive errno with which a child failed. */
static int try_in_child(void)
{
	int status;
	pid_t pid;

	pid = fork();
	if (pid < 0)
		return errno;
	if (!pid)
		_exit(try_namespace());
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : EPERM;
}

static int write_file(const char *path, const char *text, struct err *err)
{
	int fd, ret = 0;

	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, errno, "cannot open %s", path);
	if (write(fd, text, strlen(text)) < 0)
		ret = err_sys(err, errno, "cannot write %s", path);
	close(fd);
	return ret;
}

/* Since Linux 3.19 gid_map is refused before setgroups is denied (user_namespaces(7)). */
static int map_as_root(uid_t uid, gid_t gid, struct err *err)
{
	char map[32];
	int ret;

	ret = write_file("/proc/self/setgroups", "deny", err);
	if (ret)
		return ret;
	snprintf(map, sizeof(map), "0 %u 1", gid);
	ret = write_file("/proc/self/gid_map", map, err);
	if (ret)
		return ret;
	snprintf(map, sizeof(map), "0 %u 1", uid);
	return write_file("/proc/self/uid_map", map, err);
}

int netns_privilege(struct err *err)
{
	static const char remedy[] =
		"run as root, or let ordinary users create user namespaces (sysctl "
		"kernel.unprivileged_userns_clone=1, user.max_user_namespaces above 0, "
		"kernel.apparmor_restrict_unprivileged_userns=0)";
	const uid_t uid = geteuid();
	const gid_t gid = getegid();
	struct err why = { "" };
	int code;

	if (has_privilege)
		return 0;
	code = try_in_child();
	has_privilege = !code;
	if (!code)
		return 0;
	if (code != EPERM && code != EACCES)
		return err_sys(err, code, "cannot create a network namespace");
	if (unshare(CLONE_NEWUSER)) {
		code = errno;
		if (code == EINVAL)
			return err_set(err, EPERM, "a user namespace must be entered before the "
				       "process has a second thread; run as root");
		return err_set(err, EPERM, "not allowed to create network namespaces: %s; %s",
			       code == ENOSPC ? "user.max_user_namespaces is used up" :
						strerror(code), remedy);
	}
	if (map_as_root(uid, gid, &why))
		return err_set(err, EPERM, "cannot become root of a user namespace (%s); %s",
			       why.text, remedy);
	code = try_in_child();
	if (code)
		return err_set(err, EPERM, "a user namespace is of no use here: %s; %s",
			       strerror(code), remedy);
	has_privilege = true;
	return 0;
}
