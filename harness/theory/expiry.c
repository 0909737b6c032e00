/* SPDX-License-Identifier: MIT */
/*
 * Every packet of a connection, in either direction, sets conntrack's timer for it anew, in jiffies
 * (net/netfilter/nf_conntrack_core.c: __nf_ct_refresh_acct): of one that is established and has
 * nothing in flight to nf_conntrack_tcp_timeout_established (nf_conntrack_proto_tcp.c:
 * nf_conntrack_tcp_packet). So the question is how long the connection is silent:
 *
 *   traffic       a message each second, and its acknowledgement
 *   the method    what it writes, or has the peer write, at armed + k * period
 *   keepalive     a probe and its answer, when nothing was received for the idle time
 *   nothing       for ever
 *
 * What is said draws an answer and its acknowledgement, at most a round trip and TCP_DELACK_MAX later
 * (include/net/tcp.h), and the timer counts from the last of them.
 *
 * One that is silent for longer than the timeout between two packets is forgotten after the first
 * that comes after the fault; or at once, where not even that comes in time. Where silence and timeout
 * are as long as each other, or nearly, a tick decides, and theory does not say.
 */
#include "theory/expiry.h"

#include "base/clock.h"
#include "theory/wheel.h"

#define DELACK_MAX_NS (200 * NS_PER_MS)
#define SKEW_NS	      (10 * NS_PER_MS) /* of two programs' view of one connection, and of a wait's end */
/* A wait by ppoll(2) may be so much longer: fs/select.c, select_estimate_accuracy(). */
#define WAIT_SLACK_NS(wait_ns) ((wait_ns) / 1000 < 100 * NS_PER_MS ? (wait_ns) / 1000 : 100 * NS_PER_MS)

/* What passes by itself: next in that span after the fault, and then after gap_lo to gap_hi. */
struct talk {
	struct span next;
	int64_t gap_lo, gap_hi;
	bool before; /* the last packet before the fault may still be on its way then, or its answer */
};

static int64_t least_period(int64_t a, int64_t b)
{
	return !a ? b : !b || a < b ? a : b;
}

static int64_t flight_ns(const struct situation *s)
{
	return situation_rtt_ns(s) + 2 * s->path.jitter_ns + DELACK_MAX_NS + SKEW_NS;
}

/* At armed + k * period, k >= 1. */
static struct talk rhythm(const struct situation *s, int64_t period)
{
	int64_t early = SKEW_NS, late = SKEW_NS + situation_rtt_ns(s) + WAIT_SLACK_NS(period);
	int64_t k_lo = (s->since_armed_lo_ns - late) / period + 1;
	int64_t k_hi = (s->since_armed_hi_ns + early) / period + 1;
	struct talk t = { .gap_lo = period - late, .gap_hi = period + late };

	if (s->since_armed_lo_ns < late)
		k_lo = 1;
	t.next.lo = k_lo * period - early - s->since_armed_hi_ns;
	t.next.hi = k_hi * period + late - s->since_armed_lo_ns;
	if (t.next.lo < 0)
		t.next.lo = 0;
	t.before = (k_hi - 1) * period + late + flight_ns(s) > s->since_armed_lo_ns;
	return t;
}

static struct talk probes(const struct situation *s, const struct tcp_options *o)
{
	int hz = s->kernel.hz;
	int64_t idle_ns = o->idle_ns ? o->idle_ns : s->kernel.keepalive_time_s * NS_PER_S;
	int64_t idle = wheel_from_ns(idle_ns, hz);
	struct talk t = { .next = keepalive_next(s, o), .gap_lo = idle_ns };

	t.gap_hi = wheel_to_ns(idle + wheel_granule(idle) + 1, hz) + situation_rtt_ns(s);
	if (t.next.lo < 0)
		t.next.lo = 0;
	t.before = s->since_armed_lo_ns < flight_ns(s) || t.next.lo < flight_ns(s);
	return t;
}

static void one_talk(const struct situation *s, const struct talk *t, struct expiry *e)
{
	int64_t timeout = s->effect.forget_ns, tick = NS_PER_S / s->kernel.hz;
	int64_t guard = tick + SKEW_NS, flight = flight_ns(s);

	e->silence_ns = t->gap_hi;
	if (t->next.hi > timeout - guard)
		e->at[e->n++] = (struct span){ timeout - tick, timeout + (t->before ? flight : 0) };
	if (t->next.lo > timeout + guard + (t->before ? flight : 0))
		return;
	if (t->gap_hi < timeout - guard)
		e->lives = true;
	else if (t->gap_lo > timeout + guard + flight)
		e->at[e->n++] = (struct span){ t->next.lo + timeout - tick, t->next.hi + flight + timeout };
	else
		e->unsure = "the connection talks about as often as the router's timeout runs out: a tick "
			    "decides";
}

