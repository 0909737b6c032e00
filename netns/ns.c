/* SPDX-License-Identifier: MIT */
#include "netns/ns.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <netlink/netlink.h>
#include <netlink/socket.h>

#include "netns/link.h"
#include "netns/rtnl.h"

/*
 * Everything that has to happen inside a namespace is a visit: go in, or create it, open a
 * descriptor there, and leave. Descriptors belong to the process and keep working outside.
 *
 * The calling thread goes itself if it is sure to get back: setns(2) to where it already is asks
 * for the same permission as the way back. In a user namespace that is refused for the host's
 * network namespace, so a thread is made for the visit and ends with it; nothing has to be
 * restored then, but starting and joining a thread costs two turns of the scheduler.
 */

struct netns {
	int fd;
	struct nl_sock *route;
};

struct visit {
	int fd; /* -1: a new namespace */
	int (*act)(void *arg, struct err *err);
	void *arg;
	struct err *err;
	int ret;
};

static void visit_go(struct visit *v)
{
	if (v->fd < 0 && unshare(CLONE_NEWNET))
		v->ret = err_sys(v->err, errno, "cannot create a network namespace");
	else if (v->fd >= 0 && setns(v->fd, CLONE_NEWNET))
		v->ret = err_sys(v->err, errno, "cannot enter a network namespace");
	else
		v->ret = v->act(v->arg, v->err);
}

static void *visit_thread(void *arg)
{
	visit_go(arg);
	return NULL;
}

static int visit_by_thread(struct visit *v)
{
	pthread_t thread;
	int ret;

	ret = pthread_create(&thread, NULL, visit_thread, v);
	if (ret)
		return err_sys(v->err, ret, "cannot start a thread");
	pthread_join(thread, NULL);
	return v->ret;
}

static int visit_run(struct visit *v)
{
	int home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	int ret;

	if (home < 0 || setns(home, CLONE_NEWNET)) {
		ret = visit_by_thread(v);
	} else {
		visit_go(v);
		ret = v->ret;
		if (setns(home, CLONE_NEWNET))
			abort(); /* lost in another namespace: nothing done from here is right */
	}
	if (home >= 0)
		close(home);
	return ret;
}

int netns_within(const struct netns *ns, int (*act)(void *arg, struct err *err), void *arg,
		 struct err *err)
{
	struct visit v = { .fd = ns->fd, .act = act, .arg = arg, .err = err };

	return visit_run(&v);
}

static int open_inside(void *arg, struct err *err)
{
	struct netns *ns = arg;
	int ret;

	ns->fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	if (ns->fd < 0)
		return err_sys(err, errno, "cannot open /proc/thread-self/ns/net");
	ret = nl_connect(ns->route, NETLINK_ROUTE);
	if (ret < 0)
		return err_sys(err, rtnl_errno(ret), "cannot open a NETLINK_ROUTE socket");
	rtnl_prepare(ns->route);
	return 0;
}

struct netns *netns_new(struct err *err)
{
	struct netns *ns = calloc(1, sizeof(*ns));
	struct visit v = { .fd = -1, .act = open_inside, .arg = ns, .err = err };

	if (!ns) {
		err_sys(err, ENOMEM, "cannot create a network namespace");
		return NULL;
	}
	ns->fd = -1;
	ns->route = nl_socket_alloc();
	if (!ns->route) {
		err_sys(err, ENOMEM, "cannot create a network namespace");
		goto fail;
	}
	if (visit_run(&v) || link_set_up(ns, "lo", true, err))
		goto fail;
	return ns;
fail:
	netns_free(ns);
	return NULL;
}

void netns_free(struct netns *ns)
{
	if (!ns)
		return;
	nl_socket_free(ns->route);
	if (ns->fd >= 0)
		close(ns->fd);
	free(ns);
}

int netns_fd(const struct netns *ns)
{
	return ns->fd;
}

struct nl_sock *netns_route(const struct netns *ns)
{
	return ns->route;
}

int netns_enter(const struct netns *ns, struct err *err)
{
	if (setns(ns->fd, CLONE_NEWNET))
		return err_sys(err, errno, "cannot enter a network namespace");
	return 0;
}

int netns_enter_held(int pidfd, int held, struct err *err)
{
	struct netns ns = { .fd = pidfd_getfd(pidfd, held, 0) };
	int ret;

	if (ns.fd < 0)
		return err_sys(err, errno, "cannot get at another process's network namespace");
	ret = netns_enter(&ns, err);
	close(ns.fd);
	return ret;
}

struct socket_request {
	int domain, type, protocol;
};

static int socket_inside(void *arg, struct err *err)
{
	const struct socket_request *req = arg;
	int fd = socket(req->domain, req->type | SOCK_CLOEXEC, req->protocol);

	if (fd < 0)
		return err_sys(err, errno, "cannot open a socket of family %d", req->domain);
	return fd;
}

int netns_socket(const struct netns *ns, int domain, int type, int protocol, struct err *err)
{
	struct socket_request req = { domain, type, protocol };

	return netns_within(ns, socket_inside, &req, err);
}
