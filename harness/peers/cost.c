/* SPDX-License-Identifier: MIT */
#include "peers/cost.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

/* Fields that the kernel does not know stay 0. */
static void read_info(int fd, struct tcp_info *info)
{
	socklen_t len = sizeof(*info);

	memset(info, 0, sizeof(*info));
	getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, &len);
}

void cost_mark(int fd, struct cost_mark *mark)
{
	struct tcp_info info;

	read_info(fd, &info);
	*mark = (struct cost_mark){
		.packets_out = info.tcpi_segs_out,
		.packets_in = info.tcpi_segs_in,
		.bytes_out = info.tcpi_bytes_sent,
		.bytes_in = info.tcpi_bytes_received,
	};
}

void cost_since(int fd, const struct cost_mark *mark, struct event_cost *cost)
{
	struct tcp_info info;

	read_info(fd, &info);
	cost->packets_out = info.tcpi_segs_out - mark->packets_out;
	cost->packets_in = info.tcpi_segs_in - mark->packets_in;
	cost->bytes_out = info.tcpi_bytes_sent - mark->bytes_out;
	cost->bytes_in = info.tcpi_bytes_received - mark->bytes_in;
	cost->state = info.tcpi_state;
	cost->retransmits = info.tcpi_retransmits;
	cost->probes = info.tcpi_probes;
	cost->backoff = info.tcpi_backoff;
	cost->total_retrans = info.tcpi_total_retrans;
}
