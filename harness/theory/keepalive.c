/* SPDX-License-Identifier: MIT */
/*
 * Keepalive, replayed tick by tick (net/ipv4/tcp_timer.c: tcp_keepalive_timer).
 *
 * The timer is armed for the idle time. When it fires and nothing was received for that long, a
 * probe leaves and the timer is armed for the interval. An answer resets the count and moves the
 * last-received stamp, so that the next expiry finds too little idleness and re-arms for the rest.
 * When it fires with `cnt` probes out, the connection is dead; with TCP_USER_TIMEOUT set, `cnt` is
 * ignored, and it is dead when nothing was received for that long and a probe is out.
 *
 * Every arming goes through the timer wheel, whose rounding depends on the tick at which the first
 * one was armed. That tick is unknown, so all residues modulo the coarsest granule are replayed,
 * and the window is the hull of what they give. Where that granule is wide, a sample of residues
 * serves: the first expiry is a sawtooth of the residue whose two extremes are always included,
 * and every later expiry depends only on it.
 *
 * Where a probe leaves so close to the fault that either may come first, both are followed. What is
 * under way may still arrive: netem delivers what it holds when it is told to lose all from then on,
 * so that an answer may be safe from half a round trip after its probe on. Both are also followed
 * for every probe on a path that loses packets: a probe lost by chance is repeated after the
 * interval. That all of one cycle are lost by chance, before the fault, is left out.
 */
#include "theory/tcp.h"

#include <stdio.h>

#include "base/clock.h"
#include "theory/steps.h"
#include "theory/wheel.h"

enum { RESIDUES_MAX = 256, FOLLOW_MAX = 100000, LOSSY_CYCLES = 4, PROBES_MAX = 128 };

/* What the replays saw on the way, after the fault, for keepalive_steps(). */
struct seen {
	struct span answered;         /* the last probe that was */
	struct span lost[PROBES_MAX]; /* the nth that was not */
	int probes;
};

struct replay {
	const struct situation *s;
	int64_t idle, intvl;      /* jiffies */
	int cnt;
	int64_t user_timeout;     /* jiffies; 0: not set */
	int64_t rtt, guard;       /* ns */
	int64_t safe;             /* ns after the probe, its answer may no longer be lost */
	bool lossy;
	int64_t armed;            /* tick */
	int64_t answered;         /* the tick of the last answered probe; 0: none */
	struct giveup found;
	struct seen *seen;        /* NULL: nobody asks */
};

/* Real time from arming to @tick: the arming stood anywhere inside its own tick. */
static int64_t from_armed_lo(const struct replay *r, int64_t tick)
{
	return wheel_to_ns(tick - r->armed - 1, r->s->kernel.hz);
}

static int64_t from_armed_hi(const struct replay *r, int64_t tick)
{
	return wheel_to_ns(tick - r->armed, r->s->kernel.hz);
}

static struct span from_fault(const struct replay *r, int64_t tick)
{
	return (struct span){ from_armed_lo(r, tick) - r->s->since_armed_hi_ns,
			      from_armed_hi(r, tick) - r->s->since_armed_lo_ns };
}

static void note_lost(struct replay *r, int64_t tick, int n)
{
	struct span at = from_fault(r, tick);

	if (!r->seen || n >= PROBES_MAX)
		return;
	for (; r->seen->probes <= n; r->seen->probes++)
		r->seen->lost[r->seen->probes] = SPAN_EMPTY;
	span_add(&r->seen->lost[n], at.lo, at.hi);
}

static void note_death(struct replay *r, int64_t tick, int64_t last_probe)
{
	struct giveup *g = &r->found;
	struct span death = from_fault(r, tick), last = from_fault(r, last_probe);

	if (!g->found || death.lo < g->lo_ns)
		g->lo_ns = death.lo;
	if (!g->found || death.hi > g->hi_ns)
		g->hi_ns = death.hi;
	if (!g->found || last.lo < g->last_lo_ns)
		g->last_lo_ns = last.lo;
	if (!g->found || last.hi > g->last_hi_ns)
		g->last_hi_ns = last.hi;
	g->found = true;
	if (r->seen && r->answered) {
		struct span answered = from_fault(r, r->answered);

		span_add(&r->seen->answered, answered.lo, answered.hi);
	}
}

