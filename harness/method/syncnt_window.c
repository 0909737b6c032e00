/* SPDX-License-Identifier: MIT */
/*
 * The first attempt whose SYN, or the answer to it, is lost decides (theory/syn.c). In SYN_SENT any
 * ICMP unreachable ends it at once, for there is nothing to lose yet (net/ipv4/tcp_ipv4.c: tcp_v4_err;
 * tcp_ipv6.c: tcp_v6_err; RFC 1122 4.2.3.9), unless connect(2) itself still holds the socket, as on
 * a path without delay: then the SYN that leaves a second later is answered again.
 *
 * Without a firewall it comes from the own host, whose neighbour does not answer: three requests a
 * second apart, for the attempt's own SYN after the entry has failed, or for another's (method/
 * unreachable.c). So an attempt may end sooner than its SYNs run out, with EHOSTUNREACH.
 *
 * A listening kernel answers for its program: one that is stopped, does not read, or has closed its
 * connections and goes on listening, answers.
 */
#include "method/syncnt.h"

#include "base/clock.h"
#include "base/minmax.h"
#include "theory/steps.h"
#include "theory/syn.h"
#include "theory/tcp.h"
#include "theory/wheel.h"

enum { SOLICITS = 3, ICMP_SURE = 25, NO_ROUTE_BURST = 5 };

#define SKEW_NS (10 * NS_PER_MS)

struct tries {
	int64_t lo, hi; /* the first attempt that is not answered begins */
	struct syn_end syn;
};

/* Three requests, at the latest. */
static int64_t solicits_ns(const struct situation *s)
{
	return SOLICITS * wheel_to_ns(s->kernel.hz + wheel_granule(s->kernel.hz), s->kernel.hz);
}

/* An ICMP error, or the own address gone: at once, or a SYN later. */
static void told(const struct situation *s, const struct tries *t, struct window *w)
{
	int64_t rtt = situation_rtt_ns(s) + 2 * s->path.jitter_ns;

	if (s->connections > ICMP_SURE ||
	    (s->effect.no_route && !s->ipv6 && 2 * s->connections > NO_ROUTE_BURST))
		window_none(w, "there are more connections than ICMP errors in one go, and who is not told "
			       "sends its SYNs");
	else
		window_some(w, t->lo, t->hi + t->syn.timer[0].hi + rtt,
			    "an ICMP error ends connect(2) at once, or the next SYN does (tcp_ipv4.c: "
			    "tcp_v4_err; RFC 1122 4.2.3.9)");
	steps_end(s->steps, w, "tcp_ipv4.c: tcp_v4_err", "the SYN draws an ICMP error: connect(2) fails");
}

/* No route leads from the own address any more. */
static void no_address(const struct situation *s, const struct tries *t, struct window *w)
{
	if (situation_rtt_ns(s))
		window_none(w, "an attempt on its way when the address goes sends its SYNs, and one after "
			       "it fails at once");
	else
		window_some(w, t->lo, t->hi,
			    "connect(2) finds no route without the address, and fails at once (connect(2))");
	steps_end(s->steps, w, "connect(2)", "the next attempt finds no route: ENETUNREACH");
}

/* The earliest and latest that the neighbour fails an attempt; *hi INT64_MAX: it may not. */
static int64_t neighbour(const struct situation *s, const struct tries *t, int64_t *hi)
{
	const struct effect *e = &s->effect;
	bool flushed = e->where == WHERE_OWN_CARRIER;

	*hi = INT64_MAX;
	if (e->tcp_only)
		return INT64_MAX;
	if (flushed)
		*hi = t->hi + t->syn.timer[1].hi + solicits_ns(s);
	if (e->beyond && !flushed)
		return t->lo;
	return max64(t->lo, SOLICITS * NS_PER_S * (flushed ? 1 : 2) - SKEW_NS);
}

