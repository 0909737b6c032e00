/* SPDX-License-Identifier: MIT */
/*
 * Each limit has a moment at which TCP_INFO passes it, and the earliest of them counts, at the next
 * look. How many retransmission timeouts there have been is a matter of time: the tail-loss probe
 * after rto_min at least, the first timeout an RTO later, and from then on each comes twice as late
 * (theory/rto.c replays this tick by tick; bounds are enough here). Without carrier the first
 * transmission already tells of congestion, and there is no tail-loss probe outside of the state Open
 * (tcp_output.c: tcp_schedule_loss_probe). What is written then waits in the neighbour's queue, for an
 * answer that cannot come, and is not sent again as long as it does (skb_still_in_host_queue). All
 * connections share that queue; when it is full the oldest goes, its connection hears of that, sends
 * it at last, and starts the timer of the present doubling anew (tcp_wfree, tcp_tsq_write,
 * tcp_xmit_retransmit_queue), once in each. Where the own qdisc refuses the
 * segment there is no retransmission, but a probe every half second after the first RTO, and the
 * probes are counted (tcp_output.c: tcp_send_probe0).
 */
#include "method/tcp_info_stall.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/minmax.h"
#include "method/ends.h"
#include "method/look.h"
#include "method/quiet.h"
#include "method/stuck.h"
#include "theory/closed.h"
#include "theory/flap.h"
#include "theory/steps.h"
#include "theory/tcp.h"

#define PROBE_NS (500 * NS_PER_MS) /* TCP_RESOURCE_PROBE_INTERVAL */
/* A failed neighbour makes timeouts come sooner and takes doublings back; it can fail so soon after
 * the fault, and without carrier so soon. */
#define NEIGHBOUR_NS	     (6 * NS_PER_S)
#define NEIGHBOUR_CARRIER_NS (3 * NS_PER_S)

enum count { COUNT_RETRANSMITS, COUNT_BACKOFF, COUNT_PROBES };

/* From the first lost write to its @n-th retransmission timeout. */
static void timeouts(const struct situation *s, int64_t n, int64_t *lo, int64_t *hi)
{
	const struct kernel_params *k = &s->kernel;
	int64_t tick = NS_PER_S / k->hz;
	int64_t srtt = situation_rtt_ns(s) + 2 * s->path.jitter_ns + TCP_DELACK_MIN_NS;
	int64_t rto_lo = k->rto_min_ns, rto_hi = k->rto_min_ns + srtt + 4 * s->path.jitter_ns;

	*lo = s->effect.where == WHERE_OWN_CARRIER || situation_segments(s) ? 0 : rto_lo;
	*hi = rto_hi + tick;
	for (int64_t i = 0; i < n; i++) {
		int64_t gap = rto_hi + rto_hi / 8 + tick;

		*lo += rto_lo;
		*hi += i && s->effect.where == WHERE_OWN_CARRIER ? 2 * gap : gap;
		rto_lo = min64(2 * rto_lo, k->rto_max_ns);
		rto_hi = min64(2 * rto_hi, k->rto_max_ns);
	}
}

static void tell_count(const struct situation *s, int64_t count, enum count what,
		       const struct window *w)
{
	static const char *const names[] = {
		[COUNT_RETRANSMITS] = "tcpi_retransmits",
		[COUNT_BACKOFF] = "tcpi_backoff",
		[COUNT_PROBES] = "tcpi_probes",
	};
	char text[STEP_TEXT_MAX];

	snprintf(text, sizeof(text), "%s reaches %d, the limit", names[what], (int)count);
	steps_end(s->steps, w, "RFC 6298 5.5; tcp(7): TCP_INFO", text);
}

