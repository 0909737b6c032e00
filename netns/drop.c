/* SPDX-License-Identifier: MIT */
#include "netns/drop.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>

#include "netns/rtnl.h"
#include "netns/tc.h"

/*
 * clsact gives a device two hooks without changing its qdisc; on each sits one cls_bpf filter with
 * a classic BPF program of four instructions, whose return value is the verdict ("direct action").
 * Classic BPF needs no bpf(2), so this works in a user namespace, where bpf(2) is refused.
 *
 * Both filters are there from drop_prepare() on and let everything pass; a drop replaces the one
 * program. That is a pointer (list_replace_rcu() in cls_bpf_change()), whereas the first and last
 * filter of a hook may wait for an RCU grace period, 10 ms and more (mini_qdisc_pair_swap()).
 *
 * The counter is clsact's own (mini_qdisc_qstats_cpu_drop() in net/core/dev.c), so that it
 * outlives the programs.
 */

enum { DROP_PRIORITY = 1, DROP_HANDLE = 1 };
#define DROP_NONE UINT32_MAX

static int unsupported(int ret, const char *dev, struct err *err)
{
	if (ret != -ENOENT && ret != -EOPNOTSUPP)
		return ret;
	return err_set(err, EOPNOTSUPP,
		       "cannot drop on %s: this kernel lacks clsact or the BPF classifier; run "
		       "modprobe sch_ingress cls_bpf (CONFIG_NET_SCH_INGRESS, CONFIG_NET_CLS_BPF, "
		       "CONFIG_NET_CLS_ACT), or use -e virtual", dev);
}

static int add_clsact(struct netns *ns, int ifindex, const char *dev, struct err *err)
{
	const struct tcmsg tcm = {
		.tcm_family = AF_UNSPEC,
		.tcm_ifindex = ifindex,
		.tcm_handle = TC_H_MAKE(TC_H_CLSACT, 0),
		.tcm_parent = TC_H_CLSACT,
	};
	int ret;

	ret = rtnl_request(netns_route(ns),
			   tc_message(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL, &tcm, "clsact"),
			   NULL, NULL, err, "cannot attach clsact to %s", dev);
	return ret == -EEXIST ? 0 : unsupported(ret, dev, err);
}

static struct tcmsg filter_header(int ifindex, enum drop_hook hook)
{
	return (struct tcmsg){
		.tcm_family = AF_UNSPEC,
		.tcm_ifindex = ifindex,
		.tcm_handle = DROP_HANDLE,
		.tcm_parent = TC_H_MAKE(TC_H_CLSACT, hook == DROP_INGRESS ? TC_H_MIN_INGRESS :
									    TC_H_MIN_EGRESS),
		.tcm_info = TC_H_MAKE(DROP_PRIORITY << 16, htons(ETH_P_ALL)),
	};
}

/* @longer: frames of more bytes are dropped; 0: all are; DROP_NONE: none is. */
static struct nl_msg *filter_message(int ifindex, enum drop_hook hook, uint32_t longer, int flags)
{
	const struct sock_filter program[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, longer, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, TC_ACT_SHOT),
		BPF_STMT(BPF_RET | BPF_K, TC_ACT_OK),
	};
	const struct tcmsg tcm = filter_header(ifindex, hook);
	struct nlattr *options;
	struct nl_msg *msg;

	msg = tc_message(RTM_NEWTFILTER, flags, &tcm, "bpf");
	if (!msg)
		return NULL;
	options = nla_nest_start(msg, TCA_OPTIONS);
	if (!options || nla_put_u16(msg, TCA_BPF_OPS_LEN, sizeof(program) / sizeof(program[0])) ||
	    nla_put(msg, TCA_BPF_OPS, sizeof(program), program) ||
	    nla_put_u32(msg, TCA_BPF_FLAGS, TCA_BPF_FLAG_ACT_DIRECT)) {
		nlmsg_free(msg);
		return NULL;
	}
	nla_nest_end(msg, options);
	return msg;
}

static int add_pass(struct netns *ns, int ifindex, const char *dev, enum drop_hook hook,
		    struct err *err)
{
	int ret = rtnl_request(netns_route(ns),
			       filter_message(ifindex, hook, DROP_NONE,
					      NLM_F_CREATE | NLM_F_EXCL),
			       NULL, NULL, err, "cannot attach a filter to %s", dev);

	return ret == -EEXIST ? 0 : unsupported(ret, dev, err);
}

static int prepare(struct netns *ns, int ifindex, const char *dev, struct err *err)
{
	int ret = add_clsact(ns, ifindex, dev, err);

	if (!ret)
		ret = add_pass(ns, ifindex, dev, DROP_INGRESS, err);
	return ret ? ret : add_pass(ns, ifindex, dev, DROP_EGRESS, err);
}

int drop_prepare(struct netns *ns, const char *dev, struct err *err)
{
	int ifindex = rtnl_ifindex(ns, dev, err);

	return ifindex < 0 ? ifindex : prepare(ns, ifindex, dev, err);
}

/* -ENOENT: there is no filter to replace (without clsact the kernel says EINVAL). */
static int replace(struct netns *ns, int ifindex, const char *dev, enum drop_hook hook,
		   uint32_t longer, struct err *err)
{
	int ret = rtnl_request(netns_route(ns), filter_message(ifindex, hook, longer, 0), NULL,
			       NULL, err, "cannot change the filter of %s", dev);

	return ret == -EINVAL ? -ENOENT : ret;
}

static int set(struct netns *ns, const char *dev, enum drop_hook hook, uint32_t longer,
	       struct err *err)
{
	int ifindex, ret;

	ifindex = rtnl_ifindex(ns, dev, err);
	if (ifindex < 0)
		return ifindex;
	ret = replace(ns, ifindex, dev, hook, longer, err);
	if (ret != -ENOENT)
		return ret;
	ret = prepare(ns, ifindex, dev, err);
	return ret ? ret : replace(ns, ifindex, dev, hook, longer, err);
}

int drop_set(struct netns *ns, const char *dev, enum drop_hook hook, struct err *err)
{
	return set(ns, dev, hook, 0, err);
}

int drop_set_longer(struct netns *ns, const char *dev, enum drop_hook hook, int bytes,
		    struct err *err)
{
	return set(ns, dev, hook, (uint32_t)bytes + ETH_HLEN, err);
}

int drop_clear(struct netns *ns, const char *dev, enum drop_hook hook, struct err *err)
{
	int ifindex, ret;

	ifindex = rtnl_ifindex(ns, dev, err);
	if (ifindex < 0)
		return ifindex;
	ret = replace(ns, ifindex, dev, hook, DROP_NONE, err);
	if (ret == -ENOENT)
		return err_set(err, ENOENT, "nothing was ever dropped on %s", dev);
	return ret;
}

static int look_drops(struct nlattr **tb, void *arg)
{
	struct qdisc_stats st;
	uint64_t *drops = arg;

	tc_stats(tb, &st);
	*drops = st.drops;
	return 0;
}

int drop_count(struct netns *ns, const char *dev, uint64_t *drops, struct err *err)
{
	int ifindex, ret;

	*drops = 0;
	ifindex = rtnl_ifindex(ns, dev, err);
	if (ifindex < 0)
		return ifindex;
	ret = tc_qdisc_look(ns, ifindex, TC_H_CLSACT, look_drops, drops, err);
	if (ret == -ENOENT)
		return err_set(err, ENOENT, "%s has no drop to count", dev);
	return ret;
}