/* Follows one connection from an expiry at @tick on; @silent: the fault has happened. */
static void follow(struct replay *r, int64_t tick, int64_t received, int out, bool silent,
		   int64_t last_probe)
{
	for (int step = 0; step < FOLLOW_MAX; step++) {
		int64_t elapsed = tick - received;
		int64_t sent_lo = from_armed_lo(r, tick), sent_hi = from_armed_hi(r, tick);
		bool maybe_answered, maybe_lost;

		if (elapsed < r->idle) {
			tick = wheel_fires(tick, r->idle - elapsed);
			continue;
		}
		if (r->user_timeout ? elapsed >= r->user_timeout && out > 0 : out >= r->cnt) {
			if (silent)
				note_death(r, tick, last_probe);
			return;
		}
		maybe_answered = !silent &&
				 sent_lo + r->safe - r->guard < r->s->since_armed_hi_ns;
		maybe_lost = silent || sent_hi + r->rtt + r->guard > r->s->since_armed_lo_ns;
		if (maybe_lost)
			note_lost(r, tick, out + 1);
		if (maybe_answered && maybe_lost)
			follow(r, wheel_fires(tick, r->intvl), received, out + 1, true, tick);
		else if (maybe_answered && r->lossy)
			follow(r, wheel_fires(tick, r->intvl), received, out + 1, false, tick);
		last_probe = tick;
		if (maybe_answered) {
			received = tick + wheel_from_ns(r->rtt, r->s->kernel.hz);
			r->answered = tick;
			out = 0;
		} else {
			silent = true;
			out++;
		}
		tick = wheel_fires(tick, r->intvl);
	}
}

/* The peer writes by itself: the last message came within one of its periods before the fault. */
static void follow_refreshed(struct replay *r, int64_t writes_ns)
{
	int64_t fault = r->armed + wheel_from_ns(r->s->since_armed_lo_ns, r->s->kernel.hz);
	int64_t span = wheel_from_ns(writes_ns + r->guard, r->s->kernel.hz);

	for (int64_t received = fault - span; received <= fault; received++) {
		if (received >= r->armed)
			follow(r, wheel_fires(received, r->idle), received, 0, true, received);
	}
}

static int64_t residue(int64_t i, int64_t n, int64_t granule, int64_t idle)
{
	int64_t flip = (granule - idle % granule) % granule;

	if (n == granule)
		return i;
	if (i == 0)
		return flip;
	if (i == 1)
		return (flip + granule - 1) % granule;
	return i * granule / n;
}

static struct replay replay_of(const struct situation *s, const struct tcp_options *o)
{
	bool only_out = s->effect.kind == EFFECT_SILENCE && !s->effect.lose_in;
	const struct kernel_params *k = &s->kernel;

	return (struct replay){
		.s = s,
		.idle = o->idle_ns ? wheel_from_ns(o->idle_ns, k->hz)
				   : (int64_t)k->keepalive_time_s * k->hz,
		.intvl = o->intvl_ns ? wheel_from_ns(o->intvl_ns, k->hz)
				     : (int64_t)k->keepalive_intvl_s * k->hz,
		.cnt = o->cnt ? o->cnt : k->keepalive_probes,
		.user_timeout = wheel_from_ns(o->user_timeout_ns, k->hz),
		.rtt = situation_rtt_ns(s),
		.safe = only_out ? 0 : situation_rtt_ns(s) / 2,
		.guard = NS_PER_S / k->hz + 2 * s->path.jitter_ns,
		.lossy = s->path.loss_ppm || s->path.corrupt_ppm,
	};
}

