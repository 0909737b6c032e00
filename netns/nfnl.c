/* SPDX-License-Identifier: MIT */
#include "netns/nfnl.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/*
 * A batch is one datagram: NFNL_MSG_BATCH_BEGIN, the messages, NFNL_MSG_BATCH_END. The last of the
 * messages asks for an acknowledgement, and each that fails sends its error; the first error, or
 * the acknowledgement, is the answer.
 */

enum { BATCH_BYTES = 8192, PATIENCE_S = 5 };

static struct nl_msg *message(int type, int flags, int family, int resource)
{
	const struct nfgenmsg head = { .nfgen_family = (unsigned char)family,
				       .version = NFNETLINK_V0,
				       .res_id = htons((uint16_t)resource) };

	return rtnl_message(type, NLM_F_REQUEST | flags, &head, sizeof(head));
}

void nfnl_begin(struct nfnl *nl)
{
	*nl = (struct nfnl){ 0 };
	nl->msg[0] = message(NFNL_MSG_BATCH_BEGIN, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
	nl->n = 1;
}

struct nl_msg *nfnl_add(struct nfnl *nl, int subsystem, int type, int flags, int family)
{
	struct nl_msg *msg = nl->n < NFNL_MESSAGES - 1 ?
				     message(subsystem << 8 | type, flags, family, 0) : NULL;

	if (msg)
		nl->msg[nl->n++] = msg;
	return msg;
}

static int converse(int fd, const char *bytes, size_t size, bool dump, rtnl_reply reply, void *arg)
{
	const struct timeval patience = { .tv_sec = PATIENCE_S };
	_Alignas(struct nlmsghdr) char answer[16384];

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (send(fd, bytes, size, 0) < 0)
		return -errno;
	for (;;) {
		ssize_t n = recv(fd, answer, sizeof(answer), 0);
		int left = (int)n;

		if (n < 0)
			return -errno;
		for (struct nlmsghdr *hdr = (struct nlmsghdr *)answer; nlmsg_ok(hdr, left);
		     hdr = nlmsg_next(hdr, &left)) {
			if (hdr->nlmsg_type == NLMSG_ERROR)
				return ((struct nlmsgerr *)nlmsg_data(hdr))->error;
			if (dump && hdr->nlmsg_type == NLMSG_DONE)
				return 0;
			if (reply && reply(hdr, arg) < 0)
				return -EPROTO;
		}
	}
}

int nfnl_open(struct netns *ns, struct err *err)
{
	return netns_socket(ns, AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER, err);
}

static int ask(struct netns *ns, const char *bytes, size_t size, bool dump, rtnl_reply reply,
	       void *arg, struct err *err, const char *what)
{
	int fd = nfnl_open(ns, err), ret;

	if (fd < 0)
		return fd;
	ret = converse(fd, bytes, size, dump, reply, arg);
	close(fd);
	return ret ? err_sys(err, -ret, "%s", what) : 0;
}

int nfnl_commit(struct nfnl *nl, struct netns *ns, struct err *err, const char *what)
{
	_Alignas(struct nlmsghdr) char bytes[BATCH_BYTES];
	size_t size = 0;

	if (nl->n > 1)
		nlmsg_hdr(nl->msg[nl->n - 1])->nlmsg_flags |= NLM_F_ACK;
	nl->msg[nl->n++] = message(NFNL_MSG_BATCH_END, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
	for (int i = 0; i < nl->n; i++) {
		const struct nlmsghdr *hdr = nl->msg[i] ? nlmsg_hdr(nl->msg[i]) : NULL;

		if (!hdr || size + NLMSG_ALIGN(hdr->nlmsg_len) > sizeof(bytes)) {
			nl->failed = true;
			continue;
		}
		memcpy(bytes + size, hdr, hdr->nlmsg_len);
		((struct nlmsghdr *)(bytes + size))->nlmsg_seq = (uint32_t)i + 1;
		size += NLMSG_ALIGN(hdr->nlmsg_len);
	}
	for (int i = 0; i < nl->n; i++)
		nlmsg_free(nl->msg[i]);
	if (nl->failed)
		return err_sys(err, ENOMEM, "%s", what);
	return ask(ns, bytes, size, false, NULL, NULL, err, what);
}

static int single(struct netns *ns, struct nl_msg *msg, bool dump, rtnl_reply reply, void *arg,
		  struct err *err, const char *what)
{
	int ret;

	if (!msg)
		return err_sys(err, ENOMEM, "%s", what);
	ret = ask(ns, (const char *)nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len, dump, reply, arg, err,
		  what);
	nlmsg_free(msg);
	return ret;
}

int nfnl_request(struct netns *ns, int subsystem, int type, int flags, int family, struct err *err,
		 const char *what)
{
	return single(ns, message(subsystem << 8 | type, NLM_F_ACK | flags, family, 0), false, NULL,
		      NULL, err, what);
}

struct nl_msg *nfnl_message(int subsystem, int type, int flags, int family)
{
	return message(subsystem << 8 | type, NLM_F_ACK | flags, family, 0);
}

int nfnl_each(struct netns *ns, struct nl_msg **msg, int n, struct err *err, const char *what)
{
	int fd = nfnl_open(ns, err), ret = fd < 0 ? fd : 0;

	for (int i = 0; i < n && !ret; i++) {
		const struct nlmsghdr *hdr = msg[i] ? nlmsg_hdr(msg[i]) : NULL;

		ret = hdr ? converse(fd, (const char *)hdr, hdr->nlmsg_len, false, NULL, NULL) : -ENOMEM;
		ret = ret == -ENOENT ? 0 : ret;
	}
	if (fd >= 0 && ret)
		err_sys(err, -ret, "%s", what);
	for (int i = 0; i < n; i++)
		nlmsg_free(msg[i]);
	if (fd >= 0)
		close(fd);
	return ret;
}

int nfnl_ask(int fd, struct nl_msg *msg, rtnl_reply reply, void *arg, struct err *err, const char *what)
{
	int ret;

	if (!msg)
		return err_sys(err, ENOMEM, "%s", what);
	ret = converse(fd, (const char *)nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len, false, reply, arg);
	nlmsg_free(msg);
	return ret && ret != -ENOENT ? err_sys(err, -ret, "%s", what) : ret;
}

int nfnl_dump(struct netns *ns, int subsystem, int type, int family, rtnl_reply reply, void *arg,
	      struct err *err, const char *what)
{
	return single(ns, message(subsystem << 8 | type, NLM_F_DUMP, family, 0), true, reply, arg, err,
		      what);
}
