/* SPDX-License-Identifier: MIT */
/*
 * A reader that has stopped. Its kernel acknowledges what arrives and offers less and less room, at
 * last none: then the observer probes the closed window, each time twice as far apart, and as long
 * as the probes are answered it does so for ever (RFC 9293 3.8.6.1; RFC 1122 4.2.2.17;
 * net/ipv4/tcp_timer.c: tcp_probe_timer). An answered probe resets the count that tcp_retries2
 * bounds. Keepalive does not run meanwhile, for data waits to be sent (tcp_keepalive_timer).
 *
 * Only TCP_USER_TIMEOUT ends it: since Linux 5.11 it counts from the first probe's timer, answered or
 * not, and clamps the last one (tcp_probe_timer: icsk_probes_tstamp,
 * tcp_clamp_probe0_to_user_timeout). Where the window was not quite closed, the first probe is a
 * segment that fills the rest of it, and the count begins with the next.
 *
 * How much fits is the peer's buffer: net.ipv4.tcp_rmem[1] = 131072 bytes, of which nothing is
 * offered any more when less than a sixteenth is free, and the last packet may go beyond it
 * (tcp_output.c: __tcp_select_window). How much of it headers take has changed with Linux 6.6
 * (tcp.h: scaling_ratio). Messages of more than ten segments had it grow before
 * (tcp_input.c: tcp_rcv_space_adjust), and many small ones, whose memory is mostly overhead, have it
 * grow when they fill it (tcp_clamp_window): at most to tcp_rmem[2].
 */
#include "theory/closed.h"

#include "base/clock.h"
#include "theory/steps.h"
#include "theory/tcp.h"

/* What the window takes, in bytes; it grows where messages are larger or smaller than these. */
enum { ROOM_LEAST = 110000, ROOM_MOST = 131072 + 16384, ROOM_GROWN = 6291456 + 131072,
       GROWS_ABOVE = 10000, GROWS_BELOW = 1000 };

bool closed_window(const struct situation *s, int64_t own_writes_ns, int64_t *lo_ns, int64_t *hi_ns)
{
	int64_t traffic = situation_observer_writes_ns(s), size = s->size ? s->size : 1, more = 0;
	bool answers = s->traffic == TRAFFIC_REQUEST && !traffic;
	int64_t writes, first_lo, first_hi;

	/* Who answers writes when the peer asks, which it goes on doing. */
	if (answers)
		traffic = TRAFFIC_PERIOD_NS;
	writes = traffic ? traffic : own_writes_ns;
	if (!writes)
		return false;
	if (!traffic)
		size = 1;
	else if (own_writes_ns)
		more = traffic / own_writes_ns + 1;
	first_lost_write(s, writes, &first_lo, &first_hi);
	*lo_ns = first_lo + ROOM_LEAST / (size + more) * writes;
	*hi_ns = first_hi + (size > GROWS_ABOVE || size < GROWS_BELOW ? ROOM_GROWN : ROOM_MOST) / size * writes;
	if (answers)
		*hi_ns += TRAFFIC_PERIOD_NS;
	return !s->effect.for_ns || *lo_ns < s->effect.for_ns;
}

int64_t closed_probe_ns(const struct situation *s)
{
	int64_t tick = NS_PER_S / s->kernel.hz;
	int64_t rto = s->kernel.rto_min_ns + situation_rtt_ns(s) + 6 * s->path.jitter_ns + TCP_DELACK_MAX_NS;

	/* The last bytes that fit are acknowledged; a probe fills the rest; the next finds it closed. */
	return 2 * (TCP_DELACK_MAX_NS + situation_rtt_ns(s) + 2 * s->path.jitter_ns + rto + rto / 8 + tick);
}

void closed_tell(const struct situation *s, int64_t lo_ns, int64_t hi_ns)
{
	steps_add(s->steps, lo_ns, hi_ns, "RFC 9293 3.8.6.1",
		  "the window does not take this write; probes begin, and are answered");
}

void closed_readable_end(const struct situation *s, const struct tcp_options *o, struct window *w)
{
	int64_t timeout = o->user_timeout_ns, end = s->effect.for_ns, lo, hi;

	if (!timeout || !closed_window(s, o->writes_ns, &lo, &hi)) {
		window_never(w, "the peer's kernel goes on acknowledging, and answers every probe of a "
				"closed window (RFC 9293 3.8.6.1; tcp_timer.c: tcp_probe_timer)");
		return;
	}
	closed_tell(s, lo, hi);
	lo += s->kernel.rto_min_ns + timeout;
	hi += closed_probe_ns(s) + timeout + timeout / 8 + NS_PER_S / s->kernel.hz;
	if (end && lo > end)
		window_never(w, "the peer reads again before the user timeout has passed");
	else if (end && hi > end)
		window_none(w, "the peer reads again about when the user timeout passes");
	else
		window_some(w, lo, hi,
			    "the window is closed, and TCP_USER_TIMEOUT counts from the first probe although "
			    "all are answered (tcp_timer.c: tcp_probe_timer)");
	steps_end(s->steps, w, "tcp_timer.c: tcp_probe_timer",
		  "TCP_USER_TIMEOUT since the first probe: ETIMEDOUT");
}
