/* SPDX-License-Identifier: MIT */
#include "netns/rtnl.h"

#include <errno.h>
#include <net/if.h>
#include <linux/rtnetlink.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <netlink/errno.h>
#include <netlink/handlers.h>
#include <netlink/socket.h>

struct exchange {
	rtnl_reply reply;
	void *arg;
	int code;        /* negative errno of the kernel's answer, or of the first failed reply */
	bool done;
	bool interrupted;
	char words[160]; /* the kernel's own, "" if none */
};

int rtnl_errno(int nlerr)
{
	switch (nlerr < 0 ? -nlerr : nlerr) {
	case NLE_NOMEM:
		return ENOMEM;
	case NLE_PERM:
	case NLE_NOACCESS:
		return EPERM;
	case NLE_INTR:
		return EINTR;
	case NLE_AGAIN:
	case NLE_DUMP_INTR:
		return EAGAIN;
	case NLE_BUSY:
		return EBUSY;
	case NLE_AF_NOSUPPORT:
	case NLE_PROTO_MISMATCH:
		return EPROTONOSUPPORT;
	case NLE_NODEV:
		return ENODEV;
	case NLE_MSGSIZE:
	case NLE_RANGE:
		return EMSGSIZE;
	case NLE_INVAL:
	case NLE_NOADDR:
	case NLE_PARSE_ERR:
		return EINVAL;
	default:
		return EIO;
	}
}

static int on_valid(struct nl_msg *msg, void *arg)
{
	struct exchange *ex = arg;
	int ret = 0;

	if (ex->reply)
		ret = ex->reply(nlmsg_hdr(msg), ex->arg);
	if (ret < 0 && !ex->code)
		ex->code = ret;
	return NL_OK;
}

static int on_end(struct nl_msg *msg, void *arg)
{
	struct exchange *ex = arg;

	(void)msg;
	ex->done = true;
	return NL_STOP;
}

static int on_interrupted(struct nl_msg *msg, void *arg)
{
	struct exchange *ex = arg;

	(void)msg;
	ex->interrupted = true;
	return NL_OK;
}

/* The attributes follow the header that caused the error, and its payload unless that was capped
 * (netlink(7), NETLINK_EXT_ACK). */
static void copy_words(struct exchange *ex, const struct nlmsghdr *hdr,
		       const struct nlmsgerr *answer)
{
	size_t skip = sizeof(*answer), size = hdr->nlmsg_len - NLMSG_HDRLEN;
	const struct nlattr *words;

	if (!(hdr->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (!(hdr->nlmsg_flags & NLM_F_CAPPED))
		skip += NLMSG_ALIGN(answer->msg.nlmsg_len - NLMSG_HDRLEN);
	if (size <= skip)
		return;
	words = nla_find((const struct nlattr *)((const char *)answer + skip), (int)(size - skip),
			 NLMSGERR_ATTR_MSG);
	if (words)
		nla_strlcpy(ex->words, words, sizeof(ex->words));
}

static int on_error(struct sockaddr_nl *from, struct nlmsgerr *answer, void *arg)
{
	const struct nlmsghdr *hdr =
		(const struct nlmsghdr *)((const char *)answer - NLMSG_HDRLEN);
	struct exchange *ex = arg;

	(void)from;
	ex->code = answer->error;
	ex->done = true;
	copy_words(ex, hdr, answer);
	return NL_STOP;
}

static int converse(struct nl_sock *sock, struct nl_msg *msg, struct exchange *ex)
{
	struct nl_cb *cb = nl_cb_alloc(NL_CB_DEFAULT);
	int ret;

	if (!cb)
		return -ENOMEM;
	nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, on_valid, ex);
	nl_cb_set(cb, NL_CB_ACK, NL_CB_CUSTOM, on_end, ex);
	nl_cb_set(cb, NL_CB_FINISH, NL_CB_CUSTOM, on_end, ex);
	nl_cb_set(cb, NL_CB_DUMP_INTR, NL_CB_CUSTOM, on_interrupted, ex);
	nl_cb_err(cb, NL_CB_CUSTOM, on_error, ex);
	ret = nl_send_auto(sock, msg);
	while (ret >= 0 && !ex->done)
		ret = nl_recvmsgs(sock, cb);
	nl_cb_put(cb);
	if (!ex->done)
		return -rtnl_errno(ret);
	if (!ex->code && ex->interrupted)
		return -EAGAIN;
	return ex->code;
}

int rtnl_request(struct nl_sock *sock, struct nl_msg *msg, rtnl_reply reply, void *arg,
		 struct err *err, const char *what, ...)
{
	struct exchange ex = { .reply = reply, .arg = arg };
	char text[128];
	va_list ap;
	int ret;

	ret = msg ? converse(sock, msg, &ex) : -ENOMEM;
	nlmsg_free(msg);
	if (!ret)
		return 0;
	va_start(ap, what);
	vsnprintf(text, sizeof(text), what, ap);
	va_end(ap);
	if (ex.words[0])
		return err_set(err, -ret, "%s: %s (%s)", text, strerror(-ret), ex.words);
	return err_sys(err, -ret, "%s", text);
}

struct nl_msg *rtnl_message(int type, int flags, const void *header, size_t size)
{
	struct nl_msg *msg = nlmsg_alloc_simple(type, flags);

	if (msg && nlmsg_append(msg, (void *)header, size, NLMSG_ALIGNTO)) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

void rtnl_prepare(struct nl_sock *sock)
{
	const int on = 1;

	/* Before Linux 4.12 there are no such words; errors then have their errno only. */
	setsockopt(nl_socket_get_fd(sock), SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	setsockopt(nl_socket_get_fd(sock), SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
}

static int take_ifindex(struct nlmsghdr *hdr, void *arg)
{
	const struct ifinfomsg *info = nlmsg_data(hdr);
	int *ifindex = arg;

	if (hdr->nlmsg_type == RTM_NEWLINK)
		*ifindex = info->ifi_index;
	return 0;
}

int rtnl_get_link(struct netns *ns, const char *name, rtnl_reply reply, void *arg,
		  struct err *err)
{
	const struct ifinfomsg info = { .ifi_family = AF_UNSPEC };
	struct nl_msg *msg;

	if (!name[0] || strlen(name) >= IFNAMSIZ)
		return err_set(err, ENODEV, "\"%s\" is not a device name", name);
	msg = rtnl_message(RTM_GETLINK, 0, &info, sizeof(info));
	if (msg)
		nla_put_string(msg, IFLA_IFNAME, name);
	return rtnl_request(netns_route(ns), msg, reply, arg, err, "device %s", name);
}

int rtnl_ifindex(struct netns *ns, const char *name, struct err *err)
{
	int ifindex = 0, ret;

	ret = rtnl_get_link(ns, name, take_ifindex, &ifindex, err);
	if (ret)
		return ret;
	return ifindex ? ifindex : err_sys(err, ENODEV, "device %s", name);
}
