/* SPDX-License-Identifier: MIT */
/*
 * What theory/rto.c came by, told in the order of time: the write, its repetitions, and what ends
 * it. As soon as the neighbour may have failed the repetitions are told together, for each that
 * meets it keeps its timer instead of doubling it, and which of them do is not known.
 */
#include <stdio.h>

#include "base/clock.h"
#include "base/minmax.h"
#include "theory/rto.h"
#include "theory/wheel.h"

struct tale {
	const struct situation *s;
	struct rto_seen seen;
	int64_t lo, hi; /* the first lost write, after the fault */
};

static struct span after_fault(const struct tale *t, const struct span *ticks)
{
	return (struct span){ t->lo + wheel_to_ns(ticks->lo, t->s->kernel.hz),
			      t->hi + wheel_to_ns(ticks->hi, t->s->kernel.hz) };
}

static void tell_write(const struct tale *t)
{
	bool refused = t->seen.refused;

	steps_add(t->s->steps, t->lo, t->hi,
		  refused ? "tcp_output.c: tcp_write_xmit" : "RFC 9293 3.8.1",
		  refused ? "the observer writes; its own qdisc refuses the segment, which stays unsent"
			  : "the observer's first segment, or its acknowledgement, is lost");
}

/* False when it comes after the silence, and is answered. */
static bool tell_again(const struct tale *t, int n)
{
	struct span at = after_fault(t, &t->seen.again[n]);
	const struct span *wait = &t->seen.wait[n];
	int64_t end = t->s->effect.for_ns;
	const char *what = t->seen.refused ? "zero-window probe" : "retransmission";

	if (end && at.lo > end) {
		steps_add(t->s->steps, at.lo, at.hi, NULL, "%s %d is answered: the gap is repaired", what,
			  n);
		return false;
	}
	steps_add(t->s->steps, at.lo, at.hi,
		  n > 1 ? NULL
		  : t->seen.refused ? "tcp_timer.c: tcp_probe_timer; TCP_RESOURCE_PROBE_INTERVAL"
				    : "tcp_timer.c: tcp_retransmit_timer; RFC 6298 5.5",
		  "%s %d%s", what, n,
		  t->seen.refused ? ", refused again" : n == 1 ? " by timeout; each doubles the timer" : "");
	steps_wait(t->s->steps, wheel_to_ns(wait->lo, t->s->kernel.hz),
		   wheel_to_ns(wait->hi, t->s->kernel.hz));
	return true;
}

static void tell_neighbour(const struct tale *t)
{
	struct span at = after_fault(t, &t->seen.failed);
	const char *how = t->s->effect.reverts ? "ICMP says so to" : "ARP fails: EHOSTUNREACH to";

	steps_add(t->s->steps, at.lo, at.hi,
		  t->s->effect.reverts ? "tcp_ipv4.c: tcp_ld_RTO_revert; RFC 6069"
				       : "neighbour.c: neigh_timer_handler; RFC 6069; arp(7)",
		  "%s a retransmission, which keeps its timer instead of doubling it, as those after it",
		  how);
	steps_wait(t->s->steps, wheel_to_ns(t->seen.gap.lo, t->s->kernel.hz),
		   wheel_to_ns(t->seen.gap.hi, t->s->kernel.hz));
}

static void tell_repetitions(const struct tale *t)
{
	bool fails = t->seen.failed.lo <= t->seen.failed.hi, silent = true;

	if (t->seen.loss_probe.lo <= t->seen.loss_probe.hi && !t->seen.refused) {
		struct span at = after_fault(t, &t->seen.loss_probe);

		steps_add(t->s->steps, at.lo, at.hi, "tcp_output.c: tcp_schedule_loss_probe; RFC 8985 7",
			  "tail-loss probe: the segment again, unless another followed it");
	}
	for (int n = 1; n < t->seen.times && silent; n++) {
		if (fails && t->seen.again[n].hi >= t->seen.failed.lo)
			break;
		silent = tell_again(t, n);
	}
	if (fails && silent)
		tell_neighbour(t);
}

static void tell_end(const struct tale *t, const struct tcp_options *o, const struct giveup *g)
{
	char text[STEP_TEXT_MAX], limit[32];
	struct window end;

	steps_time(wheel_to_ns(t->seen.limit, t->s->kernel.hz), limit, sizeof(limit));
	if (t->seen.refused && !o->user_timeout_ns)
		snprintf(text, sizeof(text), "%d probes have gone: the connection ends, ETIMEDOUT",
			 t->s->kernel.tcp_retries2);
	else if (o->user_timeout_ns)
		snprintf(text, sizeof(text), "the first timeout %s after retransmission 1, the user "
			 "timeout: ETIMEDOUT", limit);
	else
		snprintf(text, sizeof(text), "the first timeout past %s after retransmission 1, "
			 "tcp_retries2 = %d as a time: %s", limit, t->s->kernel.tcp_retries2,
			 t->seen.failed.lo <= t->seen.failed.hi ? "EHOSTUNREACH, what ICMP said last"
								: "ETIMEDOUT");
	window_some(&end, g->lo_ns, g->hi_ns, "%s", "");
	steps_end(t->s->steps, &end,
		  o->user_timeout_ns ? "tcp(7): TCP_USER_TIMEOUT; tcp_timer.c: tcp_write_timeout"
				     : "tcp_timer.c: retransmits_timed_out; tcp(7): tcp_retries2",
		  text);
}

/* The other writer's segment may be the first one lost, too: the earlier end of both counts. */
static void tell_of_both(const struct tale *t, const struct tcp_options *o, int64_t other,
			 struct giveup *g)
{
	struct giveup two = rto_giveup(t->s, o, other);

	g->lo_ns = min64(g->lo_ns, two.lo_ns);
	g->hi_ns = min64(g->hi_ns, two.hi_ns);
}

/* Whose segment surely is lost first; *other: 0 where only one writes. */
static int64_t first_writer(const struct situation *s, const struct tcp_options *o, int64_t *other)
{
	int64_t traffic = situation_observer_writes_ns(s), lo, own_hi, traffic_hi;

	*other = 0;
	if (!traffic || !o->writes_ns || traffic == o->writes_ns)
		return o->writes_ns ? o->writes_ns : traffic;
	first_lost_write(s, o->writes_ns, &lo, &own_hi);
	first_lost_write(s, traffic, &lo, &traffic_hi);
	*other = own_hi <= traffic_hi ? traffic : o->writes_ns;
	return own_hi <= traffic_hi ? o->writes_ns : traffic;
}

void rto_steps(const struct situation *s, const struct tcp_options *o, const struct window *w)
{
	struct tale t = { .s = s };
	int64_t writes, other;
	struct giveup g;

	if (!s->steps)
		return;
	writes = first_writer(s, o, &other);
	g = rto_watched(s, o, writes, &t.seen);
	first_lost_write(s, writes, &t.lo, &t.hi);
	tell_write(&t);
	tell_repetitions(&t);
	if (other)
		tell_of_both(&t, o, other, &g);
	if (g.found && w->kind == WINDOW_SOME)
		tell_end(&t, o, &g);
}
