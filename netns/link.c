/* SPDX-License-Identifier: MIT */
#include "netns/link.h"

#include <errno.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>

#include <netlink/route/link.h>
#include <netlink/route/link/veth.h>

#include "netns/rtnl.h"

static int check_new(const char *name, int ifindex, struct err *err)
{
	if (!name[0] || strlen(name) >= IFNAMSIZ)
		return err_set(err, EINVAL, "\"%s\" is not a device name: 1 to %d characters",
			       name, IFNAMSIZ - 1);
	if (ifindex < 2)
		return err_set(err, EINVAL, "interface index %d of %s: must be 2 or more", ifindex,
			       name);
	return 0;
}

static struct nl_msg *veth_message(struct netns *a, const char *name_a, int ifindex_a,
				   struct netns *b, const char *name_b, int ifindex_b)
{
	struct rtnl_link *link = rtnl_link_veth_alloc(), *peer;
	struct nl_msg *msg = NULL;

	if (!link)
		return NULL;
	peer = rtnl_link_veth_get_peer(link);
	rtnl_link_set_name(link, name_a);
	rtnl_link_set_ifindex(link, ifindex_a);
	rtnl_link_set_ns_fd(link, netns_fd(a));
	rtnl_link_set_name(peer, name_b);
	rtnl_link_set_ifindex(peer, ifindex_b);
	rtnl_link_set_ns_fd(peer, netns_fd(b));
	if (rtnl_link_build_add_request(link, NLM_F_CREATE | NLM_F_EXCL, &msg) < 0)
		msg = NULL;
	rtnl_link_put(peer);
	rtnl_link_veth_release(link);
	return msg;
}

int link_veth(struct netns *a, const char *name_a, int ifindex_a, struct netns *b,
	      const char *name_b, int ifindex_b, struct err *err)
{
	int ret;

	ret = check_new(name_a, ifindex_a, err);
	if (!ret)
		ret = check_new(name_b, ifindex_b, err);
	if (ret)
		return ret;
	if (ifindex_a == ifindex_b)
		return err_set(err, EINVAL,
			       "both ends of veth pair %s, %s have interface index %d: the kernel "
			       "would report their carrier late; give them different ones",
			       name_a, name_b, ifindex_a);
	return rtnl_request(netns_route(a),
			    veth_message(a, name_a, ifindex_a, b, name_b, ifindex_b), NULL, NULL,
			    err, "cannot create veth pair %s, %s", name_a, name_b);
}

/* libnl 3.7 knows none of these three attributes of a bridge. */
static int put_bridge(struct nl_msg *msg, const char *name)
{
	struct nlattr *info, *data;

	if (nla_put_string(msg, IFLA_IFNAME, name))
		return -1;
	info = nla_nest_start(msg, IFLA_LINKINFO);
	if (!info || nla_put_string(msg, IFLA_INFO_KIND, "bridge"))
		return -1;
	data = nla_nest_start(msg, IFLA_INFO_DATA);
	if (!data || nla_put_u32(msg, IFLA_BR_STP_STATE, 0) ||
	    nla_put_u32(msg, IFLA_BR_FORWARD_DELAY, 0) ||
	    nla_put_u8(msg, IFLA_BR_MCAST_SNOOPING, 0))
		return -1;
	nla_nest_end(msg, data);
	nla_nest_end(msg, info);
	return 0;
}

int link_bridge(struct netns *ns, const char *name, int ifindex, struct err *err)
{
	const struct ifinfomsg info = { .ifi_family = AF_UNSPEC, .ifi_index = ifindex };
	struct nl_msg *msg;
	int ret;

	ret = check_new(name, ifindex, err);
	if (ret)
		return ret;
	msg = rtnl_message(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &info, sizeof(info));
	if (msg && put_bridge(msg, name)) {
		nlmsg_free(msg);
		msg = NULL;
	}
	return rtnl_request(netns_route(ns), msg, NULL, NULL, err, "cannot create bridge %s",
			    name);
}

int link_set_master(struct netns *ns, const char *port, const char *bridge, struct err *err)
{
	struct ifinfomsg info = { .ifi_family = AF_UNSPEC };
	struct nl_msg *msg;
	int master;

	master = rtnl_ifindex(ns, bridge, err);
	if (master < 0)
		return master;
	info.ifi_index = rtnl_ifindex(ns, port, err);
	if (info.ifi_index < 0)
		return info.ifi_index;
	msg = rtnl_message(RTM_NEWLINK, 0, &info, sizeof(info));
	if (msg)
		nla_put_u32(msg, IFLA_MASTER, (uint32_t)master);
	return rtnl_request(netns_route(ns), msg, NULL, NULL, err, "cannot make %s a port of %s",
			    port, bridge);
}

/* By name in the message itself: one system call between two stamps of a fault. */
int link_set_up(struct netns *ns, const char *name, bool up, struct err *err)
{
	const struct ifinfomsg info = {
		.ifi_family = AF_UNSPEC,
		.ifi_change = IFF_UP,
		.ifi_flags = up ? IFF_UP : 0,
	};
	struct nl_msg *msg;

	if (!name[0] || strlen(name) >= IFNAMSIZ)
		return err_set(err, ENODEV, "\"%s\" is not a device name", name);
	msg = rtnl_message(RTM_NEWLINK, 0, &info, sizeof(info));
	if (msg)
		nla_put_string(msg, IFLA_IFNAME, name);
	return rtnl_request(netns_route(ns), msg, NULL, NULL, err, "cannot set %s %s", name,
			    up ? "up" : "down");
}

static int take_link(struct nlmsghdr *hdr, void *arg)
{
	const struct ifinfomsg *info = nlmsg_data(hdr);
	struct nlattr *tb[IFLA_MAX + 1];
	struct link_state *st = arg;
	struct rtnl_link_stats64 stats;

	if (hdr->nlmsg_type != RTM_NEWLINK)
		return 0;
	if (nlmsg_parse(hdr, sizeof(*info), tb, IFLA_MAX, NULL) < 0)
		return -EPROTO;
	*st = (struct link_state){
		.ifindex = info->ifi_index,
		.up = info->ifi_flags & IFF_UP,
		.running = info->ifi_flags & IFF_RUNNING,
		.carrier = tb[IFLA_CARRIER] && nla_get_u8(tb[IFLA_CARRIER]),
	};
	nla_memcpy(st->mac, tb[IFLA_ADDRESS], sizeof(st->mac));
	memset(&stats, 0, sizeof(stats));
	nla_memcpy(&stats, tb[IFLA_STATS64], sizeof(stats));
	st->rx_packets = stats.rx_packets;
	st->tx_packets = stats.tx_packets;
	st->rx_bytes = stats.rx_bytes;
	st->tx_bytes = stats.tx_bytes;
	st->rx_dropped = stats.rx_dropped;
	st->tx_dropped = stats.tx_dropped;
	return 0;
}

int link_get(struct netns *ns, const char *name, struct link_state *st, struct err *err)
{
	int ret;

	*st = (struct link_state){ 0 };
	ret = rtnl_get_link(ns, name, take_link, st, err);
	if (!ret && !st->ifindex)
		return err_sys(err, ENODEV, "device %s", name);
	return ret;
}
