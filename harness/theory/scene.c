/* SPDX-License-Identifier: MIT */
#include "theory/scene.h"

#include <stdio.h>

#include "base/clock.h"
#include "theory/flap.h"
#include "theory/steps.h"

static const char *silenced(const struct effect *e)
{
	if (e->larger)
		return e->lose_out ? "large packets vanish on the way, the observer's messages among them"
				   : "large packets vanish on the way, the peer's messages among them";
	if (e->where == WHERE_OWN_CARRIER)
		return "the observer's own link loses its carrier: nothing leaves, nothing arrives";
	if (e->where == WHERE_OWN_ADDRESS)
		return "the observer's host loses its address: no route for what it sends";
	if (e->where == WHERE_OWN_QDISC && e->lose_out)
		return e->lose_in ? "the observer's own qdisc refuses what it sends; nothing arrives"
				  : "the observer's own qdisc refuses what it sends";
	if (e->lose_out && e->lose_in)
		return "packets vanish on the way, in both directions; the observer's link stays up";
	return e->lose_out ? "what the observer sends vanishes on the way; the peer's packets arrive"
			   : "what the peer sends vanishes on the way; the observer's packets arrive";
}

static const char *happens(const struct effect *e)
{
	switch (e->kind) {
	case EFFECT_NOTHING:
		return "nothing happens: both ends and the path are as before";
	case EFFECT_FIN:
		return "the peer closes its socket: FIN; what is sent to it later draws a RST";
	case EFFECT_HALF_CLOSE:
		return "the peer shuts down its sending side: FIN; it goes on reading";
	case EFFECT_RST:
		return "the peer's kernel sends a RST";
	case EFFECT_GONE:
		return "the peer's process ends; its kernel says so: FIN, or RST with data unread";
	case EFFECT_SILENCE:
		return silenced(e);
	case EFFECT_FROZEN:
		return "the peer's process stops; its kernel goes on acknowledging, and nobody reads";
	case EFFECT_STALLED:
		return "the peer reads no more; its kernel acknowledges until the window is closed";
	case EFFECT_OBSERVER_FROZEN:
		return "the observer's own process stops; the peer lives";
	case EFFECT_SIGNALS:
		return "signals with handlers interrupt the observer's calls; the peer lives";
	case EFFECT_FLAPPING:
		return "the path falls silent and comes back, again and again";
	case EFFECT_FORGOTTEN:
		return e->silent_ns ? "the peer's host is away, and comes back without the connection: RST"
				    : "whoever answers for the peer no longer knows the connection: RST";
	case EFFECT_IMPAIRED:
		return "the path gets worse, and stays open";
	}
	return "";
}

static void tell_impairment(const struct situation *s)
{
	const struct effect *e = &s->effect;
	const struct impairment *i = &e->impair;

	if (!e->out && !e->in)
		return;
	steps_add(s->steps, 0, 0, "tc-netem(8)",
		  "path %s: +%.4g ms delay, ±%.4g ms, %.4g %% lost, %.4g %% corrupted",
		  e->out && e->in ? "both ways" : e->out ? "to the peer" : "to the observer",
		  (double)i->delay_ns / 1e6, (double)i->jitter_ns / 1e6, (double)i->loss_ppm / 1e4,
		  (double)i->corrupt_ppm / 1e4);
}

static void tell_flapping(const struct situation *s)
{
	const struct effect *e = &s->effect;
	int64_t end = flap_total_ns(e);

	if (e->times > 1) {
		steps_add(s->steps, e->down_ns, e->down_ns, NULL, "the path is open, for %.4g s",
			  (double)e->up_ns / 1e9);
		steps_add(s->steps, e->down_ns + e->up_ns, e->down_ns + e->up_ns, NULL,
			  "silent again, for %.4g s; so it goes on, %d times in all",
			  (double)e->down_ns / 1e9, e->times);
	}
	steps_add(s->steps, end, end, NULL, "the path is open for good");
}

static void tell_fault(const struct situation *s)
{
	const struct effect *e = &s->effect;

	steps_add(s->steps, -s->fault_led_ns, -s->fault_led_ns, NULL, "FAULT: %s", happens(e));
	if (e->icmp)
		steps_add(s->steps, -s->fault_led_ns, -s->fault_led_ns, "RFC 1122 3.2.2.1",
			  "what is lost is answered with an ICMP error");
	if (e->tcp_only)
		steps_add(s->steps, -s->fault_led_ns, -s->fault_led_ns, NULL,
			  "only TCP is hit: ARP and the rest pass");
	tell_impairment(s);
	if (e->for_ns)
		steps_add(s->steps, e->for_ns, e->for_ns, NULL, "the fault is undone");
	if (e->silent_ns)
		steps_add(s->steps, e->silent_ns, e->silent_ns, NULL, "the peer's host is back");
	if (e->kind == EFFECT_FLAPPING)
		tell_flapping(s);
}

static void tell_traffic(const struct situation *s)
{
	static const char *const told[TRAFFIC_COUNT] = {
		[TRAFFIC_REQUEST] = "the client asks, the server answers",
		[TRAFFIC_SENDING] = "the observer writes a message, which is acknowledged",
		[TRAFFIC_RECEIVING] = "the peer writes a message, which the observer reads",
		[TRAFFIC_STALLED] = "the observer writes a byte, acknowledged, which the peer never reads",
		[TRAFFIC_HALF_CLOSED] = "the observer writes a message, which is acknowledged",
	};
	int64_t last = s->since_armed_lo_ns / TRAFFIC_PERIOD_NS * TRAFFIC_PERIOD_NS;

	if (!told[s->traffic] || last < TRAFFIC_PERIOD_NS)
		return;
	steps_add(s->steps, TRAFFIC_PERIOD_NS - s->since_armed_hi_ns, last - s->since_armed_lo_ns, NULL,
		  "%s", told[s->traffic]);
	steps_every(s->steps, TRAFFIC_PERIOD_NS);
}

void scene_steps(const struct situation *s)
{
	bool connecting = s->traffic == TRAFFIC_CONNECTING;

	if (connecting && !s->since_armed_hi_ns)
		tell_fault(s);
	steps_add(s->steps, -s->since_armed_hi_ns, -s->since_armed_lo_ns, "RFC 9293 3.5",
		  connecting ? "armed, and connect(2) begins" : "connected, and armed");
	if (s->traffic == TRAFFIC_HALF_CLOSED)
		steps_add(s->steps, -s->since_armed_hi_ns, situation_rtt_ns(s) - s->since_armed_lo_ns,
			  "RFC 9293 3.6", "the peer shuts down its sending half: FIN; it goes on reading");
	tell_traffic(s);
	if (!connecting || s->since_armed_hi_ns)
		tell_fault(s);
	if (s->horizon_ns)
		steps_add(s->steps, s->horizon_ns, s->horizon_ns, NULL,
			  "the scenario stops watching");
}
