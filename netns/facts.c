/* SPDX-License-Identifier: MIT */
#include "netns/facts.h"

#include <errno.h>
#include <linux/io_uring.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "netns/facts_net.h"
#include "netns/ns.h"

/*
 * One row per fact, tried in this order in one pair of scratch namespaces. A row may need an
 * earlier one: without it the row is not tried, and the earlier one's reason and cure are its own.
 */

/* In <linux/tcp.h> since Linux 6.15. */
enum { FACTS_TCP_RTO_MAX_MS = 44 };

#define OR_VIRTUAL "or use -e virtual"

struct row {
	const char *name, *about, *cure;
	enum fact needs; /* itself: nothing */
	int (*try)(struct netns *a, struct netns *b, struct err *err);
};

/* The namespaces are there by then: netns_new() is the try. */
static int try_nothing(struct netns *a, struct netns *b, struct err *err)
{
	(void)a;
	(void)b;
	(void)err;
	return 0;
}

static int try_tcp_option(int option, const char *name, struct err *err)
{
	const int ms = 5000;
	int fd, code = 0;

	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return err_sys(err, errno, "cannot open a TCP socket");
	if (setsockopt(fd, IPPROTO_TCP, option, &ms, sizeof(ms)))
		code = errno;
	close(fd);
	return code ? err_sys(err, code, "setsockopt %s", name) : 0;
}

static int try_user_timeout(struct netns *a, struct netns *b, struct err *err)
{
	(void)a;
	(void)b;
	return try_tcp_option(TCP_USER_TIMEOUT, "TCP_USER_TIMEOUT", err);
}

static int try_rto_max(struct netns *a, struct netns *b, struct err *err)
{
	(void)a;
	(void)b;
	return try_tcp_option(FACTS_TCP_RTO_MAX_MS, "TCP_RTO_MAX_MS", err);
}

static int try_io_uring(struct netns *a, struct netns *b, struct err *err)
{
	struct io_uring_params params = { 0 };
	long fd;

	(void)a;
	(void)b;
	fd = syscall(SYS_io_uring_setup, 2, &params);
	if (fd < 0)
		return err_sys(err, errno, "io_uring_setup");
	close((int)fd);
	return 0;
}

static const struct row rows[FACT_COUNT] = {
	[FACT_NETNS] = { "netns", "network namespaces",
			 "run as root, or let ordinary users create user namespaces (sysctl "
			 "kernel.unprivileged_userns_clone=1, user.max_user_namespaces above 0)",
			 FACT_NETNS, try_nothing },
	[FACT_VETH] = { "veth", "veth pairs between namespaces, and their carrier",
			"modprobe veth (CONFIG_VETH), " OR_VIRTUAL, FACT_NETNS, facts_net_veth },
	[FACT_BRIDGE] = { "bridge", "the wire as a switch",
			  "modprobe bridge (CONFIG_BRIDGE), " OR_VIRTUAL, FACT_NETNS,
			  facts_net_bridge },
	[FACT_DROP] = { "drop", "silent drops by device and direction",
			"modprobe sch_ingress cls_bpf (CONFIG_NET_SCH_INGRESS, "
			"CONFIG_NET_CLS_BPF), " OR_VIRTUAL, FACT_VETH, facts_net_drop },
	[FACT_NETEM] = { "netem", "the netem qdisc: delay, loss, reorder, rate",
			 "modprobe sch_netem (in some distributions in a package "
			 "kernel-modules-extra), " OR_VIRTUAL, FACT_VETH, facts_net_netem },
	[FACT_NETEM_SEED] = { "netem_seed", "netem's random numbers from a seed",
			      "Linux 6.6 or later, " OR_VIRTUAL, FACT_NETEM,
			      facts_net_netem_seed },
	[FACT_QUEUE] = { "queue", "a queue of a given length on a device",
			 "modprobe sch_tbf (CONFIG_NET_SCH_TBF), " OR_VIRTUAL, FACT_VETH,
			 facts_net_queue },
	[FACT_IPV6] = { "ipv6", "IPv6 in a namespace",
			"boot without ipv6.disable=1 (CONFIG_IPV6), " OR_VIRTUAL, FACT_VETH,
			facts_net_ipv6 },
	[FACT_TCP_USER_TIMEOUT] = { "tcp_user_timeout", "the TCP_USER_TIMEOUT socket option",
				    "Linux 2.6.37 or later", FACT_TCP_USER_TIMEOUT,
				    try_user_timeout },
	[FACT_TCP_RTO_MAX_MS] = { "tcp_rto_max_ms", "the TCP_RTO_MAX_MS socket option",
				  "Linux 6.15 or later, or use -e virtual --kernel with one",
				  FACT_TCP_RTO_MAX_MS, try_rto_max },
	[FACT_NFTABLES] = { "nftables", "nftables tables in a namespace",
			    "modprobe nf_tables (CONFIG_NF_TABLES), " OR_VIRTUAL, FACT_NETNS,
			    facts_net_nftables },
	[FACT_NFT_REJECT] = { "nft_reject", "a firewall that answers what it refuses",
			      "modprobe nft_reject_ipv4 (CONFIG_NFT_REJECT_IPV4), " OR_VIRTUAL,
			      FACT_NFTABLES, facts_net_nft_reject },
	[FACT_CONNTRACK] = { "conntrack", "connection tracking in a namespace",
			     "modprobe nf_conntrack (CONFIG_NF_CONNTRACK), " OR_VIRTUAL, FACT_NETNS,
			     facts_net_conntrack },
	[FACT_NAT] = { "nat", "a router that translates addresses, and its list of connections",
		       "modprobe nft_chain_nat nft_nat nft_ct nft_reject_ipv4 nf_conntrack_netlink, "
		       OR_VIRTUAL, FACT_CONNTRACK, facts_net_nat },
	[FACT_IO_URING] = { "io_uring", "io_uring(7) for this process",
			    "sysctl kernel.io_uring_disabled=0; in a container allow "
			    "io_uring_setup(2)", FACT_IO_URING, try_io_uring },
	[FACT_SOCK_DIAG] = { "sock_diag", "the kernel tells of destroyed TCP sockets",
			     "modprobe inet_diag tcp_diag (CONFIG_INET_DIAG, "
			     "CONFIG_INET_TCP_DIAG), " OR_VIRTUAL, FACT_NETNS, facts_net_sock_diag },
};

