/* SPDX-License-Identifier: MIT */
#ifndef METHOD_STUCK_H
#define METHOD_STUCK_H

#include "method/method.h"

/*
 * Data that is not acknowledged, as seen by looks: shared by the methods that ask the socket how
 * much is still in flight. Counted in looks, not in time, so that an observer that was itself
 * stopped accuses nobody.
 */
struct stuck {
	int64_t poll_ns;  /* between looks */
	int64_t limit_ns; /* so long without progress is death */
	/* Only the amount is known, not what was acknowledged: where every look finds a fresh byte in
	 * flight, it cannot be told from an old one. */
	bool amount_only;
};

/* Looks without progress that reach the limit. */
int64_t stuck_looks(const struct stuck *k);

/* The effect loses what is written, or its acknowledgements: SILENCE, FLAPPING, FORGOTTEN, and for
 * methods that do not see the state, a peer whose socket is closed. */
void stuck_window(const struct situation *s, const struct stuck *k, struct window *w);

/* EFFECT_STALLED: until the window is closed all is acknowledged, and then something waits. */
void stuck_stalled(const struct situation *s, const struct stuck *k, struct window *w);

/* The peer's kernel goes on acknowledging. */
void stuck_alive(const struct situation *s, const struct stuck *k, struct window *w);

#endif
