/* SPDX-License-Identifier: MIT */
/*
 * Nobody knows the connection any more, and says so to whoever asks: the first segment that the
 * observer sends is answered with RST (RFC 9293 3.10.7.1), and so the question is when that is.
 * Whichever comes first:
 *
 *   a write           the observer's traffic, or the method's own
 *   a probe           keepalive's, while nothing is in flight and the peer is not heard that often
 *   acknowledgement   of what the peer sends, if that still arrives: at once, or with a delay of up
 *                       to TCP_DELACK_MAX, 200 ms (include/net/tcp.h); also of what arrived
 *                       just before the fault
 *
 * Where there is no answer at all until silent_ns (a host that has to boot first), what was sent
 * before is lost. A write is then sent again by the retransmission timer, whose next expiry is as
 * far off as the write lies back; a probe is followed by the next one. Both may first have to wait
 * for the neighbour's address, which is asked for once a second, three times (arp(7)), so that what was
 * sent in these three seconds before may wait until the host is back. If TCP gives up before, that is
 * the end.
 *
 * An observer that sends nothing is never told.
 */
#include "theory/forgotten.h"

#include "base/clock.h"
#include "theory/neighbour.h"
#include "theory/steps.h"

#define SKEW_NS	      (10 * NS_PER_MS) /* of two programs' view of one connection */
#define FIRST_RTO_NS  (500 * NS_PER_MS)
#define NEIGHBOUR_NS  NS_PER_S
/* A writer that waits by ppoll(2) may be woken so much later: fs/select.c, select_estimate_accuracy(),
 * 0.1 % and 100 ms at most. */
#define WAIT_SLACK_NS(wait_ns) ((wait_ns) / 1000 < 100 * NS_PER_MS ? (wait_ns) / 1000 : 100 * NS_PER_MS)

struct refusal {
	bool found, unsure, perhaps;
	int64_t lo, hi;
};

static void earliest(const struct situation *s, struct refusal *all, int64_t lo, int64_t hi,
		     const char *what)
{
	steps_add(s->steps, lo > 0 ? lo : 0, hi, "RFC 9293 3.10.7.1", "%s, and a RST comes back", what);
	if (!all->found || lo < all->lo)
		all->lo = lo;
	if (!all->found || hi < all->hi)
		all->hi = hi;
	all->found = true;
}

static int64_t least_period(int64_t a, int64_t b)
{
	return !a ? b : !b || a < b ? a : b;
}

/* The latest that an answer needs beyond the segment that draws it. */
static int64_t answer_ns(const struct situation *s)
{
	int64_t resolve = s->effect.silent_ns ? NEIGHBOUR_NS : 0;

	return situation_rtt_ns(s) + 2 * s->path.jitter_ns + NS_PER_S / s->kernel.hz + resolve;
}

static struct situation silenced(const struct situation *s)
{
	struct situation silent = *s;

	silent.effect.kind = EFFECT_SILENCE;
	silent.effect.lose_out = true;
	return silent;
}

static void writes(const struct situation *s, const struct tcp_options *o, int64_t period,
		   struct refusal *all, struct window *w)
{
	struct situation silent = silenced(s);
	int64_t back = s->effect.silent_ns, lo, hi, late;
	struct giveup g;

	first_lost_write(&silent, period, &lo, &hi);
	hi += WAIT_SLACK_NS(period);
	if (lo >= back) {
		earliest(s, all, lo, hi + answer_ns(s), "the observer's next write leaves");
		return;
	}
	late = back - lo;
	if (late > s->kernel.rto_max_ns)
		late = s->kernel.rto_max_ns;
	late = back + late + late / 8 + FIRST_RTO_NS + answer_ns(s);
	if (late < hi + answer_ns(s))
		late = hi + answer_ns(s);
	g = rto_giveup(&silent, o, period);
	if (g.found && g.hi_ns < back) {
		window_some(w, g.lo_ns, g.hi_ns,
			    "data in flight: TCP gives up before the host is back to refuse it");
		rto_steps(&silent, o, w);
		return;
	}
	if (g.found && g.lo_ns <= late)
		all->unsure = true;
	earliest(s, all, lo > back ? lo : back, late,
		 "the host is back: the observer's lost write leaves again");
}

static void probes(const struct situation *s, const struct tcp_options *o, struct refusal *all,
		   struct window *w)
{
	struct situation silent = silenced(s);
	int64_t back = s->effect.silent_ns, lo = INT64_MAX;
	struct tcp_options one = *o;
	int cnt = o->cnt ? o->cnt : s->kernel.keepalive_probes;
	struct giveup g;

