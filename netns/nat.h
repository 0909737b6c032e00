/* SPDX-License-Identifier: MIT */
#ifndef NETNS_NAT_H
#define NETNS_NAT_H

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

/* Empties the list. */
int nat_forget(struct netns *ns, struct err *err);

#endif
