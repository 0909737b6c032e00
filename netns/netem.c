/* SPDX-License-Identifier: MIT */
#include "netns/netem.h"

#include <errno.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "netns/rtnl.h"
#include "netns/tc.h"

enum { NETEM_HANDLE = 1 };

struct held {
	struct netem *n;
	struct qdisc_stats *st;
	struct err *err;
};

static int look_netem(struct nlattr **tb, void *arg)
{
	const struct held *held = arg;

	if (!tb[TCA_KIND] || nla_strcmp(tb[TCA_KIND], "netem"))
		return -ENOENT;
	if (held->st)
		tc_stats(tb, held->st);
	return held->n ? netem_decode(tb[TCA_OPTIONS], held->n, held->err) : 0;
}

static struct tcmsg root_header(int ifindex)
{
	return (struct tcmsg){
		.tcm_family = AF_UNSPEC,
		.tcm_ifindex = ifindex,
		.tcm_handle = TC_H_MAKE(NETEM_HANDLE << 16, 0),
		.tcm_parent = TC_H_ROOT,
	};
}

int netem_set(struct netns *ns, const char *dev, const struct netem *n, struct err *err)
{
	struct nl_msg *msg;
	struct tcmsg tcm;
	int ifindex, ret;

	ifindex = rtnl_ifindex(ns, dev, err);
	if (ifindex < 0)
		return ifindex;
	tcm = root_header(ifindex);
	msg = tc_message(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_REPLACE, &tcm, "netem");
	if (msg) {
		ret = netem_encode(msg, n, err);
		if (ret) {
			nlmsg_free(msg);
			return ret;
		}
	}
	ret = rtnl_request(netns_route(ns), msg, NULL, NULL, err, "cannot set netem on %s", dev);
	if (ret == -ENOENT)
		return err_set(err, EOPNOTSUPP,
			       "this kernel has no sch_netem; run modprobe sch_netem (in a "
			       "distribution's kernel-modules-extra package, if it is missing), or "
			       "use -e virtual");
	return ret;
}

int netem_get(struct netns *ns, const char *dev, struct netem *n, struct qdisc_stats *st,
	      struct err *err)
{
	struct held held = { n, st, err };
	int ifindex, ret;

	ifindex = rtnl_ifindex(ns, dev, err);
	if (ifindex < 0)
		return ifindex;
	ret = tc_qdisc_look(ns, ifindex, TC_H_ROOT, look_netem, &held, err);
	if (ret == -ENOENT)
		return err_set(err, ENOENT, "%s has no netem", dev);
	return ret;
}

int netem_del(struct netns *ns, const char *dev, struct err *err)
{
	struct tcmsg tcm;
	int ifindex, ret;

	ifindex = rtnl_ifindex(ns, dev, err);
	if (ifindex < 0)
		return ifindex;
	tcm = root_header(ifindex);
	ret = rtnl_request(netns_route(ns), tc_message(RTM_DELQDISC, 0, &tcm, "netem"), NULL,
			   NULL, err, "cannot remove netem from %s", dev);
	if (ret == -ENOENT || ret == -EINVAL)
		return err_set(err, ENOENT, "%s has no netem", dev);
	return ret;
}