	for (one.cnt = 1; one.cnt <= cnt; one.cnt++) {
		g = keepalive_giveup(&silent, &one);
		if (!g.found || g.last_hi_ns + NEIGHBOUR_GONE_NS < back)
			continue;
		if (lo == INT64_MAX)
			lo = g.last_lo_ns > back ? g.last_lo_ns : back;
		if (g.last_lo_ns >= back) {
			earliest(s, all, lo, g.last_hi_ns + answer_ns(s),
				 "a keepalive probe leaves");
			return;
		}
	}
	g = keepalive_giveup(&silent, o);
	if (lo == INT64_MAX && g.found && g.hi_ns < back) {
		window_some(w, g.lo_ns, g.hi_ns, "keepalive gives up before the host is back to refuse it");
		keepalive_steps(&silent, o, w);
	} else {
		all->unsure = true;
	}
}

/* What the peer sends arrives in [k * period - SKEW, k * period + SKEW + rtt] after arming. */
static void acknowledgements(const struct situation *s, int64_t period, struct refusal *all)
{
	int64_t after = SKEW_NS + situation_rtt_ns(s) + 2 * s->path.jitter_ns + TCP_DELACK_MAX_NS;
	int64_t k_lo = (s->since_armed_lo_ns - after + period - 1) / period;
	int64_t k_hi = (s->since_armed_hi_ns + SKEW_NS + period - 1) / period;

	if (s->since_armed_lo_ns - after < period)
		k_lo = 1;
	earliest(s, all, k_lo * period - SKEW_NS - s->since_armed_hi_ns,
		 (k_hi < 1 ? 1 : k_hi) * period + after + answer_ns(s) - s->since_armed_lo_ns,
		 "the observer acknowledges what the peer sent");
}

/* What arrived in the last 200 ms before the fault may still have to be acknowledged, or not. */
static void pending(const struct situation *s, int64_t period, struct refusal *all)
{
	int64_t after = SKEW_NS + situation_rtt_ns(s) + 2 * s->path.jitter_ns + TCP_DELACK_MAX_NS;
	int64_t k = (s->since_armed_hi_ns + SKEW_NS) / period;

	if (k >= 1 && k * period + after >= s->since_armed_lo_ns)
		all->perhaps = true;
}

static void pending_any(const struct situation *s, const struct tcp_options *o, struct refusal *all)
{
	bool asks = s->traffic == TRAFFIC_REQUEST && s->observer == SIDE_CLIENT;
	int64_t heard = least_period(situation_peer_writes_ns(s), o->reads_ns);

	if (heard)
		pending(s, heard, all);
	if (o->answers_ns)
		pending(s, o->answers_ns, all);
	if (asks)
		pending(s, TRAFFIC_PERIOD_NS, all);
	if (all->found && all->perhaps)
		all->lo = 0;
}

void forgotten_readable_end(const struct situation *s, const struct tcp_options *o,
			    struct window *w)
{
	int64_t period = least_period(situation_observer_writes_ns(s), o->writes_ns);
	int64_t heard = least_period(situation_peer_writes_ns(s), o->reads_ns);
	int64_t idle_ns = o->idle_ns ? o->idle_ns : s->kernel.keepalive_time_s * NS_PER_S;
	bool hears = heard && !s->effect.lose_in;
	struct refusal all = { 0 };

	*w = (struct window){ .kind = WINDOW_NONE };
	if (s->path.loss_ppm || s->path.corrupt_ppm) {
		window_none(w, "on this path the segment, or the RST that answers it, may be lost");
		return;
	}
	if (period)
		writes(s, o, period, &all, w);
	/* Whoever writes that often has each write acknowledged, and is never idle for that long; nor is
	 * who hears the peer that often, before and after. */
	if (o->keepalive && w->kind == WINDOW_NONE && !(hears && heard <= idle_ns) &&
	    (!period || (!s->effect.silent_ns && period > idle_ns)))
		probes(s, o, &all, w);
	if (hears)
		acknowledgements(s, heard, &all);
	if (w->kind != WINDOW_NONE)
		return;
	if (!s->effect.silent_ns)
		pending_any(s, o, &all);
	if (all.unsure)
		window_none(w, "TCP gives up about when the host is back to refuse its segment");
	else if (all.found)
		window_some(w, all.lo, all.hi,
			    "the next segment the observer sends is answered with RST: nobody knows the "
			    "connection (RFC 9293 3.10.7.1)");
	else if (all.perhaps)
		window_none(w, "an acknowledgement of what arrived just before may be refused, and nothing "
			       "else is sent");
	else
		window_never(w, "nobody knows the connection any more, and the observer sends nothing "
				"that could be refused");
	steps_end(s->steps, w, "RFC 9293 3.5.2; tcp_input.c: tcp_reset",
		  "the first RST ends the connection: recv fails with ECONNRESET");
}
