/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include <netlink/addr.h>
#include <netlink/route/addr.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/route.h>

#include "netns/link.h"
#include "netns/rtnl.h"

static struct nl_addr *parse(const char *text)
{
	struct nl_addr *addr;

	if (!strchr(text, '.') && !strchr(text, ':')) /* libnl also takes names and MACs */
		return NULL;
	if (nl_addr_parse(text, strchr(text, ':') ? AF_INET6 : AF_INET, &addr) < 0)
		return NULL;
	return addr;
}

static int make_address(int ifindex, const char *cidr, struct rtnl_addr **out, struct err *err)
{
	struct nl_addr *local = strchr(cidr, '/') ? parse(cidr) : NULL;
	struct rtnl_addr *addr;

	if (!local)
		return err_set(err, EINVAL,
			       "\"%s\" is not an address with its prefix length, as 10.77.0.1/24 "
			       "or fd77::1/64", cidr);
	addr = rtnl_addr_alloc();
	if (!addr) {
		nl_addr_put(local);
		return err_sys(err, ENOMEM, "address %s", cidr);
	}
	rtnl_addr_set_ifindex(addr, ifindex);
	rtnl_addr_set_local(addr, local);
	if (nl_addr_get_family(local) == AF_INET6)
		rtnl_addr_set_flags(addr, IFA_F_NODAD);
	nl_addr_put(local);
	*out = addr;
	return 0;
}

static int change(struct netns *ns, const char *name, const char *cidr, bool add,
		  struct err *err)
{
	struct rtnl_addr *addr = NULL;
	struct nl_msg *msg = NULL;
	int ret;

	ret = rtnl_ifindex(ns, name, err);
	if (ret > 0)
		ret = make_address(ret, cidr, &addr, err);
	if (ret)
		return ret;
	if (add)
		rtnl_addr_build_add_request(addr, NLM_F_CREATE | NLM_F_EXCL, &msg);
	else
		rtnl_addr_build_delete_request(addr, 0, &msg);
	rtnl_addr_put(addr);
	return rtnl_request(netns_route(ns), msg, NULL, NULL, err, "cannot %s address %s %s %s",
			    add ? "add" : "delete", cidr, add ? "to" : "from", name);
}

int link_addr_add(struct netns *ns, const char *name, const char *cidr, struct err *err)
{
	return change(ns, name, cidr, true, err);
}

int link_addr_del(struct netns *ns, const char *name, const char *cidr, struct err *err)
{
	return change(ns, name, cidr, false, err);
}

static struct nl_msg *default_message(struct nl_addr *gateway, bool add)
{
	struct rtnl_route *route = rtnl_route_alloc();
	struct rtnl_nexthop *nexthop = rtnl_route_nh_alloc();
	struct nl_msg *msg = NULL;
	struct nl_addr *any = NULL;

	if (!route || !nexthop ||
	    nl_addr_parse("default", nl_addr_get_family(gateway), &any) < 0) {
		if (nexthop)
			rtnl_route_nh_free(nexthop);
		rtnl_route_put(route);
		return NULL;
	}
	rtnl_route_nh_set_gateway(nexthop, gateway);
	rtnl_route_add_nexthop(route, nexthop);
	if (!rtnl_route_set_dst(route, any) && add)
		rtnl_route_build_add_request(route, NLM_F_CREATE | NLM_F_EXCL, &msg);
	else if (!add)
		rtnl_route_build_del_request(route, 0, &msg);
	nl_addr_put(any);
	rtnl_route_put(route);
	return msg;
}

static int change_default(struct netns *ns, const char *gateway, bool add, struct err *err)
{
	struct nl_addr *addr = strchr(gateway, '/') ? NULL : parse(gateway);
	struct nl_msg *msg;

	if (!addr)
		return err_set(err, EINVAL, "gateway \"%s\" is not an IPv4 or IPv6 address",
			       gateway);
	msg = default_message(addr, add);
	nl_addr_put(addr);
	return rtnl_request(netns_route(ns), msg, NULL, NULL, err,
			    "cannot %s a default route through %s", add ? "add" : "delete", gateway);
}

int link_route_default(struct netns *ns, const char *gateway, struct err *err)
{
	return change_default(ns, gateway, true, err);
}

int link_route_default_del(struct netns *ns, const char *gateway, struct err *err)
{
	return change_default(ns, gateway, false, err);
}