/* @count timeouts, doublings or probes have been counted. */
static void counted(const struct situation *s, int64_t count, enum count what, struct window *w)
{
	bool probes = what == COUNT_PROBES;
	bool refused = s->effect.where == WHERE_OWN_QDISC && s->effect.lose_out;
	int64_t writes = situation_observer_writes_ns(s), lo, hi, first, last;
	int64_t neighbour = s->effect.where == WHERE_OWN_CARRIER ? NEIGHBOUR_CARRIER_NS : NEIGHBOUR_NS;

	if (!writes) {
		window_never(w, "nothing is in flight, so nothing is sent again");
		return;
	}
	if (refused != probes) {
		window_never(w, probes ? "what is in flight is retransmitted, not probed"
				       : "what the own qdisc refuses was never in flight");
		return;
	}
	first_lost_write(s, writes, &first, &last);
	if (probes) {
		timeouts(s, 1, &lo, &hi);
		lo = s->kernel.rto_min_ns + (count - 1) * PROBE_NS;
		hi += (count - 1) * (PROBE_NS + PROBE_NS / 8 + NS_PER_S / s->kernel.hz);
	} else {
		timeouts(s, count, &lo, &hi);
	}
	lo += first;
	hi += last;
	if (s->effect.for_ns && hi >= s->effect.for_ns) {
		if (lo < s->effect.for_ns)
			window_none(w, "it ends about when the limit is reached");
		else
			window_never(w, "it ends before the limit is reached");
		return;
	}
	if (s->effect.reverts && !probes) {
		if (what == COUNT_BACKOFF && count > 1 && !s->ipv6) {
			window_never(w, "every ICMP unreachable takes a doubling back (RFC 6069)");
			return;
		}
		if (what == COUNT_BACKOFF) {
			window_none(w, "some ICMP unreachables take a doubling back (RFC 6069)");
			return;
		}
		lo = first + (count + 1) * s->kernel.rto_min_ns;
	}
	if (hi > neighbour && what == COUNT_BACKOFF) {
		window_none(w, "a neighbour that fails takes doublings back (RFC 6069)");
		return;
	}
	if (hi > neighbour && what == COUNT_RETRANSMITS && lo > neighbour)
		lo = neighbour;
	window_some(w, lo, hi,
		    "so many retransmission timeouts after the first write, each twice as far as the one "
		    "before (RFC 6298 5.5)");
	tell_count(s, count, what, w);
}

/* Counted on a path that loses some: all transmissions in a row would have to be lost. */
static void by_chance(const struct situation *s, int64_t count, struct window *w)
{
	const struct impairment *imp = &s->effect.impair;
	bool impaired = s->effect.kind == EFFECT_IMPAIRED;
	int64_t ppm = s->path.loss_ppm + s->path.corrupt_ppm, delay = situation_rtt_ns(s), lo, hi;
	double all = 1;

	if (impaired) {
		ppm += imp->loss_ppm + imp->corrupt_ppm;
		delay += (s->effect.out + s->effect.in) * (imp->delay_ns + imp->jitter_ns);
	}
	for (int64_t i = 0; i <= count; i++)
		all *= (double)min64(2 * ppm, 1000000) / 1e6;
	timeouts(s, count, &lo, &hi);
	if (situation_observer_writes_ns(s) && (all >= 1e-6 || delay >= lo))
		window_none(w, "so many timeouts in a row may come by chance on this path");
	else
		window_never(w, "so many timeouts in a row do not come by chance");
}

/* The window is closed. Probes double the timer, and all are answered, but for one that comes within
 * half a second of the one before (net.ipv4.tcp_invalid_ratelimit); a look may fall between a probe
 * and its answer. */
static void probed(const struct situation *s, int64_t count, enum count what, struct window *w)
{
	int64_t lo, hi, close_lo, close_hi;

	if (what == COUNT_RETRANSMITS || !closed_window(s, 0, &close_lo, &close_hi)) {
		by_chance(s, count, w);
		return;
	}
	if (what == COUNT_PROBES && count > 2) {
		window_never(w, "probes of a closed window are answered (RFC 9293 3.8.6.1)");
		return;
	}
	timeouts(s, count, &lo, &hi);
	if (what == COUNT_PROBES || s->effect.for_ns)
		window_none(w, "a look may fall between a probe of the closed window and its answer");
	else
		window_some(w, close_lo + lo - s->kernel.rto_min_ns, close_hi + closed_probe_ns(s) + hi,
			    "each probe of the closed window doubles the timer (tcp_output.c: "
			    "tcp_send_probe0)");
	closed_tell(s, close_lo, close_hi);
	steps_end(s->steps, w, "tcp_output.c: tcp_send_probe0", "so many doublings are counted");
}

