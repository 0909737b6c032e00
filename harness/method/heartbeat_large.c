/* SPDX-License-Identifier: MIT */
/*
 * Only large packets are lost. Pings, pongs and beacons are small and arrive, but TCP delivers in
 * order: those behind the first large message that was lost wait for it (theory/large.c).
 */
#include "method/heartbeat.h"
#include "theory/large.h"
#include "theory/steps.h"

void heartbeat_large(const struct opt_values *opt, const struct situation *s, struct window *w)
{
	bool beacon = opt->v[HEARTBEAT_MODE] == HEARTBEAT_BEACON;
	struct situation blocked;
	int64_t lo, hi;

	if (beacon && !s->effect.lose_in) {
		large_readable_end(s, &(struct tcp_options){ 0 }, w);
		return;
	}
	if (s->effect.for_ns) {
		window_none(w, "TCP's backed-off retransmission and the heartbeat race");
		return;
	}
	blocked = large_blocked(s, &lo, &hi);
	heartbeat_window(opt, &blocked, w);
	if (w->kind != WINDOW_SOME)
		return;
	w->lo_ns += lo;
	w->hi_ns += hi;
	steps_end(s->steps, w, NULL, "enough signs of life are missing: they wait behind the large message");
}
