/* SPDX-License-Identifier: MIT */
#ifndef NETNS_NAT_H
#define NETNS_NAT_H

#include <stdbool.h>
#include <stdint.h>

#include "netns/err.h"
#include "netns/ns.h"

/*
 * A namespace that forwards, as a router that translates TCP's source addresses and keeps a list of
 * connections (nf_conntrack): what leaves through one device gets one address, and what belongs to
 * no connection on the list is refused, from either side. A connection enters the list by its SYN
 * only (nf_conntrack_tcp_loose=0, Documentation/networking/nf_conntrack-sysctl.rst).
 *
 * Translation is to a fixed address: a masquerade would forget its connections with its device's
 * being down (net/netfilter/nf_nat_masquerade.c: masq_device_event).
 */

enum { NAT_TUPLE_MAX = 128 };

/* What an unknown packet gets. */
enum nat_answer { NAT_SILENCE, NAT_RESET };

struct nat {
	int family;          /* AF_INET or AF_INET6 */
	const char *out_dev; /* what leaves through it is translated */
	const char *address; /* to this one, which the namespace has */
};

/* In force when it returns, and unknown packets get silence. -EOPNOTSUPP: this kernel cannot. */
int nat_set(struct netns *ns, const struct nat *nat, struct err *err);

/* What unknown packets get from now on. */
int nat_refuse(struct netns *ns, int family, enum nat_answer answer, struct err *err);

/* Unknown packets so far, since nat_refuse(). */
int nat_refused(struct netns *ns, int family, uint64_t *packets, struct err *err);

/* TCP connections to port @port on the list. */
int nat_connections(struct netns *ns, int family, uint16_t port, int *n, struct err *err);

/* One of them. What has expired is on the list no more, though its memory may be freed later: a
 * packet does not find it, and a dump leaves it out (nf_conntrack_core.c: ____nf_conntrack_find;
 * nf_conntrack_netlink.c: ctnetlink_dump_table). */
struct nat_flow {
	bool listed;
	unsigned int left_s; /* until it is forgotten, if it stays silent: whole seconds, rounded down */
	int size;
	char tuple[NAT_TUPLE_MAX]; /* for nat_set_idle(): the CTA_TUPLE_ORIG that names it */
};

/* Of those that nat_connections() counts: flows[i] is the one that comes from port @first + i. */
int nat_list(struct netns *ns, int family, uint16_t port, uint16_t first, struct nat_flow *flows,
	     int n, struct err *err);

/*
 * What has become of each of @flows, which nat_list() found: `listed` and `left_s`. Asked for by name,
 * so that it costs what @n says and not what the list is long; what has expired is not found either
 * (nf_conntrack_netlink.c: ctnetlink_get_conntrack). One that was not listed stays so.
 */
int nat_look(struct netns *ns, int family, struct nat_flow *const *flows, int n, struct err *err);

/*
 * From now on a flow is forgotten when it was silent for @idle_s seconds: each of @flows counts from
 * this call, and anew from each packet that it sends, in jiffies (nf_conntrack_core.c:
 * __nf_ct_refresh_acct). It is the timeout of what is established and acknowledged: of one with data in
 * flight, or whose segments are repeated, it is at most five minutes (nf_conntrack_proto_tcp.c:
 * nf_conntrack_tcp_packet; nf_conntrack_tcp_timeout_unacknowledged and _max_retrans).
 */
int nat_set_idle(struct netns *ns, int family, const struct nat_flow *flows, int n,
		 unsigned int idle_s, struct err *err);

/* Empties the list. */
int nat_forget(struct netns *ns, struct err *err);

#endif