/* tcpi_retransmits is one byte (linux/tcp.h), and ICMP that keeps the timeouts a minimum apart fills
 * it: a look that comes so late may find it begun again, below the limit. The next one does not. */
static void may_begin_again(const struct situation *s, int64_t poll_ns, struct window *w)
{
	if (s->effect.reverts && w->kind == WINDOW_SOME && w->hi_ns >= 256 * s->kernel.rto_min_ns)
		window_some(w, w->lo_ns, w->hi_ns + poll_ns,
			    "so many retransmission timeouts after the first write; but TCP_INFO counts them "
			    "in one byte (linux/tcp.h), which may have begun again at the first look");
}

static void count_limit(const struct situation *s, const struct opt_values *opt, int row,
			enum count what, struct window *w)
{
	int64_t count = opt->v[row], lo, hi;
	struct situation first;
	struct window one;

	if (count == OPT_UNSET)
		return;
	switch (s->effect.kind) {
	case EFFECT_SILENCE:
	case EFFECT_FORGOTTEN:
		if (s->effect.larger && !s->effect.lose_out)
			by_chance(s, count, &one);
		else
			counted(s, count, what, &one);
		break;
	case EFFECT_STALLED:
		probed(s, count, what, &one);
		break;
	case EFFECT_FLAPPING:
		first = flap_first(s);
		counted(&first, count, what, &one);
		timeouts(s, count, &lo, &hi);
		flap_later(s, lo, &one);
		break;
	default:
		by_chance(s, count, &one);
	}
	look_window(s, opt->v[STALL_POLL], &one);
	if (what == COUNT_RETRANSMITS)
		may_begin_again(s, opt->v[STALL_POLL], &one);
	ends_earlier(w, &one);
}

static void unacked_limit(const struct situation *s, const struct opt_values *opt, struct window *w)
{
	struct stuck stuck = { .poll_ns = opt->v[STALL_POLL], .limit_ns = opt->v[STALL_UNACKED] };
	struct window one;

	if (opt->v[STALL_UNACKED] == OPT_UNSET)
		return;
	if (s->effect.kind == EFFECT_SILENCE || s->effect.kind == EFFECT_FLAPPING ||
	    s->effect.kind == EFFECT_FORGOTTEN)
		stuck_window(s, &stuck, &one);
	else if (s->effect.kind == EFFECT_STALLED)
		stuck_stalled(s, &stuck, &one);
	else
		stuck_alive(s, &stuck, &one);
	ends_earlier(w, &one);
}

static void ack_age_limit(const struct situation *s, const struct opt_values *opt, struct window *w)
{
	int64_t tick = NS_PER_S / s->kernel.hz, age = opt->v[STALL_ACK_AGE];
	struct quiet quiet = { .acks = true };
	struct window one;

	if (age == OPT_UNSET)
		return;
	/* tcpi_last_ack_recv is a difference of jiffies. */
	quiet.lo_ns = age - tick;
	quiet.hi_ns = age + tick;
	quiet_window(s, &quiet, &one);
	look_window(s, opt->v[STALL_POLL], &one);
	ends_earlier(w, &one);
}

void tcp_info_stall_window(const struct opt_values *opt, const struct situation *situation,
			   struct window *window)
{
	tcp_readable_end(situation, &(struct tcp_options){ 0 }, window);
	look_window(situation, opt->v[STALL_POLL], window);
	switch (situation->effect.kind) {
	case EFFECT_FIN:
	case EFFECT_HALF_CLOSE:
	case EFFECT_RST:
	case EFFECT_GONE:
		/* The state is seen no later than any limit. */
		break;
	default:
		count_limit(situation, opt, STALL_RETRANSMITS, COUNT_RETRANSMITS, window);
		count_limit(situation, opt, STALL_BACKOFF, COUNT_BACKOFF, window);
		count_limit(situation, opt, STALL_PROBES, COUNT_PROBES, window);
		unacked_limit(situation, opt, window);
	}
	ack_age_limit(situation, opt, window);
}