static void silence(const struct situation *s, const struct tries *t, struct window *w)
{
	int64_t end = s->effect.for_ns, hi, lo = t->lo + t->syn.end.lo;
	int64_t failed = neighbour(s, t, &hi);
	int64_t answered = end + situation_rtt_ns(s) + 2 * s->path.jitter_ns + SKEW_NS;

	if (end && end <= t->lo)
		window_never(w, "the silence is over before the next attempt");
	else if (end && answered < t->lo + t->syn.last.lo && answered < failed)
		window_never(w, "the silence is over before the last SYN leaves, which is answered");
	else if (end && end <= t->hi + t->syn.end.hi)
		window_none(w, "the silence is over about when the last SYN leaves");
	else
		window_some(w, min64(lo, failed), min64(t->hi + t->syn.end.hi, hi),
			    failed < t->hi + t->syn.end.hi
				    ? "the SYNs of one attempt run out (tcp_timer.c: tcp_write_timeout), or the "
				      "neighbour fails before (tcp_ipv4.c: tcp_v4_err)"
				    : "%d SYNs of one attempt are not answered (tcp_timer.c: "
				      "tcp_write_timeout)",
			    t->syn.retransmissions + 1);
	steps_add(s->steps, t->lo, t->hi, "connect(2)", "an attempt begins that is not answered");
	steps_add(s->steps, t->lo + t->syn.timer[0].lo, t->hi + t->syn.timer[0].hi, "RFC 6298 2.1, 5.7",
		  "its SYN leaves for the second time");
	steps_add(s->steps, t->lo + t->syn.last.lo, t->hi + t->syn.last.hi,
		  "tcp_timer.c: tcp_retransmit_timer", "retransmission %d, the last",
		  t->syn.retransmissions);
	steps_end(s->steps, w, "tcp_timer.c: tcp_write_timeout", "connect(2) fails");
}

/* True when it is unlikelier than 1e-6 that within the horizon all SYNs of one attempt are lost. */
static bool chance_spares(const struct situation *s, const struct tries *t, int64_t period)
{
	double lost = 2e-6 * (double)(s->path.loss_ppm + s->path.corrupt_ppm +
				      s->effect.impair.loss_ppm + s->effect.impair.corrupt_ppm);
	double all = (double)(s->horizon_ns + s->since_armed_hi_ns) / (double)period + 1;

	for (int i = 0; i <= t->syn.retransmissions && all >= 1e-6; i++)
		all *= lost;
	return all < 1e-6;
}

static void impaired(const struct situation *s, const struct tries *t, int64_t period, struct window *w)
{
	if (situation_rtt_ns(s) + 2 * (s->effect.impair.delay_ns + s->effect.impair.jitter_ns) >
	    t->syn.last.lo)
		window_none(w, "an answer may need longer than all SYNs");
	else if (chance_spares(s, t, period))
		window_never(w, "not all SYNs of one attempt are lost");
	else
		window_none(w, "all SYNs of one attempt may be lost by chance");
}

/* A router that translates, and knows some connections no more; ARP and ICMP are as before. */
static bool forgets(const struct effect *e)
{
	return e->beyond && e->tcp_only && !e->icmp && e->lose_in &&
	       (e->kind == EFFECT_FORGOTTEN || e->lose_out);
}

/* A SYN belongs to no old connection. From inside it makes a new one; from outside it goes to the
 * router itself, which is all that a server knows of its client, and refuses it as ever. */
static void translated(struct window *w)
{
	window_never(w, "a SYN begins a connection anew: the router lets it out, and from outside it refuses "
			"it as it always did (nf_conntrack_proto_tcp.c: tcp_new)");
}

static void silenced(const struct situation *s, const struct tries *t, struct window *w)
{
	const struct effect *e = &s->effect;

	if (e->larger)
		window_never(w, "a SYN is small, and passes");
	else if (situation_lossy(s))
		window_none(w, "on this path an attempt before the fault may have to send its SYN again");
	else if (forgets(e))
		translated(w);
	else if (e->where == WHERE_OWN_QDISC)
		window_none(w, "a SYN that the own qdisc refuses is tried again every half second, and "
			       "counted by some kernels only");
	else if (e->icmp && e->for_ns)
		window_none(w, "the refusal may be over before it is noticed");
	else if (e->icmp)
		told(s, t, w);
	else if (e->where == WHERE_OWN_ADDRESS && !e->for_ns)
		no_address(s, t, w);
	else
		silence(s, t, w);
}

