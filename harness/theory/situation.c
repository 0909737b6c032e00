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

bool situation_has_messages(enum traffic traffic)
{
	return traffic != TRAFFIC_IDLE && traffic != TRAFFIC_STALLED;
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