static void replay_all(struct replay *r)
{
	const struct situation *s = r->s;
	int64_t granule, fine, n, peer_writes = situation_peer_writes_ns(s);

	/* Each cycle doubles what must be followed. */
	if (r->lossy && wheel_from_ns(s->since_armed_hi_ns, s->kernel.hz) > LOSSY_CYCLES * r->idle)
		return;

	granule = wheel_granule(r->idle);
	fine = wheel_granule(r->intvl);
	if (fine > granule)
		granule = fine;
	n = granule < RESIDUES_MAX ? granule : RESIDUES_MAX;
	for (int64_t i = 0; i < n; i++) {
		/* Any large multiple of the granule will do: ticks stay positive. */
		r->armed = granule + residue(i, n, granule, r->idle);
		r->answered = 0;
		if (peer_writes && s->effect.lose_in && s->since_armed_lo_ns > peer_writes)
			follow_refreshed(r, peer_writes);
		else
			follow(r, wheel_fires(r->armed, r->idle), r->armed, 0, false, r->armed);
	}
}

struct giveup keepalive_giveup(const struct situation *s, const struct tcp_options *o)
{
	struct replay r = replay_of(s, o);

	replay_all(&r);
	return r.found;
}

struct span keepalive_next(const struct situation *s, const struct tcp_options *o)
{
	struct seen seen = { .answered = SPAN_EMPTY };
	struct replay r = replay_of(s, o);

	r.seen = &seen;
	replay_all(&r);
	return seen.probes > 1 ? seen.lost[1] : SPAN_EMPTY;
}

static const char keepalive_timer[] = "tcp_timer.c: tcp_keepalive_timer; RFC 1122 4.2.3.6";

/* The nth probe without an answer. False when it comes after the silence, and is answered. */
static bool tell_probe(const struct replay *r, int n)
{
	const struct span *at = &r->seen->lost[n];
	int64_t end = r->s->effect.for_ns;
	char of[16] = "", idle[32];

	if (at->lo > at->hi)
		return true;
	if (!r->user_timeout)
		snprintf(of, sizeof(of), " of %d", r->cnt);
	if (end && at->lo > end) {
		steps_add(r->s->steps, at->lo, at->hi, keepalive_timer,
			  "keepalive probe %d%s is answered: the connection lives on", n, of);
		return false;
	}
	steps_add(r->s->steps, at->lo, at->hi, n == 1 ? keepalive_timer : NULL,
		  "keepalive probe %d%s, %s%s%s", n, of,
		  n == 1 ? "nothing received for " : "not answered",
		  n == 1 ? steps_time(wheel_to_ns(r->idle, r->s->kernel.hz), idle, sizeof(idle)) : "",
		  n == 1 ? ": not answered" : "");
	steps_wait(r->s->steps, wheel_to_ns(r->intvl, r->s->kernel.hz),
		   wheel_to_ns(r->intvl, r->s->kernel.hz));
	return true;
}

void keepalive_steps(const struct situation *s, const struct tcp_options *o, const struct window *w)
{
	struct seen seen = { .answered = SPAN_EMPTY };
	struct replay r = replay_of(s, o);
	struct window end = { .kind = w->kind };
	char text[STEP_TEXT_MAX], timeout[32];
	bool silent = true;

	if (!s->steps)
		return;
	r.seen = &seen;
	replay_all(&r);
	if (seen.answered.lo <= seen.answered.hi)
		steps_add(s->steps, seen.answered.lo, seen.answered.hi, keepalive_timer,
			  "the last keepalive probe that is answered: the idle time starts anew");
	for (int n = 1; n < seen.probes && silent; n++)
		silent = tell_probe(&r, n);
	if (!r.found.found || w->kind != WINDOW_SOME)
		return;
	if (r.user_timeout)
		snprintf(text, sizeof(text), "the timer finds %s without a sign of life and a probe out: "
			 "ETIMEDOUT", steps_time(o->user_timeout_ns, timeout, sizeof(timeout)));
	else
		snprintf(text, sizeof(text), "the timer finds %d probe%s unanswered: the connection ends, "
			 "ETIMEDOUT", r.cnt, r.cnt == 1 ? "" : "s");
	window_some(&end, r.found.lo_ns, r.found.hi_ns, "%s", "");
	steps_end(s->steps, &end, r.user_timeout ? "tcp(7): TCP_USER_TIMEOUT" : "tcp(7): TCP_KEEPCNT",
		  text);
}
