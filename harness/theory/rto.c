/* SPDX-License-Identifier: MIT */
/*
 * Data in flight, replayed timer by timer (net/ipv4/tcp_timer.c: tcp_retransmit_timer,
 * tcp_write_timeout, retransmits_timed_out; net/ipv4/tcp_output.c: tcp_schedule_loss_probe).
 *
 * The first segment written into the silence is sent again by a tail-loss probe after about
 * 2 srtt + rto_min, never later than the RTO; then the RTO runs anew from there. Its first expiry
 * retransmits and stamps retrans_stamp; from then on the RTO doubles, up to rto_max. The
 * connection dies at the first expiry at which the time since retrans_stamp has reached the limit:
 * TCP_USER_TIMEOUT if set, which also clamps the last RTO, else tcp_retries2 = N read as a time,
 * (2^(N+1) - 1) * rto_min as long as that doubling stays below rto_max, then rto_max for each
 * further N.
 *
 * What is not known exactly, and so replayed over its range: the tick at which the segment left,
 * and srtt, which lies between the path's round trip and that plus the longest delayed
 * acknowledgement (TCP_DELACK_MIN, 40 ms: include/net/tcp.h). Where nobody answers ARP any more,
 * the host's own ICMP host-unreachable makes TCP retransmit sooner (tcp_ipv4.c: tcp_ld_RTO_revert):
 * the last gap can then end anywhere after the limit, so the window opens at the limit.
 *
 * Where the own egress qdisc refuses the segment, the timer is not doubled but set to HZ/2
 * (TCP_RESOURCE_PROBE_INTERVAL), and retrans_stamp is set all the same.
 */
#include "theory/tcp.h"

#include "base/clock.h"
#include "theory/wheel.h"

/* A neighbour fails no sooner after its last confirmation: delay_first_probe_time 5 s, then
 * ucast_solicit 3 probes retrans_time 1 s apart (net/core/neighbour.c, arp(7)). */
enum { ARP_FAILS_S = 8 };

enum { DELACK_MIN_MS = 40, STEPS_MAX = 4000, RESIDUES = 8 };

struct chain {
	const struct kernel_params *kernel;
	int64_t rto, rto_max, limit, user_timeout; /* jiffies; user_timeout 0: not set */
	int64_t probe_interval;                    /* > 0: the own qdisc refuses everything */
};

struct death {
	int64_t tick, last, first; /* give-up; last and first retransmission by RTO */
};

/* tcp_model_timeout(), in ns. */
static int64_t model_timeout_ns(const struct kernel_params *k)
{
	int boundary = k->tcp_retries2, thresh = 0;

	while ((k->rto_min_ns << (thresh + 1)) <= k->rto_max_ns)
		thresh++;
	if (boundary <= thresh)
		return ((INT64_C(2) << boundary) - 1) * k->rto_min_ns;
	return ((INT64_C(2) << thresh) - 1) * k->rto_min_ns + (boundary - thresh) * k->rto_max_ns;
}

static struct death replay(const struct chain *c, int64_t sent, int64_t tlp)
{
	struct death d = { 0 };
	int64_t tick = wheel_fires(wheel_fires(sent, tlp), c->rto), rto = c->rto;

	d.first = d.last = tick;
	for (int step = 0; step < STEPS_MAX; step++) {
		int64_t wait;

		if (c->probe_interval) {
			wait = c->probe_interval;
		} else {
			rto = rto * 2 < c->rto_max ? rto * 2 : c->rto_max;
			wait = rto;
		}
		if (c->user_timeout) {
			int64_t remaining = c->user_timeout - (tick - d.first);

			if (remaining < 1)
				remaining = 1;
			if (!c->probe_interval && remaining < wait)
				wait = remaining;
		}
		tick = wheel_fires(tick, wait);
		if (tick - d.first >= c->limit)
			break;
		d.last = tick;
	}
	d.tick = tick;
	return d;
}

