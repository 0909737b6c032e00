/* SPDX-License-Identifier: MIT */
/*
 * TCP_RTO_MAX_MS (Linux 6.15, Documentation/networking/ip-sysctl.rst: tcp_rto_max_ms) and reading:
 * the retransmission timeout doubles up to `max` and no further. Because tcp_retries2 is read as a
 * time that is made from the same limit (net/ipv4/tcp_timer.c: tcp_model_timeout), it also says
 * when the connection is given up: with 1 s and 15 retries after 14.4 s instead of 924.6 s.
 *
 * With nothing in flight it changes nothing: `period` makes the method write.
 */
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "method/attempt.h"
#include "method/writer.h"

enum { RTO_MAX_MAX, RTO_MAX_PERIOD };

enum { RTO_MAX_OPTION = 44 }; /* TCP_RTO_MAX_MS of <linux/tcp.h>, newer than libc's headers */

static const struct opt rto_max_rows[] = {
	[RTO_MAX_MAX] = { .name = "max",
			  .type = OPT_DURATION,
			  .def = "120s",
			  .min = NS_PER_S,
			  .max = 120 * NS_PER_S,
			  .about = "TCP_RTO_MAX_MS: the longest retransmission timeout" },
	[RTO_MAX_PERIOD] = WRITER_ROW(NULL, "the method writes a byte this often; left out: never"),
	{ 0 },
};

static int rto_max_check(const struct opt_values *opt, struct err *err)
{
	char text[32];

	if (opt->v[RTO_MAX_MAX] % NS_PER_MS)
		return err_set(err, EINVAL,
			       "rto_max's max is %s, and the kernel takes whole milliseconds",
			       opt_format_duration(opt->v[RTO_MAX_MAX], text, sizeof(text)));
	return 0;
}

static int rto_max_arm(struct watch *watch, struct err *err)
{
	int ms = (int)(watch->opt.v[RTO_MAX_MAX] / NS_PER_MS);

	if (setsockopt(watch->fd, IPPROTO_TCP, RTO_MAX_OPTION, &ms, sizeof(ms)) < 0)
		return err_sys(err, errno, "setsockopt(TCP_RTO_MAX_MS, %d)", ms);
	return 0;
}

static int64_t set_or_zero(int64_t value)
{
	return value == OPT_UNSET ? 0 : value;
}

static void rto_max_watch(struct watch *watch)
{
	writer_until_end(watch, set_or_zero(watch->opt.v[RTO_MAX_PERIOD]));
}

static int64_t rto_max_period_ns(const struct opt_values *opt, const struct situation *situation)
{
	if (opt->v[RTO_MAX_PERIOD] != OPT_UNSET)
		return opt->v[RTO_MAX_PERIOD];
	return situation_observer_writes_ns(situation);
}

static void rto_max_talks(const struct opt_values *opt, struct tcp_options *talks)
{
	talks->writes_ns = set_or_zero(opt->v[RTO_MAX_PERIOD]);
}

static void rto_max_window(const struct opt_values *opt, const struct situation *situation,
			   struct window *window)
{
	struct situation s = *situation;
	struct tcp_options o = { 0 };

	s.kernel.rto_max_ns = opt->v[RTO_MAX_MAX];
	rto_max_talks(opt, &o);
	writer_window(&s, &o, window);
}

static void rto_max_attempt(const struct opt_values *opt, struct attempt_view *view)
{
	view->syn.rto_max_ns = opt->v[RTO_MAX_MAX];
}

const struct method method_rto_max = {
	.name = "rto_max",
	.about = "TCP_RTO_MAX_MS: retransmission that gives up sooner",
	.options = rto_max_rows,
	.reads = true,
	.needs = FACT_BIT(FACT_TCP_RTO_MAX_MS),
	.check = rto_max_check,
	.arm = rto_max_arm,
	.connect = attempt_block,
	.attempt = rto_max_attempt,
	.watch = rto_max_watch,
	.talks = rto_max_talks,
	.period_ns = rto_max_period_ns,
	.window = rto_max_window,
};
