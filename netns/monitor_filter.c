/* SPDX-License-Identifier: MIT */
/*
 * Classic BPF (Documentation/networking/filter.rst) over a notification's bytes, from its struct
 * nlmsghdr on. The kernel runs it for each listener before it queues the message and wakes anybody
 * (net/netlink/af_netlink.c: do_one_broadcast, sk_filter), so what it throws away cannot overflow
 * the receive buffer either. A notification is one message, never a part of several.
 *
 * A load turns what it reads from network byte order. rtnetlink writes the host's, so constants are
 * turned the same way before they are compared; addresses are in network order. The address's place
 * is asked for (SKF_AD_NLATTR: the first attribute of type X at or after A; 0: none), and where it
 * cannot be told the message passes: whoever receives it looks at it all the same. A load beyond the
 * message's end throws it away.
 */
#include "netns/monitor.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <string.h>

enum { OPS_MAX = 48, THROW_AWAY = 0, ATTRIBUTES = NLMSG_LENGTH(sizeof(struct ndmsg)) };

#define PASS		 UINT32_MAX /* that many of its bytes */
#define NEIGHBOUR(field) (NLMSG_HDRLEN + (uint32_t)offsetof(struct ndmsg, field))

struct filter {
	struct sock_filter op[OPS_MAX];
	unsigned short n;
};

static void add(struct filter *f, unsigned int code, uint32_t k)
{
	f->op[f->n++] = (struct sock_filter)BPF_STMT((unsigned short)code, k);
}

/* Returns @verdict unless what was loaded is @value (BPF_JEQ), or has one of its bits (BPF_JSET). */
static void require(struct filter *f, unsigned int test, uint32_t value, uint32_t verdict)
{
	const unsigned short code = (unsigned short)(BPF_JMP | test | BPF_K);

	f->op[f->n++] = (struct sock_filter)BPF_JUMP(code, value, 1, 0);
	add(f, BPF_RET | BPF_K, verdict);
}

static void require_address(struct filter *f, const struct monitor_path *path)
{
	uint32_t word;

	add(f, BPF_LD | BPF_IMM, ATTRIBUTES);
	add(f, BPF_LDX | BPF_IMM, NDA_DST);
	add(f, BPF_LD | BPF_W | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_NLATTR));
	add(f, BPF_MISC | BPF_TAX, 0);
	require(f, BPF_JGT, 0, PASS);
	for (uint32_t i = 0; i < path->hop_len; i += sizeof(word)) {
		memcpy(&word, path->hop + i, sizeof(word));
		add(f, BPF_LD | BPF_W | BPF_IND, NLA_HDRLEN + i);
		require(f, BPF_JEQ, ntohl(word), THROW_AWAY);
	}
}

int monitor_hear_neighbour(int fd, const struct monitor_path *path, int states, struct err *err)
{
	struct filter f = { .n = 0 };
	struct sock_fprog program = { .filter = f.op };

	add(&f, BPF_LD | BPF_H | BPF_ABS, offsetof(struct nlmsghdr, nlmsg_type));
	require(&f, BPF_JEQ, htons(RTM_NEWNEIGH), THROW_AWAY);
	add(&f, BPF_LD | BPF_W | BPF_ABS, NEIGHBOUR(ndm_ifindex));
	require(&f, BPF_JEQ, htonl((uint32_t)path->ifindex), THROW_AWAY);
	add(&f, BPF_LD | BPF_H | BPF_ABS, NEIGHBOUR(ndm_state));
	require(&f, BPF_JSET, htons((uint16_t)states), THROW_AWAY);
	add(&f, BPF_LD | BPF_B | BPF_ABS, NEIGHBOUR(ndm_family));
	require(&f, BPF_JEQ, (uint32_t)path->family, THROW_AWAY);
	require_address(&f, path);
	add(&f, BPF_RET | BPF_K, PASS);
	program.len = f.n;
	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program))) {
		int ret = err_sys(err, errno, "cannot choose what to hear of a neighbour");

		setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, NULL, 0);
		return ret;
	}
	return 0;
}
