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
 * Where a probe leaves so close to the fault that either may come first, both are followed. So they
 * are for every probe on a path that loses packets: a probe lost by chance is repeated after the
 * interval. That all of one cycle are lost by chance, before the fault, is left out.
 */
#include "theory/tcp.h"

#include "base/clock.h"
#include "theory/wheel.h"

enum { RESIDUES_MAX = 256, STEPS_MAX = 100000, LOSSY_CYCLES = 4 };

struct replay {
	const struct situation *s;
	int64_t idle, intvl;      /* jiffies */
	int cnt;
	int64_t user_timeout;     /* jiffies; 0: not set */
	int64_t rtt, guard;       /* ns */
	bool lossy;
	int64_t armed;            /* tick */
	struct giveup found;
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

static void note_death(struct replay *r, int64_t tick, int64_t last_probe)
{
	struct giveup *g = &r->found;
	int64_t lo = from_armed_lo(r, tick) - r->s->since_armed_hi_ns;
	int64_t hi = from_armed_hi(r, tick) - r->s->since_armed_lo_ns;
	int64_t last_lo = from_armed_lo(r, last_probe) - r->s->since_armed_hi_ns;
	int64_t last_hi = from_armed_hi(r, last_probe) - r->s->since_armed_lo_ns;

	if (!g->found || lo < g->lo_ns)
		g->lo_ns = lo;
	if (!g->found || hi > g->hi_ns)
		g->hi_ns = hi;
	if (!g->found || last_lo < g->last_lo_ns)
		g->last_lo_ns = last_lo;
	if (!g->found || last_hi > g->last_hi_ns)
		g->last_hi_ns = last_hi;
	g->found = true;
}

/* Follows one connection from an expiry at @tick on; @silent: the fault has happened. */
static void follow(struct replay *r, int64_t tick, int64_t received, int out, bool silent,
		   int64_t last_probe)
{
	for (int step = 0; step < STEPS_MAX; step++) {
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
				 sent_lo + r->rtt - r->guard < r->s->since_armed_hi_ns;
		maybe_lost = silent || sent_hi + r->rtt + r->guard > r->s->since_armed_lo_ns;
		if (maybe_answered && maybe_lost)
			follow(r, wheel_fires(tick, r->intvl), received, out + 1, true, tick);
		else if (maybe_answered && r->lossy)
			follow(r, wheel_fires(tick, r->intvl), received, out + 1, false, tick);
		last_probe = tick;
		if (maybe_answered) {
			received = tick + wheel_from_ns(r->rtt, r->s->kernel.hz);
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

struct giveup keepalive_giveup(const struct situation *s, const struct tcp_options *o)
{
	const struct kernel_params *k = &s->kernel;
	int64_t granule, fine, n, peer_writes = situation_peer_writes_ns(s);
	struct replay r = {
		.s = s,
		.idle = o->idle_ns ? wheel_from_ns(o->idle_ns, k->hz)
				   : (int64_t)k->keepalive_time_s * k->hz,
		.intvl = o->intvl_ns ? wheel_from_ns(o->intvl_ns, k->hz)
				     : (int64_t)k->keepalive_intvl_s * k->hz,
		.cnt = o->cnt ? o->cnt : k->keepalive_probes,
		.user_timeout = wheel_from_ns(o->user_timeout_ns, k->hz),
		.rtt = situation_rtt_ns(s),
		.guard = NS_PER_S / k->hz + 2 * s->path.jitter_ns,
		.lossy = s->path.loss_ppm || s->path.corrupt_ppm,
	};

	/* Each cycle doubles what must be followed. */
	if (r.lossy && wheel_from_ns(s->since_armed_hi_ns, k->hz) > LOSSY_CYCLES * r.idle)
		return r.found;

	granule = wheel_granule(r.idle);
	fine = wheel_granule(r.intvl);
	if (fine > granule)
		granule = fine;
	n = granule < RESIDUES_MAX ? granule : RESIDUES_MAX;
	for (int64_t i = 0; i < n; i++) {
		/* Any large multiple of the granule will do: ticks stay positive. */
		r.armed = granule + residue(i, n, granule, r.idle);
		if (peer_writes && s->effect.lose_in && s->since_armed_lo_ns > peer_writes)
			follow_refreshed(&r, peer_writes);
		else
			follow(&r, wheel_fires(r.armed, r.idle), r.armed, 0, false, r.armed);
	}
	return r.found;
}

/*
 * A probe that the own qdisc refuses is not counted, and tried again after half a second. But the
 * neighbour's entry ages meanwhile: REACHABLE for at most 45 s, DELAY for 5 s, PROBE for three
 * requests a second apart, and these are refused, too. From then on a probe waits in the neighbour's
 * queue, which is a success for TCP, and counts (net/core/neighbour.c: neigh_resolve_output). Other
 * connections may have had the entry fail before, three requests after the fault at the earliest.
 */
struct giveup keepalive_refused(const struct situation *s, const struct tcp_options *o)
{
	enum { REACHABLE_MAX_S = 45, DELAY_S = 5, SOLICITS = 3 };
	const struct kernel_params *k = &s->kernel;
	int64_t retry = wheel_fires(0, k->hz / 2), request = wheel_fires(0, k->hz);
	int64_t idle = o->idle_ns ? wheel_from_ns(o->idle_ns, k->hz)
				  : (int64_t)k->keepalive_time_s * k->hz;
	int64_t intvl = o->intvl_ns ? wheel_from_ns(o->intvl_ns, k->hz)
				    : (int64_t)k->keepalive_intvl_s * k->hz;
	int64_t user_timeout = wheel_from_ns(o->user_timeout_ns, k->hz);
	int64_t reachable = wheel_fires(0, REACHABLE_MAX_S * (int64_t)k->hz);
	int cnt = o->cnt ? o->cnt : k->keepalive_probes;
	int64_t least = intvl * (user_timeout ? 1 : cnt), most = wheel_fires(0, intvl);
	int64_t first_lo = SOLICITS * (int64_t)k->hz, first_hi;

	/* With a user timeout one probe out is enough, once it has passed. */
	if (user_timeout)
		most += user_timeout > intvl ? wheel_fires(0, user_timeout) : 0;
	else
		most *= cnt;
	/* An idle time that began right at the fault; then the entry is doubted by a probe. */
	first_hi = wheel_fires(0, idle) > reachable ? wheel_fires(0, idle) : reachable;
	first_hi += 2 * retry + wheel_fires(0, DELAY_S * (int64_t)k->hz) + SOLICITS * request;
	return (struct giveup){
		.found = true,
		.lo_ns = wheel_to_ns(first_lo + least, k->hz) - situation_rtt_ns(s),
		.hi_ns = wheel_to_ns(first_hi + most, k->hz),
		.last_lo_ns = wheel_to_ns(first_lo, k->hz) - situation_rtt_ns(s),
		.last_hi_ns = wheel_to_ns(first_hi + most, k->hz),
	};
}
