/* SPDX-License-Identifier: MIT */
#include "netns/tc.h"

#include <errno.h>
#include <linux/gen_stats.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include "netns/rtnl.h"

struct nl_msg *tc_message(int type, int flags, const struct tcmsg *tcm, const char *kind)
{
	struct nl_msg *msg = rtnl_message(type, flags, tcm, sizeof(*tcm));

	if (msg && kind && nla_put_string(msg, TCA_KIND, kind)) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

struct look {
	int ifindex;
	uint32_t parent;
	int (*look)(struct nlattr **tb, void *arg);
	void *arg;
	bool found;
};

static int take_qdisc(struct nlmsghdr *hdr, void *arg)
{
	const struct tcmsg *tcm = nlmsg_data(hdr);
	struct nlattr *tb[TCA_MAX + 1];
	struct look *look = arg;

	if (hdr->nlmsg_type != RTM_NEWQDISC || look->found ||
	    tcm->tcm_ifindex != look->ifindex || tcm->tcm_parent != look->parent)
		return 0;
	if (nlmsg_parse(hdr, sizeof(*tcm), tb, TCA_MAX, NULL) < 0)
		return -EPROTO;
	look->found = true;
	return look->look(tb, look->arg);
}

/* A dump, although one qdisc is wanted: the kernel answers a single RTM_GETQDISC as a broadcast,
 * which some releases do not send back to who asked. Our namespaces have a handful of qdiscs. */
int tc_qdisc_look(struct netns *ns, int ifindex, uint32_t parent,
		  int (*look)(struct nlattr **tb, void *arg), void *arg, struct err *err)
{
	const struct tcmsg tcm = { .tcm_family = AF_UNSPEC };
	struct look state;
	int ret;

	do {
		state = (struct look){ ifindex, parent, look, arg, false };
		ret = rtnl_request(netns_route(ns),
				   tc_message(RTM_GETQDISC, NLM_F_DUMP, &tcm, NULL), take_qdisc,
				   &state, err, "cannot list queueing disciplines");
	} while (ret == -EAGAIN);
	if (!ret && !state.found)
		return err_set(err, ENOENT, "no such queueing discipline on device %d", ifindex);
	return ret;
}

void tc_stats(struct nlattr **tb, struct qdisc_stats *st)
{
	struct nlattr *stats[TCA_STATS_MAX + 1];
	struct gnet_stats_queue queue = { 0 };
	struct gnet_stats_basic basic = { 0 };

	*st = (struct qdisc_stats){ 0 };
	if (!tb[TCA_STATS2] || nla_parse_nested(stats, TCA_STATS_MAX, tb[TCA_STATS2], NULL) < 0)
		return;
	nla_memcpy(&basic, stats[TCA_STATS_BASIC], sizeof(basic));
	nla_memcpy(&queue, stats[TCA_STATS_QUEUE], sizeof(queue));
	st->bytes = basic.bytes;
	st->packets = stats[TCA_STATS_PKT64] ? nla_get_u64(stats[TCA_STATS_PKT64]) :
					       basic.packets;
	st->drops = queue.drops;
	st->overlimits = queue.overlimits;
	st->qlen = queue.qlen;
}
