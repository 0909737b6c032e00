/* SPDX-License-Identifier: MIT */
/*
 * An attempt has nothing to lose yet, so that anything ends it: a RST (ECONNREFUSED, RFC 9293
 * 3.10.7.3), an ICMP unreachable of any kind (tcp_ipv4.c: tcp_v4_err, tcp_ipv6.c: tcp_v6_err; RFC
 * 1122 4.2.3.9), an address without a route, and, where nothing comes back, the last SYN
 * (theory/syn.c).
 *
 * But before the first SYN there is ARP. A host that was not talked to has no neighbour entry, and
 * the SYNs wait in the entry's queue for three requests a second apart (neighbour.c:
 * neigh_timer_handler; arp(7)). If none is answered, the host tells itself that the peer is
 * unreachable (arp.c: arp_error_report): connect(2) fails with EHOSTUNREACH after three seconds,
 * whatever TCP's own patience is, and even if the path came back after the third request. If one
 * is, the SYN leaves at once. Over a router it is the router that asks, and its ICMP that tells; an
 * entry of its own or for it may be in use, and good for up to 50 s (method/unreachable.c). Where
 * ARP passes and only TCP is lost, TCP's SYNs decide.
 *
 * An ICMP error that answers the first SYN finds the socket locked by connect(2) itself on a path
 * without delay, and is only remembered; the second SYN, a second later, is answered again.
 *
 * A fault that strikes after the attempt began meets a handshake that is over, or one that is on
 * its way, of which theory cannot say how far it got.
 */
#include "theory/attempt.h"

#include "base/clock.h"
#include "base/minmax.h"
#include "theory/steps.h"
#include "theory/wheel.h"

enum { REQUESTS = 3, ICMP_SURE = 25, NO_ROUTE_BURST = 5 };

#define SKEW_NS (10 * NS_PER_MS) /* the programs', between a packet and what follows from it */

struct path {
	int64_t there_ns, back_ns; /* a round trip, at least; and with ARP before it, at most */
	struct syn_end syn;
};

static void fails(struct attempt *a, int64_t lo_ns, int64_t hi_ns, const char *why,
		  const char *source, const char *last)
{
	*a = (struct attempt){ .kind = ATTEMPT_FAILS, .lo_ns = lo_ns, .hi_ns = hi_ns, .why = why,
			       .source = source, .last = last };
}

static void stands(struct attempt *a, int64_t lo_ns, int64_t hi_ns)
{
	*a = (struct attempt){ .kind = ATTEMPT_STANDS, .lo_ns = lo_ns, .hi_ns = hi_ns };
}

static void unsure(struct attempt *a, const char *why)
{
	*a = (struct attempt){ .kind = ATTEMPT_UNSURE, .why = why };
}

/* The nth request of a neighbour that nobody answers, n >= 0, or its failure, n = REQUESTS. */
static struct span request(const struct situation *s, int n)
{
	int64_t hz = s->kernel.hz, most = wheel_to_ns(hz + wheel_granule(hz), s->kernel.hz);

	return (struct span){ max64(0, n * NS_PER_S - s->attempts_ns), n * most };
}

/* True when it is unlikelier than 1e-6 that all SYNs, or their answers, are lost by chance. */
static bool chance_spares(const struct situation *s, const struct syn_end *syn)
{
	double lost = 2e-6 * (double)(s->path.loss_ppm + s->path.corrupt_ppm +
				      s->effect.impair.loss_ppm + s->effect.impair.corrupt_ppm);
	double all = 1;

	for (int i = 0; i <= syn->retransmissions && all >= 1e-6; i++)
		all *= lost;
	return all < 1e-6;
}

/* Somebody answers every SYN that arrives. */
static void answered(const struct situation *s, const struct path *p, struct attempt *a)
{
	int64_t late = s->effect.kind == EFFECT_IMPAIRED ?
			       2 * (s->effect.impair.delay_ns + s->effect.impair.jitter_ns) : 0;

	if (late > p->syn.last.lo)
		unsure(a, "an answer may need longer than all SYNs");
	else if (!situation_lossy(s))
		stands(a, p->there_ns, p->back_ns + 2 * late);
	else if (chance_spares(s, &p->syn))
		stands(a, p->there_ns, p->syn.end.hi + p->back_ns + 2 * late);
	else
		unsure(a, "all SYNs may be lost by chance");
}

static void refused(const struct situation *s, const struct path *p, struct attempt *a)
{
	int64_t end = s->effect.for_ns;

	if (end && end < p->back_ns + SKEW_NS)
		unsure(a, "the refusal may be over before the SYN arrives");
	else
		fails(a, p->there_ns, situation_lossy(s) ? p->syn.end.hi : p->back_ns,
		      "nobody listens, or a firewall says so: the SYN is answered with a RST "
		      "(RFC 9293 3.10.7.1, 3.10.7.3)",
		      "RFC 9293 3.10.7.3; tcp_input.c: tcp_reset",
		      "the SYN draws a RST: ECONNREFUSED");
}

