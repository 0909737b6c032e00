/* SPDX-License-Identifier: MIT */
/*
 * What TCP does by itself for a program that writes: no socket option, a byte every `period`, and
 * the connection is under net.ipv4.tcp_retries2 as soon as one is not acknowledged. The sysctl is
 * the scenario's; Linux's own 15 means a quarter of an hour (tcp(7),
 * Documentation/networking/ip-sysctl.rst).
 */
#include "method/attempt.h"
#include "method/writer.h"

#include "base/clock.h"

enum { RETRIES2_PERIOD };

static const struct opt retries2_rows[] = {
	[RETRIES2_PERIOD] = WRITER_ROW("1s", "how often the method writes a byte"),
	{ 0 },
};

static void retries2_watch(struct watch *watch)
{
	writer_until_end(watch, watch->opt.v[RETRIES2_PERIOD]);
}

static int64_t retries2_period_ns(const struct opt_values *opt, const struct situation *situation)
{
	(void)situation;
	return opt->v[RETRIES2_PERIOD];
}

static void retries2_talks(const struct opt_values *opt, struct tcp_options *talks)
{
	talks->writes_ns = opt->v[RETRIES2_PERIOD];
}

static void retries2_window(const struct opt_values *opt, const struct situation *situation,
			    struct window *window)
{
	struct tcp_options o = { 0 };

	retries2_talks(opt, &o);
	writer_window(situation, &o, window);
}

const struct method method_retries2 = {
	.name = "retries2",
	.about = "writes every `period` and reads: tcp_retries2 ends what is not acknowledged",
	.options = retries2_rows,
	.reads = true,
	.connect = attempt_block,
	.watch = retries2_watch,
	.talks = retries2_talks,
	.period_ns = retries2_period_ns,
	.window = retries2_window,
};
