/* SPDX-License-Identifier: MIT */
/*
 * rtnetlink(7), RTMGRP_NEIGH: dead when the neighbour through which the connection's packets leave
 * (the other end itself on one link, else the gateway) goes NUD_FAILED: three requests a second
 * apart stayed unanswered (arp(7), RFC 4861 7.3.3). The kernel of the next hop answers, whatever
 * became of the peer's process.
 *
 * The kernel asks only where traffic doubts the entry: REACHABLE for 15 s to 45 s, then DELAY for
 * 5 s, then PROBE. With `probe` the method has it asked at armed + k * probe; without, it depends on
 * what the host sends.
 *
 * A failed neighbour is alive again when it answers a request (NUD_REACHABLE) or asks one itself
 * (NUD_STALE).
 *
 * One entry serves all connections of the host, and each request and answer for any of them is told
 * to all who listen. So the kernel is given a filter, and wakes the method for what decides only. As
 * the filter depends on what is held true, the state is looked at whenever that has changed.
 */
#include <errno.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "method/neigh_watch.h"
#include "netns/monitor.h"

#define NEIGH_WATCH_MAX (INT64_C(365) * 24 * 3600 * NS_PER_S)
#define ALIVE		(NUD_REACHABLE | NUD_STALE)

static const struct opt neigh_watch_rows[] = {
	[NEIGH_WATCH_PROBE] = { .name = "probe",
				.type = OPT_DURATION,
				.min = 10 * NS_PER_MS,
				.max = NEIGH_WATCH_MAX,
				.about = "have the neighbour asked this often; left out: never" },
	{ 0 },
};

static int neigh_watch_arm(struct watch *watch, struct err *err)
{
	struct monitor_path *path = malloc(sizeof(*path));
	int ret, fd = -1;

	if (!path)
		return err_sys(err, ENOMEM, "the connection's route");
	ret = monitor_path(watch->fd, NULL, path, err);
	if (ret >= 0)
		ret = fd = monitor_open(NETLINK_ROUTE, RTMGRP_NEIGH, err);
	if (ret >= 0)
		ret = monitor_hear_neighbour(fd, path, NUD_FAILED, err);
	if (ret < 0) {
		if (fd >= 0)
			close(fd);
		free(path);
		return ret;
	}
	watch->own = path;
	watch->own_fd = fd;
	return 0;
}

static bool failed(struct watch *watch, const struct monitor_path *path, int state, int64_t now)
{
	if (state < 0 || !(state & NUD_FAILED))
		return false;
	watch->dead_ns = now;
	watch->saw_errno = 0;
	snprintf(watch->saw, sizeof(watch->saw), "neighbour on %s FAILED", path->device);
	return true;
}

static bool answered(struct watch *watch, int state, int64_t now)
{
	if (state < 0 || !(state & ALIVE))
		return false;
	watch->trusted_ns = now;
	return true;
}

enum heard { HEARD_NOTHING, HEARD_CHANGE, HEARD_ERROR };

/* What a state means to one who holds the neighbour for dead, or for alive. */
static bool changed(struct watch *watch, const struct monitor_path *path, bool held_dead, int state,
		    int64_t now)
{
	return held_dead ? answered(watch, state, now) : failed(watch, path, state, now);
}

/* Reads one message. HEARD_ERROR: nothing can be heard any more, and saw is written. */
static enum heard hear(struct watch *watch, const struct monitor_path *path, bool held_dead)
{
	union {
		struct nlmsghdr hdr;
		char bytes[8192];
	} in;
	struct err lost;
	ssize_t n = recv(watch->own_fd, &in, sizeof(in), MSG_DONTWAIT);
	int err = errno;
	int64_t now = clock_now_ns();

	if (n < 0 && err == ENOBUFS)
		return changed(watch, path, held_dead, monitor_neighbour(path, &lost), now) ?
			       HEARD_CHANGE : HEARD_NOTHING;
	if (n < 0 && err != EINTR && err != EAGAIN) {
		watch_saw(watch, now, "recv(netlink)", n, err);
		return HEARD_ERROR;
	}
	for (struct nlmsghdr *h = &in.hdr; n > 0 && NLMSG_OK(h, (size_t)n); h = NLMSG_NEXT(h, n)) {
		if (changed(watch, path, held_dead, monitor_told_neighbour(h, path), now))
			return HEARD_CHANGE;
	}
	return HEARD_NOTHING;
}

/* Listens, and has the neighbour asked when that is due, until it fails, or, where it is @held_dead,
 * answers. False when nothing can be heard any more. */
static bool listen_on(struct watch *watch, bool held_dead)
{
	struct monitor_path *path = watch->own;
	int64_t probe = watch->opt.v[NEIGH_WATCH_PROBE], due = INT64_MAX;
	struct pollfd fd = { .fd = watch->own_fd, .events = POLLIN };

	if (probe != OPT_UNSET)
		due = watch->armed_ns + ((clock_now_ns() - watch->armed_ns) / probe + 1) * probe;
	for (;;) {
		int64_t now = clock_now_ns();
		struct timespec left = clock_timespec(due > now ? due - now : 0);
		int n = ppoll(&fd, 1, due == INT64_MAX ? NULL : &left, NULL);
		enum heard heard = HEARD_NOTHING;
		struct err err;

		atomic_fetch_add(&watch->wakeups, 1);
		if (n > 0)
			heard = hear(watch, path, held_dead);
		if (heard != HEARD_NOTHING)
			return heard == HEARD_CHANGE;
		now = clock_now_ns();
		if (now < due)
			continue;
		n = monitor_ask(path, &err);
		if (n < 0) {
			watch_saw(watch, clock_now_ns(), "netlink", -1, -n);
			return false;
		}
		atomic_fetch_add(&watch->messages, 1);
		due += ((now - due) / probe + 1) * probe;
	}
}

/* Has the other states heard of. True when the neighbour is in one of them already. */
static bool turn(struct watch *watch, bool held_dead)
{
	const struct monitor_path *path = watch->own;
	struct err err;

	monitor_hear_neighbour(watch->own_fd, path, held_dead ? ALIVE : NUD_FAILED, &err);
	return changed(watch, path, held_dead, monitor_neighbour(path, &err), clock_now_ns());
}

static void neigh_watch_watch(struct watch *watch)
{
	bool anew = watch->trusted_ns != watch->armed_ns;

	if (!anew || !turn(watch, false))
		listen_on(watch, false);
}

/* It may have answered before the failure was read. */
static bool neigh_watch_trust(struct watch *watch)
{
	return turn(watch, true) || listen_on(watch, true);
}

static void neigh_watch_release(struct watch *watch)
{
	monitor_done(watch->own);
	close(watch->own_fd);
	watch_free_own(watch);
}

static int64_t neigh_watch_period_ns(const struct opt_values *opt,
				     const struct situation *situation)
{
	if (opt->v[NEIGH_WATCH_PROBE] != OPT_UNSET)
		return opt->v[NEIGH_WATCH_PROBE];
	return situation_observer_writes_ns(situation);
}

const struct method method_neigh_watch = {
	.name = "neigh_watch",
	.about = "netlink: dead when the next hop's neighbour entry goes FAILED",
	.options = neigh_watch_rows,
	.arm = neigh_watch_arm,
	.watch = neigh_watch_watch,
	.trust = neigh_watch_trust,
	.release = neigh_watch_release,
	.period_ns = neigh_watch_period_ns,
	.window = neigh_watch_window,
};
