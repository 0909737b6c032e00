/* SPDX-License-Identifier: MIT */
/*
 * rtnetlink(7), RTMGRP_LINK: dead when the device that carries the connection's route loses
 * IFF_RUNNING or is removed. It looks at nothing else: the socket may be long dead, and a cable
 * pulled behind the next switch changes no interface of this host (RFC 2863: ifOperStatus speaks of
 * the interface, not of the path).
 *
 * The notification is heard, not the state polled: a link that comes back at once is reported, too.
 * Where the netlink socket overflowed (ENOBUFS), the state is looked at instead. A link that runs
 * again is alive again; one that was removed never is, for its index goes with it.
 */
#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "method/attempt.h"
#include "method/method.h"
#include "netns/monitor.h"
#include "theory/steps.h"

/* linkwatch acts on an urgent event at once, from a work queue (net/core/link_watch.c). */
#define LINK_WATCH_NS (5 * NS_PER_MS)

static int link_watch_arm(struct watch *watch, struct err *err)
{
	const struct sockaddr_storage *to = watch->traffic == TRAFFIC_CONNECTING ? &watch->to : NULL;
	struct monitor_path *path = calloc(1, sizeof(*path));
	int ret;

	if (!path)
		return err_sys(err, ENOMEM, "the connection's route");
	ret = monitor_path(watch->fd, to, path, err);
	/* No device carries an attempt without a route: there is nothing to be heard. */
	if (ret >= 0 || (to && ret == -ENETUNREACH))
		ret = monitor_open(NETLINK_ROUTE, RTMGRP_LINK, err);
	if (ret < 0) {
		free(path);
		return ret;
	}
	watch->own = path;
	watch->own_fd = ret;
	return 0;
}

static void gone(struct watch *watch, int64_t now, const char *device, const char *what)
{
	watch->dead_ns = now;
	watch->saw_errno = 0;
	snprintf(watch->saw, sizeof(watch->saw), "link %s %s", device, what);
}

/* True when the device is down or gone, and saw is written. */
static bool looked(struct watch *watch, const struct monitor_path *path, int64_t now)
{
	struct ifreq req = { 0 };

	memcpy(req.ifr_name, path->device, sizeof(req.ifr_name));
	if (ioctl(watch->fd, SIOCGIFFLAGS, &req) < 0)
		gone(watch, now, path->device, "removed");
	else if (!(req.ifr_flags & IFF_RUNNING))
		gone(watch, now, path->device, "not running");
	else
		return false;
	return true;
}

/* True when the device is down or gone, and saw is written. */
static bool told_down(struct watch *watch, const struct monitor_path *path,
		      const struct nlmsghdr *hdr, int64_t now)
{
	const struct ifinfomsg *info = NLMSG_DATA(hdr);

	if (hdr->nlmsg_len < NLMSG_LENGTH(sizeof(*info)) || info->ifi_index != path->ifindex)
		return false;
	if (hdr->nlmsg_type == RTM_DELLINK)
		gone(watch, now, path->device, "removed");
	else if (hdr->nlmsg_type == RTM_NEWLINK && !(info->ifi_flags & IFF_RUNNING))
		gone(watch, now, path->device, "not running");
	else
		return false;
	return true;
}

/* Waits for one message and whatever else it brings. True when one of them says that the device is
 * down or gone. */
static bool hear(struct watch *watch, const struct monitor_path *path)
{
	union {
		struct nlmsghdr hdr;
		char bytes[8192];
	} in;
	ssize_t n = recv(watch->own_fd, &in, sizeof(in), 0);
	int err = errno;
	int64_t now = clock_now_ns();

	atomic_fetch_add(&watch->wakeups, 1);
	if (n < 0 && err == ENOBUFS)
		return path->ifindex && looked(watch, path, now);
	if (n < 0 && err != EINTR) {
		watch_saw(watch, now, "recv(netlink)", n, err);
		return true;
	}
	for (struct nlmsghdr *h = &in.hdr; n > 0 && NLMSG_OK(h, (size_t)n); h = NLMSG_NEXT(h, n)) {
		if (told_down(watch, path, h, now))
			return true;
	}
	return false;
}

static void link_watch_watch(struct watch *watch)
{
	const struct monitor_path *path = watch->own;

	if (path->ifindex && looked(watch, path, clock_now_ns()))
		return;
	while (!hear(watch, path))
		;
}

/* The state is looked at whenever something was told: it may have come and gone meanwhile. */
static bool link_watch_trust(struct watch *watch)
{
	const struct monitor_path *path = watch->own;
	struct ifreq req = { 0 };
	char bytes[8192];

	memcpy(req.ifr_name, path->device, sizeof(req.ifr_name));
	for (;;) {
		ssize_t n;

		if (ioctl(watch->fd, SIOCGIFFLAGS, &req) < 0)
			return false;
		watch->trusted_ns = clock_now_ns();
		if (req.ifr_flags & IFF_RUNNING)
			return true;
		n = recv(watch->own_fd, bytes, sizeof(bytes), 0);
		atomic_fetch_add(&watch->wakeups, 1);
		if (n < 0 && errno != EINTR && errno != ENOBUFS)
			return false;
	}
}

static void link_watch_release(struct watch *watch)
{
	close(watch->own_fd);
	watch_free_own(watch);
}

static int64_t link_watch_period_ns(const struct opt_values *opt, const struct situation *situation)
{
	(void)opt;
	(void)situation;
	return 0;
}

static void link_watch_window(const struct opt_values *opt, const struct situation *situation,
			      struct window *window)
{
	const struct effect *e = &situation->effect;
	int64_t down = e->kind == EFFECT_FLAPPING ? e->down_ns : e->for_ns;

	(void)opt;
	if (e->kind != EFFECT_SILENCE && e->kind != EFFECT_FLAPPING)
		window_never(window, "the own device keeps its carrier, and link_watch looks at nothing "
				     "else");
	else if (e->where != WHERE_OWN_CARRIER)
		window_never(window, "packets vanish beyond the own device, whose carrier stays "
				     "(RFC 2863: ifOperStatus speaks of the interface)");
	else if (down && down < 2 * LINK_WATCH_NS)
		window_none(window, "the carrier is back before linkwatch need have told that it went");
	else
		window_some(window, 0, LINK_WATCH_NS,
			    "the kernel tells a lost carrier at once (net/core/link_watch.c: "
			    "linkwatch_urgent_event)");
	steps_end(situation->steps, window, "rtnetlink(7); link_watch.c: linkwatch_urgent_event",
		  "netlink tells that the device is no longer running");
}

const struct method method_link_watch = {
	.name = "link_watch",
	.about = "netlink: dead when the own device loses its carrier or is removed",
	.options = (const struct opt[]){ { 0 } },
	.arm = link_watch_arm,
	.connect = attempt_unseen,
	.watch = link_watch_watch,
	.trust = link_watch_trust,
	.release = link_watch_release,
	.period_ns = link_watch_period_ns,
	.window = link_watch_window,
};
