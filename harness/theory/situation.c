/* SPDX-License-Identifier: MIT */
#include "theory/situation.h"

#include "base/clock.h"

const char *const traffic_names[TRAFFIC_COUNT + 1] = {
	[TRAFFIC_IDLE] = "idle",
	[TRAFFIC_REQUEST] = "request",
	[TRAFFIC_SENDING] = "sending",
	[TRAFFIC_RECEIVING] = "receiving",
	[TRAFFIC_STALLED] = "stalled",
	[TRAFFIC_HALF_CLOSED] = "half-closed",
	[TRAFFIC_CONNECTING] = "connecting",
};

const char *const wire_names[WIRE_COUNT + 1] = {
	[WIRE_SWITCH] = "switch",
	[WIRE_ROUTER] = "router",
	[WIRE_NAT] = "nat",
};

const char *const side_names[3] = { [SIDE_SERVER] = "server", [SIDE_CLIENT] = "client" };

struct kernel_params kernel_params_default(int hz)
{
	return (struct kernel_params){
		.hz = hz,
		.keepalive_time_s = 7200,
		.keepalive_intvl_s = 75,
		.keepalive_probes = 9,
		.tcp_retries2 = 15,
		.syn_retries = 6,
		.syn_linear = 4,
		.rto_min_ns = 200 * NS_PER_MS,
		.rto_max_ns = 120 * NS_PER_S,
	};
}

static int64_t left_of(int64_t ns, int64_t gone_ns, bool *over)
{
	if (ns && ns <= gone_ns)
		*over = true;
	return ns && ns > gone_ns ? ns - gone_ns : 0;
}

void situation_begin(struct situation *s, int64_t lo_ns, int64_t hi_ns)
{
	bool over = false, back = false;
	struct effect *e = &s->effect;

	s->since_armed_lo_ns = lo_ns;
	s->since_armed_hi_ns = hi_ns;
	if (hi_ns > 0 || s->traffic != TRAFFIC_CONNECTING)
		return;
	s->since_armed_lo_ns = s->since_armed_hi_ns = 0;
	s->fault_led_ns = -hi_ns;
	e->for_ns = left_of(e->for_ns, -hi_ns, &over);
	e->silent_ns = left_of(e->silent_ns, -hi_ns, &back);
	if (over)
		*e = (struct effect){ .kind = EFFECT_NOTHING };
}

int64_t situation_observer_writes_ns(const struct situation *s)
{
	switch (s->traffic) {
	case TRAFFIC_SENDING:
	case TRAFFIC_STALLED:
	case TRAFFIC_HALF_CLOSED:
		return TRAFFIC_PERIOD_NS;
	case TRAFFIC_REQUEST:
		return s->observer == SIDE_CLIENT ? TRAFFIC_PERIOD_NS : 0;
	default:
		return 0;
	}
}

int64_t situation_peer_writes_ns(const struct situation *s)
{
	switch (s->traffic) {
	case TRAFFIC_RECEIVING:
		return TRAFFIC_PERIOD_NS;
	case TRAFFIC_REQUEST:
		return s->observer == SIDE_SERVER ? TRAFFIC_PERIOD_NS : 0;
	default:
		return 0;
	}
}

int64_t situation_silence_ns(const struct situation *s, int64_t idle_ns)
{
	int64_t writes_ns = situation_observer_writes_ns(s);

	if (!writes_ns)
		writes_ns = situation_peer_writes_ns(s);
	return writes_ns && writes_ns < idle_ns ? writes_ns : idle_ns;
}

bool situation_has_messages(enum traffic traffic)
{
	return traffic != TRAFFIC_IDLE && traffic != TRAFFIC_STALLED && traffic != TRAFFIC_CONNECTING;
}

/* The lab's links carry 1500 bytes; with timestamps TCP and IPv4 take 52 of them, IPv6 72. */
bool situation_segments(const struct situation *s)
{
	return s->size > (s->ipv6 ? 1428 : 1448);
}

bool situation_lossy(const struct situation *s)
{
	const struct impairment *imp = &s->effect.impair;
	bool since = s->effect.out || s->effect.in;

	return s->path.loss_ppm || s->path.corrupt_ppm ||
	       (since && (imp->loss_ppm || imp->corrupt_ppm));
}

int64_t situation_rtt_ns(const struct situation *s)
{
	return 2 * s->path.delay_ns;
}
