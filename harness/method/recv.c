/* SPDX-License-Identifier: MIT */
/*
 * The method of most programs: a blocking recv(2), and what it returns is all that is known. It
 * learns of an end that arrives as a packet (FIN: 0, RST: ECONNRESET), and of nothing else: an
 * idle connection whose packets vanish blocks for ever (recv(2), tcp(7)).
 */
#include "method/attempt.h"
#include "method/read.h"

#include "theory/tcp.h"

static void recv_watch(struct watch *watch)
{
	read_until_end(watch);
}

static int64_t recv_period_ns(const struct opt_values *opt, const struct situation *situation)
{
	(void)opt;
	(void)situation;
	return 0;
}

static void recv_window(const struct opt_values *opt, const struct situation *situation,
			struct window *window)
{
	(void)opt;
	tcp_readable_end(situation, &(struct tcp_options){ 0 }, window);
}

const struct method method_recv = {
	.name = "recv",
	.about = "blocking recv(2): 0 or an error is the end, nothing else is",
	.options = (const struct opt[]){ { 0 } },
	.reads = true,
	.connect = attempt_block,
	.watch = recv_watch,
	.period_ns = recv_period_ns,
	.window = recv_window,
};
