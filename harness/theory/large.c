/* SPDX-License-Identifier: MIT */
/*
 * A path that swallows large packets: a tunnel or a PPPoE link whose ICMP "fragmentation needed" is
 * filtered away (RFC 2923 2.1). Small packets pass: the handshake, acknowledgements, keepalive's
 * probes, a heartbeat. So an idle connection lives on, and so does one that sends little.
 *
 * A large message is retransmitted as large as it was (net.ipv4.tcp_mtu_probing is 0 by default),
 * until tcp_retries2 or TCP_USER_TIMEOUT ends it: to the sender it is silence. The receiver
 * waits: its keepalive is answered, for nothing that it sends is large. And TCP delivers in order, so
 * that small messages behind the large one arrive and are not given to the application.
 *
 * Small segments behind the large one are acknowledged selectively (SACK), and each of these
 * acknowledgements may have the large one sent again at once, which moves the retransmission timer:
 * that is not modelled.
 */
#include "theory/large.h"

#include <errno.h>

#include "base/clock.h"
#include "theory/steps.h"

/* Two programs' reaction to each other's connection and to a message. */
#define SKEW_NS (10 * NS_PER_MS)

/* IP's and TCP's headers, with timestamps; the largest segment on a link of 1500 bytes. */
static int headers(const struct situation *s)
{
	return s->ipv6 ? 72 : 52;
}

static int least(int a, int b)
{
	return a < b ? a : b;
}

int large_reduce(struct effect *e, const struct situation *s, struct err *err)
{
	int mss = 1500 - headers(s), size = s->size ? s->size : 1;
	bool asks = situation_observer_writes_ns(s), asked = situation_peer_writes_ns(s);

	if (e->kind != EFFECT_SILENCE || !e->larger)
		return 0;
	/* A question that is lost has no answer. */
	if (s->traffic == TRAFFIC_REQUEST) {
		e->lose_in = e->lose_in && !(asks && e->lose_out);
		e->lose_out = e->lose_out && !(asked && e->lose_in);
	} else {
		e->lose_in = e->lose_in && asked;
		e->lose_out = e->lose_out && asks;
	}
	if (least(size, mss) + headers(s) <= e->larger || (!e->lose_in && !e->lose_out)) {
		*e = (struct effect){ .kind = EFFECT_NOTHING, .for_ns = e->for_ns };
		return 0;
	}
	if (size % mss && size % mss + headers(s) <= e->larger)
		return err_set(err, EINVAL,
			       "the last segment of each message is small enough to pass, and its selective "
			       "acknowledgement has the lost ones sent again: not modelled");
	return 0;
}

void large_readable_end(const struct situation *s, const struct tcp_options *o, struct window *w)
{
	int64_t writes = situation_observer_writes_ns(s), end = s->effect.for_ns;
	struct tcp_options only = { .user_timeout_ns = o->user_timeout_ns };
	struct giveup g;

	if (!s->effect.lose_out || (!writes && s->traffic != TRAFFIC_REQUEST)) {
		window_never(w, "small packets pass: keepalive's probes are answered, and nothing large is "
				"in flight (RFC 2923 2.1)");
		return;
	}
	if (!writes || o->writes_ns) {
		window_none(w, "what is small passes behind what is large, and each selective acknowledgement "
			       "may have that sent again: not modelled");
		return;
	}
	g = rto_giveup(s, &only, writes);
	if (end && g.last_hi_ns >= end && g.last_lo_ns <= end) {
		window_none(w, "the path is mended about when TCP's last attempt leaves");
		return;
	}
	if (end && g.last_lo_ns > end) {
		window_never(w, "the path is mended before TCP's last attempt, which is answered");
		return;
	}
	window_some(w, g.lo_ns, g.hi_ns,
		    "a large segment is sent again as large as it was, until tcp_retries2 or the user timeout "
		    "(RFC 2923 2.1; tcp_timer.c: retransmits_timed_out)");
	steps_end(s->steps, w, "tcp_timer.c: tcp_write_timeout",
		  "the last retransmission of the large message timed out: ETIMEDOUT");
}

struct situation large_blocked(const struct situation *s, int64_t *lo_ns, int64_t *hi_ns)
{
	bool in = s->effect.lose_in;
	int64_t late = in ? SKEW_NS + situation_rtt_ns(s) + 2 * s->path.jitter_ns : 0;
	struct situation blocked = *s;

	first_lost_write(s, TRAFFIC_PERIOD_NS, lo_ns, hi_ns);
	*lo_ns -= in ? SKEW_NS : 0;
	*hi_ns += late;
	if (*lo_ns < 0)
		*lo_ns = 0;
	blocked.effect = (struct effect){ .kind = EFFECT_SILENCE, .lose_out = true, .lose_in = true,
					  .tcp_only = true };
	blocked.since_armed_lo_ns += *lo_ns;
	blocked.since_armed_hi_ns += *hi_ns;
	blocked.steps = NULL;
	steps_add(s->steps, *lo_ns, *hi_ns, "RFC 2923 2.1",
		  "the first large message is lost; what is behind it is not delivered");
	return blocked;
}
