/* SPDX-License-Identifier: MIT */
#include "netns/monitor.h"

#include <errno.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <netlink/netlink.h>
#include <netlink/socket.h>

#include "netns/rtnl.h"

int monitor_open(int protocol, uint32_t groups, struct err *err)
{
	const struct sockaddr_nl addr = { .nl_family = AF_NETLINK, .nl_groups = groups };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);

	if (fd < 0)
		return err_sys(err, errno, "a netlink socket of protocol %d", protocol);
	if (bind(fd, (const struct sockaddr *)&addr, sizeof(addr))) {
		int ret = err_sys(err, errno, "cannot hear netlink groups %#x of protocol %d",
				  groups, protocol);

		close(fd);
		return ret;
	}
	return fd;
}

static int connect_to_kernel(struct nl_sock **sock, struct err *err)
{
	int ret = -NLE_NOMEM;

	*sock = nl_socket_alloc();
	if (*sock)
		ret = nl_connect(*sock, NETLINK_ROUTE);
	if (ret < 0) {
		nl_socket_free(*sock);
		*sock = NULL;
		return err_sys(err, rtnl_errno(ret), "a netlink socket");
	}
	rtnl_prepare(*sock);
	return 0;
}

/* One request on a socket of its own: for what is asked seldom. Frees @msg. */
static int request(struct nl_msg *msg, rtnl_reply reply, void *arg, struct err *err,
		   const char *what)
{
	struct nl_sock *sock;
	int ret = connect_to_kernel(&sock, err);

	if (ret < 0) {
		nlmsg_free(msg);
		return ret;
	}
	ret = rtnl_request(sock, msg, reply, arg, err, "%s", what);
	nl_socket_free(sock);
	return ret;
}

static const void *address_of(const struct sockaddr_storage *addr)
{
	if (addr->ss_family == AF_INET6)
		return &((const struct sockaddr_in6 *)addr)->sin6_addr;
	return &((const struct sockaddr_in *)addr)->sin_addr;
}

static int take_route(struct nlmsghdr *hdr, void *arg)
{
	struct monitor_path *path = arg;
	const struct nlattr *oif, *gateway;

	if (hdr->nlmsg_type != RTM_NEWROUTE)
		return 0;
	oif = nlmsg_find_attr(hdr, sizeof(struct rtmsg), RTA_OIF);
	gateway = nlmsg_find_attr(hdr, sizeof(struct rtmsg), RTA_GATEWAY);
	if (oif)
		path->ifindex = (int)nla_get_u32(oif);
	if (gateway && nla_len(gateway) == (int)path->hop_len)
		memcpy(path->hop, nla_data(gateway), path->hop_len);
	return 0;
}

int monitor_path(int fd, const struct sockaddr_storage *to, struct monitor_path *path, struct err *err)
{
	struct sockaddr_storage own = { 0 }, other = { 0 };
	socklen_t own_len = sizeof(own), other_len = sizeof(other);
	struct rtmsg rt = { 0 };
	struct nl_msg *msg;
	int ret;

	if (to)
		other = *to;
	else if (getsockname(fd, (struct sockaddr *)&own, &own_len) ||
		 getpeername(fd, (struct sockaddr *)&other, &other_len))
		return err_sys(err, errno, "the connection's addresses");
	*path = (struct monitor_path){ .family = other.ss_family,
				       .hop_len = other.ss_family == AF_INET6 ? 16 : 4 };
	memcpy(path->hop, address_of(&other), path->hop_len);
	rt.rtm_family = (unsigned char)path->family;
	rt.rtm_dst_len = (unsigned char)(8 * path->hop_len);
	rt.rtm_src_len = to ? 0 : rt.rtm_dst_len;
	msg = rtnl_message(RTM_GETROUTE, 0, &rt, sizeof(rt));
	if (msg && (nla_put(msg, RTA_DST, (int)path->hop_len, path->hop) ||
		    (!to && nla_put(msg, RTA_SRC, (int)path->hop_len, address_of(&own))))) {
		nlmsg_free(msg);
		msg = NULL;
	}
	ret = request(msg, take_route, path, err, "the route of the connection");
	if (!ret && !if_indextoname((unsigned int)path->ifindex, path->device))
		ret = err_sys(err, errno, "the device of the connection's route");
	return ret;
}

static struct nl_msg *neighbour_message(int type, int flags, const struct monitor_path *path,
					int state, int entry_flags)
{
	const struct ndmsg nd = { .ndm_family = (unsigned char)path->family,
				  .ndm_ifindex = path->ifindex,
				  .ndm_state = (uint16_t)state,
				  .ndm_flags = (unsigned char)entry_flags };
	struct nl_msg *msg = rtnl_message(type, flags, &nd, sizeof(nd));

	if (msg && nla_put(msg, NDA_DST, (int)path->hop_len, path->hop)) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

struct told {
	const struct monitor_path *path;
	int state;
};

static int take_neighbour(struct nlmsghdr *hdr, void *arg)
{
	struct told *told = arg;
	int state = monitor_told_neighbour(hdr, told->path);

	if (state >= 0)
		told->state = state;
	return 0;
}

int monitor_neighbour(const struct monitor_path *path, struct err *err)
{
	struct told told = { .path = path };
	int ret = request(neighbour_message(RTM_GETNEIGH, 0, path, 0, 0), take_neighbour, &told, err,
			  "the neighbour's state");

	if (ret == -ENOENT)
		return 0;
	return ret < 0 ? ret : told.state;
}

int monitor_ask(struct monitor_path *path, struct err *err)
{
	struct nl_msg *msg;
	int ret = path->asker ? 0 : connect_to_kernel(&path->asker, err);

	if (ret)
		return ret;
	msg = neighbour_message(RTM_NEWNEIGH, NLM_F_REPLACE, path, NUD_PROBE, 0);
	ret = rtnl_request(path->asker, msg, NULL, NULL, err, "asking the neighbour");
	/* No entry, or one without a hardware address (net/core/neighbour.c: __neigh_update). */
	if (ret != -ENOENT && ret != -EINVAL)
		return ret;
	msg = neighbour_message(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, path, 0, NTF_USE);
	return rtnl_request(path->asker, msg, NULL, NULL, err, "looking for the neighbour");
}

void monitor_done(struct monitor_path *path)
{
	nl_socket_free(path->asker);
	path->asker = NULL;
}

int monitor_told_neighbour(const struct nlmsghdr *message, const struct monitor_path *path)
{
	struct nlmsghdr *hdr = (struct nlmsghdr *)message;
	const struct ndmsg *nd = nlmsg_data(message);
	const struct nlattr *dst;

	if (hdr->nlmsg_type != RTM_NEWNEIGH || !nlmsg_valid_hdr(hdr, sizeof(*nd)))
		return -1;
	if (nd->ndm_ifindex != path->ifindex || nd->ndm_family != path->family)
		return -1;
	dst = nlmsg_find_attr(hdr, sizeof(*nd), NDA_DST);
	if (!dst || nla_len(dst) != (int)path->hop_len ||
	    memcmp(nla_data(dst), path->hop, path->hop_len) != 0)
		return -1;
	return nd->ndm_state;
}
