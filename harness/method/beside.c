/* SPDX-License-Identifier: MIT */
#include "method/beside.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

enum { NO_SOCKET = 0 }; /* a method's socket is never the standard input */

static void add_info(int fd, uint32_t *out, uint32_t *in)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);

	getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len);
	*out += info.tcpi_segs_out;
	*in += info.tcpi_segs_in;
}

void beside_begin(struct watch *watch, int fd)
{
	atomic_store(&watch->beside_fd, fd);
}

void beside_end(struct watch *watch, bool resets)
{
	uint32_t out = resets ? 1 : 0, in = 0;

	add_info(atomic_exchange(&watch->beside_fd, NO_SOCKET), &out, &in);
	atomic_fetch_add(&watch->beside_out, out);
	atomic_fetch_add(&watch->beside_in, in);
}

void beside_packets(const struct watch *watch, uint32_t *out, uint32_t *in)
{
	int fd = atomic_load(&watch->beside_fd);

	*out = atomic_load(&watch->beside_out);
	*in = atomic_load(&watch->beside_in);
	if (fd != NO_SOCKET)
		add_info(fd, out, in);
}
