/* SPDX-License-Identifier: MIT */
/*
 * TCP_INFO every `poll`, against limits: dead when one is reached, or when the state is not
 * ESTABLISHED. It is told nothing that TCP does not know; it only does not wait for TCP's own
 * patience of a quarter of an hour.
 *
 *   unacked      something is unacknowledged or unsent (tcpi_unacked, tcpi_notsent_bytes) at each look
 *                for so long, and tcpi_bytes_acked did not move
 *   retransmits  tcpi_retransmits: retransmission timeouts in a row, modulo 256
 *   backoff      tcpi_backoff: doublings of the timeout; fewer than retransmits where an ICMP
 *                unreachable takes one back (RFC 6069)
 *   probes       tcpi_probes: probes of a closed window, or keepalive's, without an answer
 *   ack_age      tcpi_last_ack_recv: how long no acknowledgement arrived. On a connection on which
 *                nobody writes none ever does, and it cries wolf.
 *
 * A limit left out is not looked at. Held for dead, the peer is alive again at the first look that
 * finds every limit kept: an acknowledgement takes the timeouts and probes back to 0.
 */
#include "method/tcp_info_stall.h"

#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "method/look.h"
#include "method/stuck.h"

/* include/net/tcp_states.h; the value is part of the ABI of TCP_INFO. */
enum { STATE_ESTABLISHED = 1 };

static const struct opt stall_rows[] = {
	[STALL_POLL] = { .name = "poll",
			 .type = OPT_DURATION,
			 .def = "1s",
			 .min = NS_PER_MS,
			 .max = LOOK_PERIOD_MAX,
			 .about = "how often TCP_INFO is looked at" },
	[STALL_UNACKED] = { .name = "unacked",
			    .type = OPT_DURATION,
			    .def = "5s",
			    .min = NS_PER_MS,
			    .max = LOOK_PERIOD_MAX,
			    .about = "so long without an acknowledgement of what was written is death" },
	[STALL_RETRANSMITS] = { .name = "retransmits",
				.type = OPT_COUNT,
				.def = "5",
				.min = 1,
				.max = 255,
				.about = "retransmission timeouts in a row that are death" },
	[STALL_BACKOFF] = { .name = "backoff",
			    .type = OPT_COUNT,
			    .min = 1,
			    .max = 255,
			    .about = "doublings of the timeout that are death; left out: not looked at" },
	[STALL_PROBES] = { .name = "probes",
			   .type = OPT_COUNT,
			   .def = "3",
			   .min = 1,
			   .max = 255,
			   .about = "unanswered probes that are death" },
	[STALL_ACK_AGE] = { .name = "ack_age",
			    .type = OPT_DURATION,
			    .min = NS_PER_MS,
			    .max = LOOK_PERIOD_MAX,
			    .about = "so long without any acknowledgement is death, idle or not; left "
				     "out: not looked at" },
	{ 0 },
};

struct stall_state {
	bool ended;     /* by TCP: the state, or the socket itself, is no more */
	uint64_t acked; /* at the last look */
	bool waiting;
	int64_t looks;  /* in a row without progress */
};

static void stall_progress(struct stall_state *st, const struct tcp_info *info)
{
	bool waiting = info->tcpi_unacked || info->tcpi_notsent_bytes;

	st->looks = waiting && st->waiting && info->tcpi_bytes_acked == st->acked ? st->looks + 1 : 0;
	st->waiting = waiting;
	st->acked = info->tcpi_bytes_acked;
}

/* The first limit that is reached, as "name=value", or "". */
static void stall_reached(const struct watch *watch, const struct stall_state *st,
			  const struct tcp_info *info, char *text, size_t size)
{
	const int64_t *v = watch->opt.v;
	const struct stuck stuck = { .poll_ns = v[STALL_POLL], .limit_ns = v[STALL_UNACKED] };

	text[0] = '\0';
	if (info->tcpi_state != STATE_ESTABLISHED)
		snprintf(text, size, "state=%s", watch_state_name(info->tcpi_state));
	else if (v[STALL_RETRANSMITS] != OPT_UNSET && info->tcpi_retransmits >= v[STALL_RETRANSMITS])
		snprintf(text, size, "retransmits=%d", info->tcpi_retransmits);
	else if (v[STALL_BACKOFF] != OPT_UNSET && info->tcpi_backoff >= v[STALL_BACKOFF])
		snprintf(text, size, "backoff=%d", info->tcpi_backoff);
	else if (v[STALL_PROBES] != OPT_UNSET && info->tcpi_probes >= v[STALL_PROBES])
		snprintf(text, size, "probes=%d", info->tcpi_probes);
	else if (v[STALL_UNACKED] != OPT_UNSET && st->looks >= stuck_looks(&stuck))
		snprintf(text, size, "unacked=%u for %lld ms", info->tcpi_unacked,
			 (long long)(st->looks * v[STALL_POLL] / NS_PER_MS));
	else if (v[STALL_ACK_AGE] != OPT_UNSET &&
		 info->tcpi_last_ack_recv * NS_PER_MS >= v[STALL_ACK_AGE])
		snprintf(text, size, "last_ack_recv=%u ms", info->tcpi_last_ack_recv);
}

/* True when a limit is reached, and saw is written; *now_ns: of the look. */
static bool stall_found(struct watch *watch, struct stall_state *st, int64_t *now_ns)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);
	int ret = getsockopt(watch->fd, IPPROTO_TCP, TCP_INFO, &info, &len);
	int err = errno;
	char text[SAW_MAX - 16];

	*now_ns = clock_now_ns();
	st->ended = ret < 0 || info.tcpi_state != STATE_ESTABLISHED;
	if (ret < 0) {
		watch_saw(watch, *now_ns, "getsockopt", ret, err);
		return true;
	}
	stall_progress(st, &info);
	stall_reached(watch, st, &info, text, sizeof(text));
	if (!text[0])
		return false;
	watch->dead_ns = *now_ns;
	watch->saw_errno = 0;
	snprintf(watch->saw, sizeof(watch->saw), "tcp_info %s", text);
	return true;
}

static bool stall_look(struct watch *watch, void *state)
{
	int64_t now;

	return stall_found(watch, state, &now);
}

static bool stall_look_again(struct watch *watch, void *state)
{
	struct stall_state *st = state;

	return !stall_found(watch, st, &watch->trusted_ns) || st->ended;
}

static int stall_arm(struct watch *watch, struct err *err)
{
	return watch_new_own(watch, sizeof(struct stall_state), err);
}

static void stall_watch(struct watch *watch)
{
	look_until(watch, watch->opt.v[STALL_POLL], stall_look, watch->own);
}

static bool stall_trust(struct watch *watch)
{
	const struct stall_state *st = watch->own;

	look_until(watch, watch->opt.v[STALL_POLL], stall_look_again, watch->own);
	return !st->ended;
}

static int64_t stall_period_ns(const struct opt_values *opt, const struct situation *situation)
{
	(void)situation;
	return opt->v[STALL_POLL];
}

const struct method method_tcp_info_stall = {
	.name = "tcp_info_stall",
	.about = "TCP_INFO against limits: unacknowledged data, retransmissions, probes, their age",
	.options = stall_rows,
	.arm = stall_arm,
	.watch = stall_watch,
	.trust = stall_trust,
	.release = watch_free_own,
	.period_ns = stall_period_ns,
	.window = tcp_info_stall_window,
};
