/* SPDX-License-Identifier: MIT */
/*
 * A FIN is no error: the socket goes to CLOSE_WAIT, readers get 0, SO_ERROR stays 0 and a write
 * succeeds (net/ipv4/tcp_input.c: tcp_fin). The host that gets that write has no socket for it any
 * more and answers RST (RFC 9293 3.5.2), which makes the error EPIPE in CLOSE_WAIT; everywhere else
 * a RST makes it ECONNRESET (tcp_reset). A peer that goes with unread data sends a RST instead of
 * the FIN (tcp.c: __tcp_close; RFC 2525 2.17).
 */
#include "method/ends.h"

#include "base/clock.h"
#include "theory/steps.h"

/* Two programs' reaction to each other's connection and to a message. */
#define SKEW_NS (10 * NS_PER_MS)

static int64_t flight_ns(const struct situation *s)
{
	return situation_rtt_ns(s) + 2 * s->path.jitter_ns + SKEW_NS;
}

enum ends_how ends_how(const struct situation *s, int64_t own_writes_ns)
{
	int64_t first = TRAFFIC_PERIOD_NS;

	if (s->effect.kind == EFFECT_RST)
		return ENDS_RST;
	if (s->traffic != TRAFFIC_STALLED)
		return ENDS_FIN;
	if (own_writes_ns && own_writes_ns < first)
		first = own_writes_ns;
	if (s->since_armed_lo_ns > first + flight_ns(s))
		return ENDS_RST;
	return s->since_armed_hi_ns < first - flight_ns(s) ? ENDS_FIN : ENDS_EITHER;
}

bool ends_answer_in_flight(const struct situation *s)
{
	int64_t guard = flight_ns(s), from, to;

	if (s->traffic != TRAFFIC_REQUEST || s->observer != SIDE_SERVER)
		return false;
	from = s->since_armed_lo_ns - guard;
	to = s->since_armed_hi_ns + guard;
	return to >= TRAFFIC_PERIOD_NS &&
	       (from <= TRAFFIC_PERIOD_NS || to / TRAFFIC_PERIOD_NS != from / TRAFFIC_PERIOD_NS);
}

void ends_first_write(const struct situation *s, int64_t writes_ns, int64_t *lo_ns, int64_t *hi_ns,
		      bool *unread)
{
	struct situation before = *s;
	int64_t lo, hi;

	before.since_armed_lo_ns -= SKEW_NS;
	first_lost_write(s, writes_ns, &lo, hi_ns);
	first_lost_write(&before, writes_ns, lo_ns, &hi);
	*unread = *lo_ns < lo;
}

static void closed(const struct situation *s, struct window *w)
{
	int64_t writes = situation_observer_writes_ns(s), lo, hi;
	int64_t round_trip = situation_rtt_ns(s) + 2 * s->path.jitter_ns;
	enum ends_how how = ends_how(s, 0);
	bool unread;

	if (s->path.loss_ppm || s->path.corrupt_ppm) {
		window_none(w, "the FIN, or the RST that a write draws, may be lost on this path");
		return;
	}
	if (how == ENDS_RST) {
		window_some(w, 0, tcp_prompt_ns(s),
			    "a RST arrives after one path delay and is an error (tcp_input.c: "
			    "tcp_reset)");
		steps_end(s->steps, w, "tcp_input.c: tcp_reset", "its RST arrives: the error is set");
		return;
	}
	if (!writes) {
		if (ends_answer_in_flight(s))
			window_none(w, "the peer may go between its question and the answer, and only an "
				       "answer on its way draws a RST");
		else
			window_never(w, "a FIN is no error, and nobody writes, so no RST follows "
					"(tcp_input.c: tcp_fin)");
		return;
	}
	ends_first_write(s, writes, &lo, &hi, &unread);
	window_some(w, how == ENDS_EITHER ? 0 : lo + round_trip - 2 * s->path.jitter_ns,
		    hi + round_trip + tcp_prompt_ns(s),
		    "a FIN is no error; the first write after it draws a RST, and that makes it EPIPE "
		    "(tcp_input.c: tcp_reset)");
	if (s->traffic != TRAFFIC_HALF_CLOSED)
		steps_add(s->steps, 0, tcp_prompt_ns(s), "tcp_input.c: tcp_fin",
			  "its FIN arrives: the socket is readable, and no error is set");
	steps_add(s->steps, lo, hi, "RFC 9293 3.5.2", "the observer writes, and that draws a RST");
	steps_end(s->steps, w, "tcp_input.c: tcp_reset", "the RST arrives: the error is EPIPE");
}

void ends_error(const struct situation *s, struct window *w)
{
	switch (s->effect.kind) {
	case EFFECT_FIN:
	case EFFECT_GONE:
	case EFFECT_RST:
		closed(s, w);
		break;
	case EFFECT_HALF_CLOSE:
		window_never(w, "a FIN is no error, and the peer goes on taking what is written "
				"(RFC 9293 3.6)");
		break;
	default:
		tcp_readable_end(s, &(struct tcp_options){ 0 }, w);
	}
}

void ends_earlier(struct window *w, const struct window *other)
{
	if (w->kind == WINDOW_NEVER || other->kind == WINDOW_NONE) {
		*w = *other;
		return;
	}
	if (w->kind == WINDOW_NONE || other->kind == WINDOW_NEVER)
		return;
	if (other->hi_ns < w->hi_ns) {
		int64_t lo = w->lo_ns < other->lo_ns ? w->lo_ns : other->lo_ns;

		*w = *other;
		w->lo_ns = lo;
	} else if (other->lo_ns < w->lo_ns) {
		w->lo_ns = other->lo_ns;
	}
}