void first_lost_write(const struct situation *s, int64_t writes_ns, int64_t *lo_ns, int64_t *hi_ns)
{
	int64_t guard = 2 * NS_PER_MS + situation_rtt_ns(s) + 2 * s->path.jitter_ns;
	int64_t next_lo = (s->since_armed_lo_ns - guard + writes_ns - 1) / writes_ns * writes_ns;
	int64_t sure = (s->since_armed_hi_ns + 2 * NS_PER_MS + writes_ns - 1) / writes_ns * writes_ns;

	if (s->since_armed_lo_ns - guard < writes_ns)
		next_lo = writes_ns;
	if (sure < writes_ns)
		sure = writes_ns;
	*lo_ns = next_lo - s->since_armed_hi_ns;
	*hi_ns = sure - s->since_armed_lo_ns;
}

static void note(struct giveup *g, const struct giveup *one)
{
	if (!g->found) {
		*g = *one;
		return;
	}
	if (one->lo_ns < g->lo_ns)
		g->lo_ns = one->lo_ns;
	if (one->hi_ns > g->hi_ns)
		g->hi_ns = one->hi_ns;
	if (one->last_lo_ns < g->last_lo_ns)
		g->last_lo_ns = one->last_lo_ns;
	if (one->last_hi_ns > g->last_hi_ns)
		g->last_hi_ns = one->last_hi_ns;
}

/* Adds what follows when the segment left at tick @sent, @lo..@hi after the fault. */
static void follow(struct giveup *g, const struct chain *c, bool may_fail_arp, int64_t sent,
		   int64_t tlp, int64_t lo_ns, int64_t hi_ns)
{
	struct death d = replay(c, sent, tlp);
	int hz = c->kernel->hz;
	bool arp_fails = may_fail_arp && d.tick - sent > ARP_FAILS_S * hz;
	int64_t earliest = d.tick;
	int64_t latest = d.tick;

	if (arp_fails) {
		earliest = d.first + c->limit;
		latest = earliest + (d.tick - d.last);
	}
	note(g, &(struct giveup){
			.found = true,
			.lo_ns = lo_ns + wheel_to_ns(earliest - sent - 1, hz),
			.hi_ns = hi_ns + wheel_to_ns((latest > d.tick ? latest : d.tick) - sent, hz),
			.last_lo_ns = lo_ns + wheel_to_ns(d.last - sent - 1, hz),
			.last_hi_ns = hi_ns + wheel_to_ns((arp_fails ? latest : d.last) - sent, hz),
		});
}

struct giveup rto_giveup(const struct situation *s, const struct tcp_options *o, int64_t writes_ns)
{
	const struct kernel_params *k = &s->kernel;
	int64_t rtt = situation_rtt_ns(s), lo_ns, hi_ns, limit_ns;
	struct giveup g = { 0 };
	struct chain c = { .kernel = k };

	first_lost_write(s, writes_ns, &lo_ns, &hi_ns);
	limit_ns = o->user_timeout_ns ? o->user_timeout_ns : model_timeout_ns(k);
	c.limit = wheel_from_ns(limit_ns, k->hz);
	c.rto_max = wheel_from_ns(k->rto_max_ns, k->hz);
	c.user_timeout = o->user_timeout_ns ? c.limit : 0;
	if (s->effect.where == WHERE_OWN_QDISC && s->effect.lose_out)
		c.probe_interval = k->hz / 2;

	for (int ms = 0; ms <= DELACK_MIN_MS; ms += NS_PER_S / k->hz / NS_PER_MS) {
		int64_t srtt_ns = rtt + s->path.jitter_ns + ms * NS_PER_MS;
		int64_t tlp_ns = 2 * srtt_ns + k->rto_min_ns;

		/* rttvar is never below rto_min, and settles there on a steady path. */
		c.rto = wheel_from_ns(srtt_ns + k->rto_min_ns + NS_PER_US, k->hz);
		for (int64_t i = 0; i < RESIDUES; i++) {
			int64_t granule = wheel_granule(c.rto);
			int64_t sent = 8 * granule + i * granule / RESIDUES;
			int64_t tlp = wheel_from_ns(tlp_ns, k->hz);

			follow(&g, &c,
			       s->effect.lose_in && s->effect.lose_out && !c.user_timeout, sent,
			       tlp < c.rto ? tlp : c.rto, lo_ns, hi_ns);
		}
	}
	return g;
}