static void told(const struct situation *s, const struct path *p, struct attempt *a)
{
	bool limited = s->connections > ICMP_SURE ||
		       (s->effect.no_route && !s->ipv6 && 2 * s->connections > NO_ROUTE_BURST);
	int64_t hi = limited ? p->syn.end.hi : p->syn.timer[0].hi + p->back_ns;

	if (s->effect.for_ns && s->effect.for_ns < hi + SKEW_NS)
		unsure(a, "the refusal may be over before an ICMP error finds the socket");
	else
		fails(a, p->there_ns, hi,
		      "an ICMP error of any kind ends the attempt: the answer to the first SYN, or "
		      "where connect(2) still holds the socket that to the second (tcp_ipv4.c: "
		      "tcp_v4_err)",
		      "tcp_ipv4.c: tcp_v4_err; RFC 1122 4.2.3.9",
		      "the SYN draws an ICMP error, which ends it");
}

/* The first SYN to leave after @ns. Its number from 0, or syn.retransmissions: there is none. */
static int next_syn(const struct path *p, int64_t ns)
{
	int n = 0;

	while (n < p->syn.retransmissions && p->syn.timer[n].lo < ns + SKEW_NS)
		n++;
	return n;
}

/* Only TCP is lost, for @silent_ns; then the peer's host answers. */
static void unanswered(const struct situation *s, const struct path *p, struct attempt *a)
{
	int64_t silent_ns = s->effect.for_ns;
	int n = next_syn(p, silent_ns);

	if (!silent_ns || silent_ns > p->syn.end.hi + p->back_ns) {
		fails(a, p->syn.end.lo, p->syn.end.hi,
		      "the SYNs run out (tcp_timer.c: tcp_write_timeout)",
		      "tcp_timer.c: tcp_write_timeout",
		      "the last SYN was not answered in time: ETIMEDOUT");
		return;
	}
	if (n == p->syn.retransmissions) {
		unsure(a, "the silence is over about when the last SYN leaves, or the answer to it");
		return;
	}
	stands(a, silent_ns, p->syn.timer[n].hi + p->back_ns);
}

/* Nobody answers ARP any more: who is told so, and by what TCP would end itself, is earlier. */
static void gives_up(const struct situation *s, const struct path *p, struct attempt *a)
{
	struct span failed = request(s, REQUESTS), end = p->syn.end;
	bool surely = s->connections <= ICMP_SURE && !s->routed;
	int64_t hi = surely ? min64(failed.hi + p->back_ns, end.hi) : end.hi;

	if (end.hi <= failed.lo)
		unanswered(s, p, a);
	else if (end.lo <= hi)
		fails(a, min64(failed.lo, end.lo), hi,
		      "the neighbour does not answer and fails, and with it the attempt (arp(7); arp.c: "
		      "arp_error_report), or its SYNs run out before (tcp_timer.c: tcp_write_timeout)",
		      "arp(7); tcp_ipv4.c: tcp_v4_err; tcp_timer.c: tcp_write_timeout",
		      "the neighbour has failed: EHOSTUNREACH; or the SYNs have run out: ETIMEDOUT");
	else
		fails(a, failed.lo, hi,
		      "three requests for the neighbour, a second apart, stay unanswered, and the host "
		      "tells itself that the peer is unreachable (arp(7); arp.c: arp_error_report; "
		      "tcp_ipv4.c: tcp_v4_err)",
		      "arp(7); arp.c: arp_error_report; tcp_ipv4.c: tcp_v4_err",
		      "the neighbour has failed, and the SYN waiting for it: EHOSTUNREACH");
}

/* Nobody answers ARP for the first @silent_ns; then @later says what the peer's host answers. */
static void unresolved(const struct situation *s, const struct path *p, int64_t silent_ns,
		       void (*later)(const struct situation *, const struct path *, struct attempt *),
		       struct attempt *a)
{
	struct span last = request(s, REQUESTS - 1);
	struct situation after = *s;
	int n = next_syn(p, silent_ns);

	if (!silent_ns || silent_ns > (s->routed ? p->syn.end.hi : last.hi) + p->back_ns) {
		gives_up(s, p, a);
		return;
	}
	if (silent_ns >= last.lo) {
		unsure(a, s->routed ? "a neighbour in use may fail before the path is back, or not" :
				      "the path is back about when the last ARP request leaves");
		return;
	}
	after.effect.for_ns = 0;
	later(&after, p, a);
	a->lo_ns += silent_ns;
	a->hi_ns += s->routed ? max64(last.hi, p->syn.timer[n].hi) : last.hi;
	if (a->kind != ATTEMPT_UNSURE && a->hi_ns > p->syn.end.lo)
		unsure(a, "the SYNs may run out before the one that is answered leaves");
}