const char *fact_name(enum fact f)
{
	return rows[f].name;
}

const char *fact_about(enum fact f)
{
	return rows[f].about;
}

/* A sentence of this room may end in "; remedy": here the row has that. */
static void set_bad(struct facts *facts, enum fact f, const char *why, const char *cure)
{
	const char *end = strstr(why, "; ");

	facts->fact[f].ok = false;
	snprintf(facts->fact[f].why, sizeof(facts->fact[f].why), "%.*s",
		 end ? (int)(end - why) : (int)strlen(why), why);
	snprintf(facts->fact[f].cure, sizeof(facts->fact[f].cure), "%s", cure);
}

static void try_row(struct facts *facts, enum fact f, struct netns *a, struct netns *b)
{
	const enum fact needs = rows[f].needs;
	struct err why = { "" };

	if (needs != f && !facts->fact[needs].ok)
		set_bad(facts, f, facts->fact[needs].why, facts->fact[needs].cure);
	else if (rows[f].try(a, b, &why))
		set_bad(facts, f, why.text, rows[f].cure);
	else
		facts->fact[f].ok = true;
}

/* The machine's own user namespace maps every id to itself (user_namespaces(7)). */
static bool is_machine_root(void)
{
	unsigned inside, outside, count;
	FILE *map;
	int n;

	if (geteuid())
		return false;
	map = fopen("/proc/self/uid_map", "re");
	if (!map)
		return true; /* a kernel without user namespaces */
	n = fscanf(map, "%u %u %u", &inside, &outside, &count);
	fclose(map);
	return n == 3 && !inside && !outside && count == UINT32_MAX;
}

/* With what each of them builds on: a row stands after what it needs. */
static unsigned int with_needs(unsigned int wanted)
{
	for (int f = FACT_COUNT - 1; f >= 0; f--) {
		if (wanted & FACT_BIT(f))
			wanted |= FACT_BIT(rows[f].needs);
	}
	return wanted;
}

bool facts_meet(const struct facts *facts, unsigned int needs, struct err *why)
{
	for (int f = 0; f < FACT_COUNT; f++) {
		if ((needs & FACT_BIT(f)) && !facts->fact[f].ok) {
			err_set(why, EOPNOTSUPP, "%s; %s", facts->fact[f].why, facts->fact[f].cure);
			return false;
		}
	}
	return true;
}

int facts_find(struct facts *facts, unsigned int wanted, struct err *err)
{
	struct netns *a = NULL, *b = NULL;
	struct err why = { "" };
	struct utsname uts;

	wanted = with_needs(wanted);

	*facts = (struct facts){ .root = is_machine_root() };
	if (uname(&uts))
		return err_sys(err, errno, "uname");
	snprintf(facts->release, sizeof(facts->release), "%s", uts.release);
	if (wanted & FACT_BIT(FACT_NETNS))
		a = netns_new(&why);
	if (a)
		b = netns_new(&why);
	for (int f = 0; f < FACT_COUNT; f++) {
		if (!(wanted & FACT_BIT(f)))
			set_bad(facts, f, "it was not tried", rows[f].cure);
		else if (f == FACT_NETNS && !b)
			set_bad(facts, f, why.text, rows[f].cure);
		else
			try_row(facts, f, a, b);
	}
	netns_free(a);
	netns_free(b);
	return 0;
}
