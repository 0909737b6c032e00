/* SPDX-License-Identifier: MIT */
#ifndef NETNS_NS_H
#define NETNS_NS_H

#include "netns/err.h"

/*
 * Network namespaces without a name: a namespace is held by descriptors only (all O_CLOEXEC), so
 * that the kernel removes it, its links and its qdiscs when the last holder is gone, however it
 * went. No function here changes the namespace of the calling thread, except netns_enter().
 *
 * A struct netns belongs to one process and one thread at a time: its netlink socket is a
 * conversation. A child made by fork(2) may use netns_fd() and netns_enter(), nothing else.
 */

struct netns;
struct nl_sock;

/*
 * Makes the calling process able to create network namespaces. Nothing to do when it already can
 * (tried, in a child); otherwise it moves into a new user namespace, mapped as root, which only a
 * process with a single thread may do (user_namespaces(7)). Children inherit it, and so does their
 * knowledge of it: drop it for good only in a process that does not ask again. The host's
 * network namespace stays the process's own.
 * -EPERM: neither is possible, and the sentence says what to do.
 */
int netns_privilege(struct err *err);

/* A new network namespace with lo up. NULL and a sentence on failure. */
struct netns *netns_new(struct err *err);

/* Closes the descriptors; the kernel frees the namespace with its last process. NULL is fine. */
void netns_free(struct netns *ns);

/* For setns(2), CLONE_NEWNET. Owned by @ns; O_CLOEXEC. */
int netns_fd(const struct netns *ns);

/* Moves the calling thread into @ns: the way in for a child before exec. There is no way back. */
int netns_enter(const struct netns *ns, struct err *err);

/*
 * The same, into the namespace for which the process of @pidfd has the descriptor @held: its
 * netns_fd(). -EPERM where that process may not be traced (pidfd_getfd(2)), as one that has moved
 * into a user namespace may not.
 */
int netns_enter_held(int pidfd, int held, struct err *err);

/*
 * Runs @act(@arg) inside @ns, in the calling thread or, where that could not come back (a process
 * in a user namespace may not setns(2) to the host's network), in a thread that ends with it.
 * Returns what @act returned, or a negative errno.
 */
int netns_within(const struct netns *ns, int (*act)(void *arg, struct err *err), void *arg,
		 struct err *err);

/* socket(2) inside @ns, SOCK_CLOEXEC. A descriptor, or a negative errno. */
int netns_socket(const struct netns *ns, int domain, int type, int protocol, struct err *err);

/* The NETLINK_ROUTE socket inside @ns. Owned by @ns. */
struct nl_sock *netns_route(const struct netns *ns);

#endif
