/* SPDX-License-Identifier: MIT */
/*
 * ioctl(SIOCOUTQ) every `poll`: dead when bytes are in the send queue, unacknowledged or unsent, and
 * their number has not gone down for `stall`. It only looks: on a connection on which nobody writes
 * there is nothing to see. A peer's FIN or RST changes nothing in the queue; what a dead peer left
 * in it stays there, even after TCP has given up. Held for dead, the peer is alive again at the first
 * look that finds less in the queue.
 */
#include <errno.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <sys/ioctl.h>

#include "base/clock.h"
#include "method/ends.h"
#include "method/look.h"
#include "method/stuck.h"

enum { OUTQ_POLL, OUTQ_STALL };

static const struct opt outq_rows[] = {
	[OUTQ_POLL] = { .name = "poll",
			.type = OPT_DURATION,
			.def = "500ms",
			.min = NS_PER_MS,
			.max = LOOK_PERIOD_MAX,
			.about = "how often the send queue is looked at" },
	[OUTQ_STALL] = { .name = "stall",
			 .type = OPT_DURATION,
			 .def = "5s",
			 .min = NS_PER_MS,
			 .max = LOOK_PERIOD_MAX,
			 .about = "so long without draining is death" },
	{ 0 },
};

struct outq {
	bool ended;    /* the socket cannot be asked any more */
	int bytes;     /* at the last look */
	int64_t looks; /* in a row without draining */
};

static struct stuck outq_stuck(const struct opt_values *opt)
{
	return (struct stuck){ .poll_ns = opt->v[OUTQ_POLL],
			       .limit_ns = opt->v[OUTQ_STALL],
			       .amount_only = true };
}

/* False when the socket could not be asked, and saw is written; *now_ns: of the look. */
static bool outq_ask(struct watch *watch, struct outq *outq, int64_t *now_ns)
{
	int bytes = 0, ret = ioctl(watch->fd, SIOCOUTQ, &bytes);
	int err = errno;

	*now_ns = clock_now_ns();
	outq->ended = ret < 0;
	if (ret < 0) {
		watch_saw(watch, *now_ns, "ioctl(SIOCOUTQ)", ret, err);
		return false;
	}
	outq->looks = outq->bytes && bytes >= outq->bytes ? outq->looks + 1 : 0;
	outq->bytes = bytes;
	return true;
}

static bool outq_look(struct watch *watch, void *state)
{
	struct stuck stuck = outq_stuck(&watch->opt);
	struct outq *outq = state;
	int64_t now;

	if (!outq_ask(watch, outq, &now))
		return true;
	if (outq->looks < stuck_looks(&stuck))
		return false;
	watch->dead_ns = now;
	watch->saw_errno = 0;
	snprintf(watch->saw, sizeof(watch->saw), "SIOCOUTQ %d B stuck", outq->bytes);
	return true;
}

static bool outq_look_again(struct watch *watch, void *state)
{
	struct outq *outq = state;

	return !outq_ask(watch, outq, &watch->trusted_ns) || !outq->looks;
}

static int outq_arm(struct watch *watch, struct err *err)
{
	return watch_new_own(watch, sizeof(struct outq), err);
}

static void outq_watch(struct watch *watch)
{
	look_until(watch, watch->opt.v[OUTQ_POLL], outq_look, watch->own);
}

static bool outq_trust(struct watch *watch)
{
	const struct outq *outq = watch->own;

	look_until(watch, watch->opt.v[OUTQ_POLL], outq_look_again, watch->own);
	return !outq->ended;
}

static int64_t outq_period_ns(const struct opt_values *opt, const struct situation *situation)
{
	(void)situation;
	return opt->v[OUTQ_POLL];
}

/* The peer's socket is closed: what the observer writes next is not acknowledged, but reset. */
static void closed(const struct situation *s, const struct stuck *k, struct window *w)
{
	int64_t writes = situation_observer_writes_ns(s), lo, hi;
	bool unread = false;

	if (s->path.loss_ppm || s->path.corrupt_ppm) {
		window_none(w, "the FIN, or the RST that a write draws, may be lost on this path");
		return;
	}
	if (writes)
		ends_first_write(s, writes, &lo, &hi, &unread);
	if (!writes || (ends_how(s, 0) == ENDS_FIN && !unread)) {
		stuck_window(s, k, w);
		return;
	}
	if (unread) {
		window_none(w, "whether the peer read the last byte decides between FIN and RST, and only "
			       "after a FIN is another byte taken that nobody acknowledges");
		return;
	}
	if (ends_how(s, 0) == ENDS_EITHER || lo <= tcp_prompt_ns(s) + LOOK_LATE_NS)
		window_none(w, "only a byte on its way when the RST comes stays in the queue");
	else
		window_never(w, "the queue is empty when the RST comes, and the socket takes no more");
}

static void outq_window(const struct opt_values *opt, const struct situation *situation,
			struct window *window)
{
	struct stuck stuck = outq_stuck(opt);

	switch (situation->effect.kind) {
	case EFFECT_FIN:
	case EFFECT_GONE:
	case EFFECT_RST:
		closed(situation, &stuck, window);
		break;
	case EFFECT_SILENCE:
	case EFFECT_FLAPPING:
	case EFFECT_FORGOTTEN: /* what a RST answers stays in the count (tcp_ioctl()) */
		stuck_window(situation, &stuck, window);
		break;
	case EFFECT_STALLED:
		stuck_stalled(situation, &stuck, window);
		break;
	default:
		stuck_alive(situation, &stuck, window);
	}
}

const struct method method_outq = {
	.name = "outq",
	.about = "SIOCOUTQ looked at every `poll`: dead when what is in flight drains no more",
	.options = outq_rows,
	.arm = outq_arm,
	.watch = outq_watch,
	.trust = outq_trust,
	.release = watch_free_own,
	.period_ns = outq_period_ns,
	.window = outq_window,
};
