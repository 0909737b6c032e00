/* SPDX-License-Identifier: MIT */
/*
 * The wire as a router: it forwards between two subnets, and answers for what it cannot deliver.
 *
 *   no route            its port is down: network unreachable, at once. IPv4 says so five times in
 *                       a row and then once a second to each host (ip_error(), net/ipv4/route.c)
 *   nobody answers ARP  host unreachable, when three requests a second apart stayed unanswered
 *
 * Hosts limit how many ICMP errors they send (icmp_ratelimit, icmp_msgs_burst, icmp(7)), so that of
 * many connections in one lab some would hear nothing: these limits are lifted. In IPv4 by taking
 * the errors off the mask of what is limited, for a limit of 0 would also take ip_error()'s five
 * (inet_peer_xrlim_allow(), net/ipv4/inetpeer.c: both keep their account in one place).
 *
 * As nat it gives what the client sends its own address on the server's cable, and throws away what
 * belongs to no connection that it has seen the beginning of. Only TCP: what proves the path is
 * forwarded as it is.
 */
#include <sys/socket.h>

#include "lab/topology.h"
#include "netns/nat.h"
#include "netns/sysctl.h"

int topology_forwarding(struct lab *lab, struct err *err)
{
	static const char *const v4[][2] = {
		{"net.ipv4.ip_forward", "1"},
		{"net.ipv4.icmp_ratemask", "0"},
	};
	static const char *const v6[][2] = {
		{"net.ipv6.conf.all.forwarding", "1"},
		{"net.ipv6.icmp.ratelimit", "0"},
	};
	const char *const(*set)[2] = lab->config.family == AF_INET6 ? v6 : v4;
	int ret = 0;

	for (int i = 0; i < 2 && !ret; i++)
		ret = sysctl_set(lab->ns[PLACE_WIRE], set[i][0], set[i][1], err);
	return ret;
}

int topology_translation(struct lab *lab, struct err *err)
{
	enum place server = lab->config.observer == SIDE_SERVER ? PLACE_OBSERVER : PLACE_PEER;
	const struct nat nat = {
		.family = lab->config.family,
		.out_dev = lab_port(server),
		.address = lab_gateway(&lab->config, server),
	};

	return lab->config.wire == WIRE_NAT ? nat_set(lab->ns[PLACE_WIRE], &nat, err) : 0;
}
