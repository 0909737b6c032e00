/* SPDX-License-Identifier: MIT */
/*
 * SO_KEEPALIVE and a blocking recv(2): the kernel probes an idle connection and recv returns the
 * error once `cnt` probes stayed unanswered (tcp(7), RFC 1122 4.2.3.6). An option left out keeps
 * the sysctl of the namespace.
 *
 * SO_KEEPALIVE is set first, as people do: it arms the timer with the sysctl's idle time, and
 * TCP_KEEPIDLE then arms it anew (net/ipv4/tcp.c: tcp_sock_set_keepidle_locked).
 */
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "method/read.h"
#include "theory/tcp.h"

enum { KEEPALIVE_IDLE, KEEPALIVE_INTVL, KEEPALIVE_CNT };

/* include/net/tcp.h: MAX_TCP_KEEPIDLE, MAX_TCP_KEEPINTVL, MAX_TCP_KEEPCNT. */
#define KEEPALIVE_TIME_MAX (32767 * NS_PER_S)
#define KEEPALIVE_CNT_MAX  127

static const struct opt keepalive_rows[] = {
	[KEEPALIVE_IDLE] = { .name = "idle",
			     .type = OPT_DURATION,
			     .min = NS_PER_S,
			     .max = KEEPALIVE_TIME_MAX,
			     .about = "TCP_KEEPIDLE: silence before the first probe, in whole seconds; "
				      "left out: net.ipv4.tcp_keepalive_time" },
	[KEEPALIVE_INTVL] = { .name = "intvl",
			      .type = OPT_DURATION,
			      .min = NS_PER_S,
			      .max = KEEPALIVE_TIME_MAX,
			      .about = "TCP_KEEPINTVL: between probes, in whole seconds; left out: "
				       "net.ipv4.tcp_keepalive_intvl" },
	[KEEPALIVE_CNT] = { .name = "cnt",
			    .type = OPT_COUNT,
			    .min = 1,
			    .max = KEEPALIVE_CNT_MAX,
			    .about = "TCP_KEEPCNT: unanswered probes that end it; left out: "
				     "net.ipv4.tcp_keepalive_probes" },
	{ 0 },
};

static int keepalive_check(const struct opt_values *opt, struct err *err)
{
	for (int i = KEEPALIVE_IDLE; i <= KEEPALIVE_INTVL; i++) {
		int64_t ns = opt->v[i];
		char text[32];

		if (ns != OPT_UNSET && ns % NS_PER_S)
			return err_set(err, EINVAL,
				       "keepalive's %s is %s, and the kernel takes whole seconds: write %" PRId64
				       "s or %" PRId64 "s",
				       keepalive_rows[i].name,
				       opt_format_duration(ns, text, sizeof(text)), ns / NS_PER_S,
				       ns / NS_PER_S + 1);
	}
	return 0;
}

static int keepalive_set(struct watch *watch, int level, int name, int64_t value, const char *what,
			 struct err *err)
{
	int v = (int)value;

	if (setsockopt(watch->fd, level, name, &v, sizeof(v)) < 0)
		return err_sys(err, errno, "setsockopt(%s, %d)", what, v);
	return 0;
}

static int keepalive_arm(struct watch *watch, struct err *err)
{
	const int64_t *v = watch->opt.v;
	int ret = keepalive_set(watch, SOL_SOCKET, SO_KEEPALIVE, 1, "SO_KEEPALIVE", err);

	if (!ret && v[KEEPALIVE_IDLE] != OPT_UNSET)
		ret = keepalive_set(watch, IPPROTO_TCP, TCP_KEEPIDLE, v[KEEPALIVE_IDLE] / NS_PER_S,
				    "TCP_KEEPIDLE", err);
	if (!ret && v[KEEPALIVE_INTVL] != OPT_UNSET)
		ret = keepalive_set(watch, IPPROTO_TCP, TCP_KEEPINTVL,
				    v[KEEPALIVE_INTVL] / NS_PER_S, "TCP_KEEPINTVL", err);
	if (!ret && v[KEEPALIVE_CNT] != OPT_UNSET)
		ret = keepalive_set(watch, IPPROTO_TCP, TCP_KEEPCNT, v[KEEPALIVE_CNT],
				    "TCP_KEEPCNT", err);
	return ret;
}

static void keepalive_watch(struct watch *watch)
{
	read_until_end(watch);
}

/* An idle connection is probed once for each idle time: that is the cycle a fault falls into. Where
 * the observer writes more often than that, no probe leaves, and the method is a reader as recv is. */
static int64_t keepalive_period_ns(const struct opt_values *opt, const struct situation *situation)
{
	int64_t idle_ns = opt->v[KEEPALIVE_IDLE], writes_ns = situation_observer_writes_ns(situation);

	if (idle_ns == OPT_UNSET)
		idle_ns = situation->kernel.keepalive_time_s * NS_PER_S;
	return writes_ns && writes_ns < idle_ns ? 0 : situation_silence_ns(situation, idle_ns);
}

static int64_t set_or_zero(int64_t value)
{
	return value == OPT_UNSET ? 0 : value;
}

static void keepalive_talks(const struct opt_values *opt, struct tcp_options *talks)
{
	talks->keepalive = true;
	talks->idle_ns = set_or_zero(opt->v[KEEPALIVE_IDLE]);
	talks->intvl_ns = set_or_zero(opt->v[KEEPALIVE_INTVL]);
	talks->cnt = (int)set_or_zero(opt->v[KEEPALIVE_CNT]);
}

static void keepalive_window(const struct opt_values *opt, const struct situation *situation,
			     struct window *window)
{
	struct tcp_options o = { 0 };

	keepalive_talks(opt, &o);
	tcp_readable_end(situation, &o, window);
}

const struct method method_keepalive = {
	.name = "keepalive",
	.about = "SO_KEEPALIVE: the kernel probes an idle connection, recv(2) returns its error",
	.options = keepalive_rows,
	.reads = true,
	.check = keepalive_check,
	.arm = keepalive_arm,
	.watch = keepalive_watch,
	.talks = keepalive_talks,
	.period_ns = keepalive_period_ns,
	.window = keepalive_window,
};
