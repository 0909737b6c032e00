/* SPDX-License-Identifier: MIT */
/*
 * Theory of operation: tc-tbf(8) with a queue in bytes (bfifo, net/sched/sch_fifo.c) and the
 * slowest rate there is, a byte a second. The bucket begins full, so the first frame passes and
 * empties it; the next waits at the head, others behind it, until not even the shortest frame fits.
 * Then the bucket is made smaller than the head: tokens never exceed it (tbf_dequeue(),
 * net/sched/sch_tbf.c), so the head stays for ever, and the queue full. A frame that is longer than
 * the device's MTU, as a tagged one may be, lets the bucket still hold what all others send: it is
 * the queue that refuses them.
 *
 * What somebody else sends between the first frame and the last, some ten microseconds, may wait in
 * the queue as well. The frames are addressed to their own sender: a switch does not forward what
 * would go back to where it came from, a router takes only its own.
 */
#include "netns/full.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "netns/link.h"
#include "netns/rtnl.h"
#include "netns/tc.h"

enum { FULL_HANDLE = 2, FULL_RATE = 1, FULL_BUCKET = ETH_FRAME_LEN, FULL_SHORTEST = 20 };

static struct tcmsg root_of(int ifindex)
{
	return (struct tcmsg){
		.tcm_family = AF_UNSPEC,
		.tcm_ifindex = ifindex,
		.tcm_handle = TC_H_MAKE(FULL_HANDLE << 16, 0),
		.tcm_parent = TC_H_ROOT,
	};
}

static int put_options(struct nl_msg *msg, int limit, uint32_t bucket)
{
	const struct tc_tbf_qopt opt = {
		.rate = { .rate = FULL_RATE, .linklayer = TC_LINKLAYER_ETHERNET },
		.limit = (uint32_t)limit,
	};
	struct nlattr *nest = nla_nest_start(msg, TCA_OPTIONS);

	if (!nest || nla_put(msg, TCA_TBF_PARMS, sizeof(opt), &opt) ||
	    nla_put_u32(msg, TCA_TBF_BURST, bucket))
		return -1;
	nla_nest_end(msg, nest);
	return 0;
}

static int set_bucket(struct netns *ns, const char *dev, int flags, int limit, uint32_t bucket,
		      struct err *err)
{
	int ifindex = rtnl_ifindex(ns, dev, err), ret;
	struct nl_msg *msg;
	struct tcmsg tcm;

	if (ifindex < 0)
		return ifindex;
	tcm = root_of(ifindex);
	msg = tc_message(RTM_NEWQDISC, flags, &tcm, "tbf");
	if (msg && put_options(msg, limit, bucket)) {
		nlmsg_free(msg);
		msg = NULL;
	}
	ret = rtnl_request(netns_route(ns), msg, NULL, NULL, err, "cannot set a queue on %s", dev);
	if (ret == -ENOENT)
		return err_set(err, EOPNOTSUPP,
			       "this kernel has no sch_tbf; run modprobe sch_tbf, or use -e virtual");
	return ret;
}

/* Ever shorter frames, each as often as it is taken; 23 bytes are shorter than any ARP request. */
static int send_frames(int fd, const struct link_state *link, struct err *err)
{
	const struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_ifindex = link->ifindex };
	uint8_t frame[FULL_FRAME] = { 0 };
	struct ethhdr eth = { .h_proto = htons(ETH_P_8021Q) };
	ssize_t n;

	memcpy(eth.h_dest, link->mac, ETH_ALEN);
	memcpy(eth.h_source, link->mac, ETH_ALEN);
	memcpy(frame, &eth, sizeof(eth));
	for (size_t size = sizeof(frame); size >= FULL_SHORTEST; size /= 2) {
		do
			n = sendto(fd, frame, size, 0, (const struct sockaddr *)&to, sizeof(to));
		while (n >= 0);
		if (errno != ENOBUFS)
			return err_sys(err, errno, "cannot fill a queue");
	}
	return 0;
}

static int fill(struct netns *ns, const char *dev, int limit, struct err *err)
{
	struct link_state link;
	int ret = link_get(ns, dev, &link, err), fd;

	if (ret)
		return ret;
	fd = netns_socket(ns, AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, 0, err);
	if (fd < 0)
		return fd;
	ret = set_bucket(ns, dev, NLM_F_CREATE | NLM_F_EXCL, limit, FULL_FRAME, err);
	if (!ret)
		ret = send_frames(fd, &link, err);
	if (!ret)
		ret = set_bucket(ns, dev, 0, limit, FULL_BUCKET, err);
	close(fd);
	return ret;
}

int full_set(struct netns *ns, const char *dev, int limit, struct err *err)
{
	if (limit < FULL_FRAME || limit > FULL_LIMIT_MAX)
		return err_set(err, EINVAL, "a queue of %d bytes; %d to %d are possible", limit,
			       FULL_FRAME, FULL_LIMIT_MAX);
	return fill(ns, dev, limit, err);
}

static int look_queue(struct nlattr **tb, void *arg)
{
	if (!tb[TCA_KIND] || nla_strcmp(tb[TCA_KIND], "tbf"))
		return -ENOENT;
	tc_stats(tb, arg);
	return 0;
}

int full_get(struct netns *ns, const char *dev, struct qdisc_stats *st, struct err *err)
{
	int ifindex = rtnl_ifindex(ns, dev, err), ret;

	if (ifindex < 0)
		return ifindex;
	ret = tc_qdisc_look(ns, ifindex, TC_H_ROOT, look_queue, st, err);
	if (ret == -ENOENT)
		return err_set(err, ENOENT, "%s has no queue of ours", dev);
	return ret;
}

int full_del(struct netns *ns, const char *dev, struct err *err)
{
	int ifindex = rtnl_ifindex(ns, dev, err), ret;
	struct tcmsg tcm;

	if (ifindex < 0)
		return ifindex;
	tcm = root_of(ifindex);
	ret = rtnl_request(netns_route(ns), tc_message(RTM_DELQDISC, 0, &tcm, "tbf"), NULL, NULL,
			   err, "cannot remove the queue from %s", dev);
	if (ret == -ENOENT || ret == -EINVAL)
		return err_set(err, ENOENT, "%s has no queue of ours", dev);
	return ret;
}