static void gone(const struct situation *s, int64_t period, bool refusal_ends, struct window *w)
{
	struct situation at = *s;
	int64_t lo, hi;

	at.effect = (struct effect){ .kind = EFFECT_SILENCE, .lose_out = true, .lose_in = true };
	first_lost_write(&at, period, &lo, &hi);
	if (!refusal_ends)
		window_never(w, "the peer's host answers every SYN, with a RST, and any answer is life");
	else if (situation_lossy(s))
		window_none(w, "on this path the SYN, or its refusal, may be lost");
	else
		window_some(w, lo, hi + situation_rtt_ns(s) + 2 * s->path.jitter_ns,
			    "nobody listens any more: the next attempt is refused with a RST "
			    "(RFC 9293 3.10.7.1)");
	steps_end(s->steps, w, "RFC 9293 3.10.7.1", "the SYN is refused with a RST: ECONNREFUSED");
}

/*
 * Who answers for the peer answers a SYN with a RST as well, for nobody listens there any more. Before
 * the host is back nothing does: an attempt under way then ends when its SYNs run out, or the
 * neighbour fails, or the first SYN after that is refused.
 */
static void forgotten(const struct situation *s, const struct tries *t, int64_t period,
		      bool refusal_ends, struct window *w)
{
	int64_t back = s->effect.silent_ns, hi, failed;

	if (forgets(&s->effect)) {
		translated(w);
		return;
	}
	if (!back || back < t->lo) {
		gone(s, period, refusal_ends, w);
		return;
	}
	failed = neighbour(s, t, &hi);
	if (situation_lossy(s))
		window_none(w, "on this path the SYN, or its refusal, may be lost");
	else if (!refusal_ends)
		window_none(w, "an attempt may end before the host is back, or be refused then, which is "
			       "life: its SYNs, the neighbour and the host race");
	else
		window_some(w, min64(min64(max64(t->lo, back), failed), t->lo + t->syn.end.lo),
			    t->hi + t->syn.end.hi + situation_rtt_ns(s) + 2 * s->path.jitter_ns,
			    "an attempt ends when its SYNs run out, or the neighbour fails, or the host is "
			    "back and refuses one (RFC 9293 3.10.7.1)");
	steps_add(s->steps, t->lo, t->hi, "connect(2)", "an attempt begins that is not answered");
	steps_end(s->steps, w, "RFC 9293 3.10.7.1",
		  "its SYNs run out, or the neighbour fails, or a SYN is refused: connect(2) fails");
}

void syncnt_window(const struct opt_values *opt, const struct situation *s, struct window *w)
{
	int64_t period = opt->v[SYNCNT_PERIOD], count = opt->v[SYNCNT_COUNT];
	bool client = s->observer == SIDE_CLIENT;
	bool refusal_ends = opt->v[SYNCNT_REFUSED] == OPT_UNSET ? client :
				    opt->v[SYNCNT_REFUSED] == REFUSED_DEAD;
	struct syn_options o = { 0 };
	struct tries t = { 0 };

	if (refusal_ends && !client) {
		window_none(w, "nobody listens at a client's own port, whether it lives or not");
		return;
	}
	first_lost_write(s, period, &t.lo, &t.hi);
	if (count != OPT_UNSET)
		o.retries = (int)count;
	syn_giveup(&s->kernel, &o, &t.syn);
	switch (s->effect.kind) {
	case EFFECT_GONE:
		gone(s, period, refusal_ends, w);
		break;
	case EFFECT_SILENCE:
		silenced(s, &t, w);
		break;
	case EFFECT_IMPAIRED:
		impaired(s, &t, period, w);
		break;
	case EFFECT_FLAPPING:
		window_none(w, "each SYN of one attempt may meet another silence");
		break;
	case EFFECT_FORGOTTEN:
		forgotten(s, &t, period, refusal_ends, w);
		break;
	default:
		if (situation_lossy(s))
			impaired(s, &t, period, w);
		else
			window_never(w, "the peer's kernel answers every SYN: it listens as before");
	}
	if (w->kind == WINDOW_NEVER) {
		steps_add(s->steps, period - s->since_armed_hi_ns, s->horizon_ns, "connect(2)",
			  "an attempt, which is answered");
		steps_every(s->steps, period);
	}
}
