/* SPDX-License-Identifier: MIT */
/*
 * The addresses of a lab, and what comes with them.
 *
 *   switch   both ends on one subnet, nothing in between
 *   router   a subnet on each cable, the router's port on it, and a default route through that
 *
 * An IPv6 device has a link-local address, as every interface must (RFC 4291 2.1): without one the
 * kernel asks no neighbour whether it is still there (net/ipv6/ndisc.c: ndisc_send_ns), and takes it
 * for FAILED.
 *
 * What a device loses by going down is given again when it is up: IPv6 addresses (addrconf_ifdown(),
 * net/ipv6/addrconf.c) and routes through it (fib_disable_ip(), net/ipv4/fib_frontend.c).
 *
 * IPv4 loses an end's routes with its last address, too. IPv6 keeps its default route, and a socket
 * would go on sending from an address that the host no longer has; so it is taken along.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>

#include "lab/topology.h"
#include "netns/link.h"

enum role { ROLE_END, ROLE_GATEWAY, ROLE_NOBODY, ROLE_COUNT };

static const char *address_of(const struct lab_config *config, enum place end, enum role role)
{
	static const char *const near[ROLE_COUNT][2] = {
		{"10.77.1.1", "fd77:0:0:1::1"},
		{"10.77.1.254", "fd77:0:0:1::fe"},
		{"10.77.1.2", "fd77:0:0:1::2"},
	};
	static const char *const far[ROLE_COUNT][2] = {
		{"10.77.2.1", "fd77:0:0:2::1"},
		{"10.77.2.254", "fd77:0:0:2::fe"},
		{"10.77.2.2", "fd77:0:0:2::2"},
	};
	bool six = config->family == AF_INET6;

	return end == PLACE_PEER ? far[role][six] : near[role][six];
}

const char *lab_address(const struct lab_config *config, enum place end)
{
	if (config->wire != WIRE_SWITCH)
		return address_of(config, end, ROLE_END);
	if (config->family == AF_INET6)
		return end == PLACE_PEER ? "fd77::2" : "fd77::1";
	return end == PLACE_PEER ? "10.77.0.2" : "10.77.0.1";
}

const char *lab_gateway(const struct lab_config *config, enum place end)
{
	return address_of(config, end, ROLE_GATEWAY);
}

const char *lab_nobody(const struct lab_config *config, enum place end)
{
	return address_of(config, end, ROLE_NOBODY);
}

static char *cidr_of(const struct lab *lab, const char *address, char *buf, size_t size)
{
	snprintf(buf, size, "%s/%d", address, lab->config.family == AF_INET6 ? 64 : 24);
	return buf;
}

static int give_route(struct lab *lab, enum place end, struct err *err)
{
	int ret = 0;

	if (lab->config.wire != WIRE_SWITCH)
		ret = link_route_default(lab->ns[end], lab_gateway(&lab->config, end), err);
	return ret == -EEXIST ? 0 : ret;
}

int lab_give_address(struct lab *lab, enum place end, struct err *err)
{
	char cidr[64];
	int ret = link_addr_add(lab->ns[end], lab_device(end),
				cidr_of(lab, lab_address(&lab->config, end), cidr, sizeof(cidr)),
				err);

	return ret ? ret : give_route(lab, end, err);
}

int lab_take_address(struct lab *lab, enum place end, struct err *err)
{
	char cidr[64];

	int ret = link_addr_del(lab->ns[end], lab_device(end),
				cidr_of(lab, lab_address(&lab->config, end), cidr, sizeof(cidr)),
				err);

	if (!ret && lab->config.wire != WIRE_SWITCH && lab->config.family == AF_INET6)
		ret = link_route_default_del(lab->ns[end], lab_gateway(&lab->config, end), err);
	return ret;
}

static int give_link_local(struct lab *lab, enum place end, struct err *err)
{
	if (lab->config.family != AF_INET6)
		return 0;
	return link_addr_add(lab->ns[end], lab_device(end),
			     end == PLACE_PEER ? "fe80::2/64" : "fe80::1/64", err);
}

int topology_end_addresses(struct lab *lab, enum place end, struct err *err)
{
	int ret = lab_give_address(lab, end, err);

	return ret ? ret : give_link_local(lab, end, err);
}

int lab_link_was_down(struct lab *lab, enum place end, struct err *err)
{
	if (lab->config.family == AF_INET6)
		return topology_end_addresses(lab, end, err);
	return give_route(lab, end, err);
}

int topology_port_addresses(struct lab *lab, enum place end, struct err *err)
{
	struct netns *wire = lab->ns[PLACE_WIRE];
	char cidr[64];
	int ret = link_addr_add(wire, lab_port(end),
				cidr_of(lab, lab_gateway(&lab->config, end), cidr, sizeof(cidr)),
				err);

	if (!ret && lab->config.family == AF_INET6)
		ret = link_addr_add(wire, lab_port(end), "fe80::fe/64", err);
	return ret;
}

int lab_set_port(struct lab *lab, enum place end, bool up, struct err *err)
{
	int ret = link_set_up(lab->ns[PLACE_WIRE], lab_port(end), up, err);

	if (!ret && up && lab->config.wire != WIRE_SWITCH && lab->config.family == AF_INET6)
		ret = topology_port_addresses(lab, end, err);
	return ret;
}