/* What would come after the horizon does not come. */
static void within_horizon(const struct situation *s, struct expiry *e)
{
	while (s->horizon_ns && e->n && e->at[e->n - 1].lo >= s->horizon_ns) {
		e->n--;
		e->lives = true;
	}
}

static void by_talk(const struct situation *s, const struct tcp_options *talks, struct expiry *e)
{
	bool busy = s->traffic != TRAFFIC_IDLE;
	int64_t said = least_period(least_period(talks->writes_ns, talks->reads_ns),
				    busy ? TRAFFIC_PERIOD_NS : 0);
	int64_t timeout = s->effect.forget_ns, tick = NS_PER_S / s->kernel.hz;
	int64_t keepalive = !talks->keepalive ? 0
			    : talks->idle_ns  ? talks->idle_ns
					      : s->kernel.keepalive_time_s * NS_PER_S;
	bool probed = keepalive && (!said || keepalive <= said + flight_ns(s));
	struct talk t;

	if (s->traffic == TRAFFIC_STALLED) {
		e->unsure = "how far apart the probes of the closed window are turns on when it closed";
		return;
	}
	if (situation_lossy(s)) {
		e->unsure = "on this path the packet that would have kept the router's entry may be lost";
		return;
	}
	if (!said && !probed) {
		bool before = s->since_armed_lo_ns < flight_ns(s);

		e->at[e->n++] = (struct span){ timeout - tick, timeout + (before ? flight_ns(s) : 0) };
		return;
	}
	t = probed ? probes(s, talks) : rhythm(s, said);
	if (t.next.lo > t.next.hi) {
		e->unsure = "when keepalive's next probe leaves cannot be told";
		return;
	}
	if (said && probed) {
		struct talk other = rhythm(s, said);

		/* Each puts the other off: only that one of them comes in time is certain. */
		t.gap_hi = t.gap_hi < other.gap_hi ? t.gap_hi : other.gap_hi;
		t.gap_lo = 0;
		t.next = (struct span){ 0, t.next.hi < other.next.hi ? t.next.hi : other.next.hi };
		t.before = true;
	}
	one_talk(s, &t, e);
}

void expiry_of(const struct situation *s, const struct tcp_options *talks, struct expiry *e)
{
	*e = (struct expiry){ .silence_ns = INT64_MAX };
	by_talk(s, talks, e);
	within_horizon(s, e);
}

static void tell(const struct situation *s, const struct expiry *e, int64_t from_lo, int64_t from_hi)
{
	static const char source[] = "nf_conntrack_core.c: __nf_ct_refresh_acct; RFC 5382 REQ-5";
	char text[32];

	steps_time(s->effect.forget_ns, text, sizeof(text));
	steps_add(s->steps, from_lo, from_hi, source,
		  "the router begins to forget who is silent: this connection has %s, and again with "
		  "each packet", text);
	if (e->silence_ns == INT64_MAX)
		steps_add(s->steps, from_lo, from_hi, NULL, "it leaves the connection silent for ever");
	else
		steps_add(s->steps, from_lo, from_hi, NULL, "it has something pass at least every %s",
			  steps_time(e->silence_ns, text, sizeof(text)));
}

struct situation expiry_forgotten(const struct situation *s, const struct expiry *e, struct span at)
{
	struct situation f = *s;
	int64_t timeout = s->effect.forget_ns;

	f.effect.forget_ns = 0;
	f.since_armed_lo_ns += at.lo;
	f.since_armed_hi_ns += at.hi;
	if (f.horizon_ns)
		f.horizon_ns -= at.lo;
	tell(s, e, -at.hi, -at.lo);
	if (at.lo > timeout)
		steps_add(s->steps, -timeout, -timeout, NULL,
			  "the last packet that passes, its answer, or the acknowledgement of that");
	return f;
}

struct situation expiry_lives(const struct situation *s, const struct expiry *e)
{
	struct situation f = *s;

	f.effect = (struct effect){ .kind = EFFECT_NOTHING };
	tell(s, e, 0, 0);
	return f;
}

bool expiry_agrees(const struct expiry *e, int64_t from_ns, int64_t to_ns, int64_t horizon_ns,
		   int64_t slack_ns)
{
	bool gone = from_ns <= to_ns;

	if (e->unsure || (!gone && e->lives))
		return true;
	for (int i = 0; i < e->n; i++) {
		if (gone ? from_ns <= e->at[i].hi + slack_ns && to_ns >= e->at[i].lo - slack_ns
			 : e->at[i].hi + slack_ns >= horizon_ns)
			return true;
	}
	return false;
}
