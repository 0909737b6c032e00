/* SPDX-License-Identifier: MIT */
#ifndef NETNS_MONITOR_H
#define NETNS_MONITOR_H

#include <net/if.h>
#include <stdint.h>
#include <sys/socket.h>

#include "netns/err.h"

/*
 * What the kernel tells by itself about links, neighbours and sockets (netlink(7), rtnetlink(7),
 * sock_diag(7)), in the namespace of the calling thread: for programs that live inside one and
 * hold no struct netns.
 */

/* A netlink socket that hears @groups (RTMGRP_…, or bit group - 1) of @protocol. A descriptor,
 * close-on-exec and blocking, or a negative errno. */
int monitor_open(int protocol, uint32_t groups, struct err *err);

struct nl_sock;

/* Which way packets to the other end of a connection take. */
struct monitor_path {
	int family;  /* AF_INET or AF_INET6 */
	int ifindex;
	char device[IF_NAMESIZE];
	uint8_t hop[16]; /* the next hop's address: a gateway, or the other end itself */
	uint32_t hop_len;
	struct nl_sock *asker; /* of monitor_ask() alone */
};

/* The route of the connected socket @fd, from its own address; or, where @to is given, the one that a
 * socket bound to no address would take there. -ENETUNREACH: there is none. */
int monitor_path(int fd, const struct sockaddr_storage *to, struct monitor_path *path,
		 struct err *err);

/*
 * From now on @fd, of monitor_open(NETLINK_ROUTE, RTMGRP_NEIGH), hears and wakes only when the next hop
 * goes into one of @states, NUD_…. What it had heard before stays to be read. After an error it hears
 * everything.
 */
int monitor_hear_neighbour(int fd, const struct monitor_path *path, int states, struct err *err);

/* The neighbour's state, NUD_… of <linux/neighbour.h>, 0: no entry; or a negative errno. */
int monitor_neighbour(const struct monitor_path *path, struct err *err);

/*
 * Has the kernel ask the next hop whether it is there (ARP, neighbour solicitation), as it does by
 * itself only where traffic doubts it. An entry with a hardware address is asked at once, by
 * unicast (NUD_PROBE); one without is looked for by broadcast (NTF_USE). Nothing changes where it
 * is being asked already. Needs CAP_NET_ADMIN over the namespace. The socket by which it is told so
 * stays open, for the next time, until monitor_done().
 */
int monitor_ask(struct monitor_path *path, struct err *err);
void monitor_done(struct monitor_path *path);

/* The state that an RTM_NEWNEIGH tells of the next hop, NUD_…; -1: the message is about something
 * else. @message: one struct nlmsghdr, complete. */
struct nlmsghdr;
int monitor_told_neighbour(const struct nlmsghdr *message, const struct monitor_path *path);

#endif