static void silenced(const struct situation *s, const struct path *p, struct attempt *a)
{
	const struct effect *e = &s->effect;

	if (e->larger)
		answered(s, p, a);
	else if (e->where == WHERE_OWN_ADDRESS) {
		fails(a, 0, 0, "connect(2) finds no route without the own address (connect(2))",
		      "connect(2)", "no route leads there: ENETUNREACH");
		a->by_call = true;
	} else if (e->icmp)
		told(s, p, a);
	else if (e->tcp_only)
		unanswered(s, p, a);
	else
		unresolved(s, p, e->for_ns, answered, a);
}

/* The fault was there first. */
static void meets(const struct situation *s, const struct path *p, struct attempt *a)
{
	switch (s->effect.kind) {
	case EFFECT_GONE:
		refused(s, p, a);
		break;
	case EFFECT_FORGOTTEN:
		if (s->effect.silent_ns)
			unresolved(s, p, s->effect.silent_ns, refused, a);
		else
			refused(s, p, a);
		break;
	case EFFECT_SILENCE:
		silenced(s, p, a);
		break;
	case EFFECT_FLAPPING:
		unsure(a, "each SYN may meet another silence");
		break;
	default:
		answered(s, p, a);
	}
}

/* The fault strikes after the attempt began; with an impairment until then, if any. */
static void struck(const struct situation *s, const struct path *p, struct attempt *a)
{
	struct situation before = *s;

	before.effect = (struct effect){ .kind = EFFECT_IMPAIRED, .impair = s->effect.impair,
					 .out = s->effect.out, .in = s->effect.in };
	answered(&before, p, a);
	a->lo_ns -= s->since_armed_hi_ns;
	a->hi_ns -= s->since_armed_lo_ns;
	if (a->kind != ATTEMPT_STANDS || a->hi_ns + SKEW_NS > 0)
		unsure(a, "the fault strikes about when the handshake is on its way, or over");
}

/* Each request before the silence is over is lost. */
static void tell_requests(const struct situation *s)
{
	const struct effect *e = &s->effect;
	int64_t silent_ns = e->kind == EFFECT_FORGOTTEN ? e->silent_ns : e->for_ns;

	if (s->routed || s->since_armed_hi_ns || e->tcp_only || e->larger || e->icmp ||
	    e->where == WHERE_OWN_ADDRESS ||
	    (e->kind != EFFECT_SILENCE && !(e->kind == EFFECT_FORGOTTEN && silent_ns)))
		return;
	for (int i = 0; i < REQUESTS; i++) {
		struct span at = request(s, i);

		steps_add(s->steps, at.lo, at.hi, "arp(7); neighbour.c: neigh_timer_handler",
			  "%s %d of %d for the SYN that waits%s",
			  s->ipv6 ? "neighbour solicitation" : "ARP request", i + 1, REQUESTS,
			  silent_ns && at.lo >= silent_ns ? "" : ": not answered");
	}
}

static void tell(const struct situation *s, const struct path *p, const struct attempt *a)
{
	const struct span *timer = p->syn.timer;

	tell_requests(s);
	for (int i = 0; i < p->syn.retransmissions && a->kind != ATTEMPT_UNSURE; i++) {
		int64_t lo = timer[i].lo - s->since_armed_hi_ns;
		int64_t hi = timer[i].hi - s->since_armed_lo_ns;

		if (lo > a->hi_ns)
			break;
		steps_add(s->steps, lo, hi,
			  i ? NULL : "RFC 6298 2.1, 5.7; tcp_timer.c: tcp_retransmit_timer",
			  "SYN retransmission %d of %d", i + 1, p->syn.retransmissions);
	}
	if (a->kind == ATTEMPT_STANDS)
		steps_add(s->steps, a->lo_ns, a->hi_ns, "RFC 9293 3.5",
			  "the SYN is answered: it stands");
}

void attempt_end(const struct situation *s, const struct syn_options *o, struct attempt *a)
{
	int64_t rtt = situation_rtt_ns(s);
	struct path p = { .there_ns = rtt, .back_ns = 2 * (rtt + 2 * s->path.jitter_ns) };

	syn_giveup(&s->kernel, o, &p.syn);
	if (s->since_armed_hi_ns > 0)
		struck(s, &p, a);
	else
		meets(s, &p, a);
	tell(s, &p, a);
}
