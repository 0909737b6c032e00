/* SPDX-License-Identifier: MIT */
/*
 * When the neighbour of the next hop fails (net/core/neighbour.c: neigh_timer_handler): the first
 * request that nobody answers, a second more for each of the three, each through the timer wheel.
 * The entry is the host's: every connection to the same next hop makes the kernel ask, and
 * whoever watches hears it. So a failure never comes sooner than three requests after the fault, and
 * the latest is when this connection alone, or its own `probe`, would have asked.
 */
#include "method/neigh_watch.h"

#include "base/clock.h"
#include "theory/steps.h"
#include "theory/tcp.h"
#include "theory/wheel.h"

enum { SOLICITS = 3, REACHABLE_MAX_S = 45, DELAY_PROBE_S = 5 };

/* Two programs' reaction, and what a lost carrier needs to flush the entry. */
#define SKEW_NS (10 * NS_PER_MS)
/* From a lost segment to its first retransmission: a tail-loss probe may come between. */
#define FIRST_RTO_NS (500 * NS_PER_MS)

static int64_t latest(const struct situation *s, int64_t seconds)
{
	int64_t j = seconds * s->kernel.hz;

	return wheel_to_ns(j + wheel_granule(j), s->kernel.hz);
}

static int64_t solicits_latest(const struct situation *s)
{
	return SOLICITS * latest(s, 1) + wheel_to_ns(2, s->kernel.hz);
}

static int64_t solicits_earliest(const struct situation *s)
{
	int64_t flight = situation_rtt_ns(s) + s->path.jitter_ns + SKEW_NS;

	return SOLICITS * NS_PER_S - flight;
}

/* Requests and answers pass. */
static void lively(const struct situation *s, bool asks, struct window *w)
{
	const struct effect *e = &s->effect;
	const struct impairment *imp = &e->impair;
	bool hit = e->kind == EFFECT_IMPAIRED && !e->beyond;
	int64_t loss_ppm = s->path.loss_ppm + s->path.corrupt_ppm;
	int64_t round_trip = situation_rtt_ns(s) + 2 * s->path.jitter_ns;
	double lost;

	if (hit) {
		int64_t one_way = imp->delay_ns + imp->jitter_ns;

		loss_ppm += imp->loss_ppm + imp->corrupt_ppm;
		round_trip += (e->out ? one_way : 0) + (e->in ? one_way : 0);
	}
	lost = loss_ppm < 500000 ? 2 * (double)loss_ppm / 1e6 : 1;
	if (lost * lost * lost > 1e-6)
		window_none(w, "three requests in a row, or their answers, may be lost by chance");
	else if (round_trip >= SOLICITS * NS_PER_S)
		window_none(w, "an answer may need longer than three requests");
	else
		window_never(w, "the kernel of the next hop answers %s",
			     asks ? "every request" : "whoever asks");
}

/* From the fault until this connection's own traffic surely has the entry asked about. */
static bool traffic_asks(const struct situation *s, int64_t *asked_ns)
{
	int64_t writes = situation_observer_writes_ns(s), lo, hi;
	struct giveup g;

	if (!writes)
		return false;
	first_lost_write(s, writes, &lo, &hi);
	if (s->effect.where == WHERE_OWN_CARRIER) {
		/* The entry is flushed (neigh_carrier_down); what is sent next looks for it anew. */
		*asked_ns = hi + SKEW_NS + FIRST_RTO_NS;
	} else {
		/* Not REACHABLE any more; retransmissions by then are as far apart as the silence is
		 * long; the next one finds it STALE. */
		*asked_ns = hi + 2 * latest(s, REACHABLE_MAX_S) + latest(s, DELAY_PROBE_S) +
			    FIRST_RTO_NS;
	}
	g = rto_giveup(s, &(struct tcp_options){ 0 }, writes);
	return !g.found || g.lo_ns > *asked_ns;
}

static void silence(const struct situation *s, int64_t probe, struct window *w)
{
	int64_t lo = solicits_earliest(s), hi, asked, end = s->effect.for_ns;

	if (probe != OPT_UNSET) {
		int64_t x = s->since_armed_hi_ns + SKEW_NS;

		asked = (x > 0 ? x / probe + 1 : 1) * probe - s->since_armed_lo_ns + SKEW_NS;
	} else if (s->effect.lose_out && !s->effect.lose_in && situation_peer_writes_ns(s)) {
		window_none(w, "what still arrives from the peer confirms the entry again and again");
		return;
	} else if (!traffic_asks(s, &asked)) {
		window_none(w, "nobody asks for the next hop unless something sends: this connection does "
			       "not, or falls silent first, and the host's others are not its to say");
		return;
	}
	hi = asked + solicits_latest(s);
	if (!end || hi < end)
		window_some(w, lo, hi,
			    "three unanswered requests a second apart, once the entry is doubted "
			    "(neighbour.c: neigh_timer_handler; arp(7))");
	else if (end < lo - NS_PER_S - 2 * SKEW_NS)
		window_never(w, "the silence ends before the third request, which is answered");
	else
		window_none(w, "the silence ends about when the third request leaves");
	steps_add(s->steps, lo - solicits_earliest(s), asked, "neighbour.c: neigh_timer_handler; arp(7)",
		  "the entry is asked about for the first time without an answer");
	steps_end(s->steps, w, "neighbour.c: neigh_timer_handler; arp(7)",
		  "three requests, a second apart, stay unanswered: the entry is FAILED");
}

/* Each silence of a flapping link is too short for three requests, and each pause lets one through. */
static void flapping(const struct situation *s, int64_t probe, struct window *w)
{
	struct situation first = *s;

	first.effect.kind = EFFECT_SILENCE;
	first.effect.for_ns = s->effect.down_ns;
	silence(&first, probe, w);
	if (w->kind == WINDOW_NEVER && s->effect.up_ns < latest(s, 1) + SKEW_NS)
		window_none(w, "the requests of several silences may add up to three");
}

void neigh_watch_window(const struct opt_values *opt, const struct situation *situation,
			struct window *window)
{
	int64_t probe = opt->v[NEIGH_WATCH_PROBE];
	struct situation s = *situation;
	bool answers;

	if (s.effect.kind == EFFECT_FORGOTTEN && s.effect.silent_ns && probe != OPT_UNSET &&
	    s.horizon_ns > s.effect.silent_ns + probe + latest(&s, 1)) {
		window_never(window, "the host is back and answers the next request: the alarm is taken back");
		return;
	}
	if (s.effect.kind == EFFECT_FORGOTTEN && s.effect.silent_ns) {
		/* The other host is away for so long, and then answers. */
		s.effect.kind = EFFECT_SILENCE;
		s.effect.lose_out = s.effect.lose_in = true;
		s.effect.for_ns = s.effect.silent_ns;
	}
	/* The next hop answers a host without an address, too: IPv6 asks from the link-local one, and
	 * a request from 0.0.0.0 is taken for duplicate detection (net/ipv4/arp.c: arp_process). */
	answers = s.effect.tcp_only || s.effect.beyond || s.effect.where == WHERE_OWN_ADDRESS;
	if (s.effect.kind == EFFECT_FLAPPING && !answers)
		flapping(&s, probe, window);
	else if (s.effect.kind == EFFECT_SILENCE && !answers)
		silence(&s, probe, window);
	else
		lively(&s, probe != OPT_UNSET, window);
}
