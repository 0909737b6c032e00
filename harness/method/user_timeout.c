/* SPDX-License-Identifier: MIT */
/*
 * TCP_USER_TIMEOUT (RFC 5482, tcp(7)) and reading: how long transmitted data may stay
 * unacknowledged. It replaces tcp_retries2 while data is in flight, counting from the first
 * retransmission by timeout and not from the write (net/ipv4/tcp_timer.c: tcp_write_timeout,
 * retransmits_timed_out); it replaces TCP_KEEPCNT on an idle connection with keepalive
 * (tcp_keepalive_timer), where death then comes at the first expiry past it with a probe out. With
 * nothing in flight and no keepalive nothing ever looks at it.
 *
 * So that each of the three can be had: `idle`, `intvl`, `cnt` turn keepalive on (any of them, the
 * others then keep their sysctl), `period` makes the method write.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "method/attempt.h"
#include "method/writer.h"

enum { UT_TIMEOUT, UT_IDLE, UT_INTVL, UT_CNT, UT_PERIOD };

/* include/net/tcp.h: MAX_TCP_KEEPIDLE, MAX_TCP_KEEPINTVL, MAX_TCP_KEEPCNT. */
#define UT_KEEPALIVE_MAX (32767 * NS_PER_S)
#define UT_TIMEOUT_MAX	 (INT64_C(24) * 24 * 3600 * NS_PER_S) /* milliseconds in an int */

static const struct opt ut_rows[] = {
	[UT_TIMEOUT] = { .name = "timeout",
			 .type = OPT_DURATION,
			 .def = "20s",
			 .min = NS_PER_MS,
			 .max = UT_TIMEOUT_MAX,
			 .about = "TCP_USER_TIMEOUT, in whole milliseconds" },
	[UT_IDLE] = { .name = "idle",
		      .type = OPT_DURATION,
		      .min = NS_PER_S,
		      .max = UT_KEEPALIVE_MAX,
		      .about = "turns keepalive on: TCP_KEEPIDLE, in whole seconds" },
	[UT_INTVL] = { .name = "intvl",
		       .type = OPT_DURATION,
		       .min = NS_PER_S,
		       .max = UT_KEEPALIVE_MAX,
		       .about = "turns keepalive on: TCP_KEEPINTVL, in whole seconds" },
	[UT_CNT] = { .name = "cnt",
		     .type = OPT_COUNT,
		     .min = 1,
		     .max = 127,
		     .about = "turns keepalive on: TCP_KEEPCNT, which the timeout overrules" },
	[UT_PERIOD] = WRITER_ROW(NULL, "the method writes a byte this often; left out: never"),
	{ 0 },
};

static bool ut_keepalive(const struct opt_values *opt)
{
	return opt->v[UT_IDLE] != OPT_UNSET || opt->v[UT_INTVL] != OPT_UNSET ||
	       opt->v[UT_CNT] != OPT_UNSET;
}

static int ut_check(const struct opt_values *opt, struct err *err)
{
	static const struct {
		int row;
		int64_t unit;
		const char *name;
	} whole[] = { { UT_TIMEOUT, NS_PER_MS, "milliseconds" },
		      { UT_IDLE, NS_PER_S, "seconds" },
		      { UT_INTVL, NS_PER_S, "seconds" } };

	for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++) {
		int64_t ns = opt->v[whole[i].row];
		char text[32];

		if (ns != OPT_UNSET && ns % whole[i].unit)
			return err_set(err, EINVAL,
				       "user_timeout's %s is %s, and the kernel takes whole %s",
				       ut_rows[whole[i].row].name,
				       opt_format_duration(ns, text, sizeof(text)), whole[i].name);
	}
	return 0;
}

static int ut_set(struct watch *watch, int level, int name, int64_t value, const char *what,
		  struct err *err)
{
	int v = (int)value;

	if (setsockopt(watch->fd, level, name, &v, sizeof(v)) < 0)
		return err_sys(err, errno, "setsockopt(%s, %d)", what, v);
	return 0;
}

/* A FIN without an owner would be retried for as long as the timeout says, whatever
 * tcp_orphan_retries does (tcp_write_timeout), and hold the namespace that long: abort instead. */
static int ut_leave_nothing(struct watch *watch, struct err *err)
{
	const struct linger abort = { .l_onoff = 1, .l_linger = 0 };

	if (setsockopt(watch->fd, SOL_SOCKET, SO_LINGER, &abort, sizeof(abort)) < 0)
		return err_sys(err, errno, "setsockopt(SO_LINGER)");
	return 0;
}

static int ut_arm(struct watch *watch, struct err *err)
{
	const int64_t *v = watch->opt.v;
	int ret = ut_leave_nothing(watch, err);

	if (!ret)
		ret = ut_set(watch, IPPROTO_TCP, TCP_USER_TIMEOUT, v[UT_TIMEOUT] / NS_PER_MS,
			     "TCP_USER_TIMEOUT", err);
	if (!ret && ut_keepalive(&watch->opt))
		ret = ut_set(watch, SOL_SOCKET, SO_KEEPALIVE, 1, "SO_KEEPALIVE", err);
	if (!ret && v[UT_IDLE] != OPT_UNSET)
		ret = ut_set(watch, IPPROTO_TCP, TCP_KEEPIDLE, v[UT_IDLE] / NS_PER_S,
			     "TCP_KEEPIDLE", err);
	if (!ret && v[UT_INTVL] != OPT_UNSET)
		ret = ut_set(watch, IPPROTO_TCP, TCP_KEEPINTVL, v[UT_INTVL] / NS_PER_S,
			     "TCP_KEEPINTVL", err);
	if (!ret && v[UT_CNT] != OPT_UNSET)
		ret = ut_set(watch, IPPROTO_TCP, TCP_KEEPCNT, v[UT_CNT], "TCP_KEEPCNT", err);
	return ret;
}

static int64_t set_or_zero(int64_t value)
{
	return value == OPT_UNSET ? 0 : value;
}

static void ut_watch(struct watch *watch)
{
	writer_until_end(watch, set_or_zero(watch->opt.v[UT_PERIOD]));
}

static int64_t ut_period_ns(const struct opt_values *opt, const struct situation *situation)
{
	int64_t idle_ns = opt->v[UT_IDLE];

	if (opt->v[UT_PERIOD] != OPT_UNSET)
		return opt->v[UT_PERIOD];
	if (!ut_keepalive(opt))
		return situation_observer_writes_ns(situation);
	if (idle_ns == OPT_UNSET)
		idle_ns = situation->kernel.keepalive_time_s * NS_PER_S;
	return situation_silence_ns(situation, idle_ns);
}

static void ut_talks(const struct opt_values *opt, struct tcp_options *talks)
{
	talks->keepalive = ut_keepalive(opt);
	talks->idle_ns = set_or_zero(opt->v[UT_IDLE]);
	talks->intvl_ns = set_or_zero(opt->v[UT_INTVL]);
	talks->cnt = (int)set_or_zero(opt->v[UT_CNT]);
	talks->user_timeout_ns = opt->v[UT_TIMEOUT];
	talks->writes_ns = set_or_zero(opt->v[UT_PERIOD]);
}

static void ut_window(const struct opt_values *opt, const struct situation *situation,
		      struct window *window)
{
	struct tcp_options o = { 0 };

	ut_talks(opt, &o);
	writer_window(situation, &o, window);
}

/* It holds for SYNs, too (tcp_write_timeout). */
static void ut_attempt(const struct opt_values *opt, struct attempt_view *view)
{
	view->syn.user_timeout_ns = opt->v[UT_TIMEOUT];
}

const struct method method_user_timeout = {
	.name = "user_timeout",
	.about = "TCP_USER_TIMEOUT: how long data, or keepalive, may stay unanswered",
	.options = ut_rows,
	.reads = true,
	.needs = FACT_BIT(FACT_TCP_USER_TIMEOUT),
	.check = ut_check,
	.arm = ut_arm,
	.connect = attempt_block,
	.attempt = ut_attempt,
	.watch = ut_watch,
	.talks = ut_talks,
	.period_ns = ut_period_ns,
	.window = ut_window,
};
