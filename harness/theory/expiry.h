/* SPDX-License-Identifier: MIT */
#ifndef THEORY_EXPIRY_H
#define THEORY_EXPIRY_H

#include <stdbool.h>

#include "theory/situation.h"
#include "theory/steps.h"
#include "theory/tcp.h"

/*
 * When a router on the way forgets a connection: effect.forget_ns after the fault, or after the last
 * packet of the connection if one passes before that.
 */

enum { EXPIRY_MAX = 2 };

struct expiry {
	int n;                      /* instants at which it may be, ... */
	struct span at[EXPIRY_MAX]; /* ... after the fault, in their order */
	bool lives;                 /* it may be never while it is watched: the connection talks in time */
	const char *unsure;         /* why theory cannot say; NULL: it can */
	int64_t silence_ns;         /* the longest silence that is left; INT64_MAX: for ever */
};

/* @talks: what the method itself has pass, besides the traffic. */
void expiry_of(const struct situation *s, const struct tcp_options *talks, struct expiry *e);

/* The situation in which the fault is that the router forgets the connection, at @at after the one of
 * @s; and the one in which that never happens. Both tell s->steps why. */
struct situation expiry_forgotten(const struct situation *s, const struct expiry *e, struct span at);
struct situation expiry_lives(const struct situation *s, const struct expiry *e);

/*
 * Whether what was measured is what theory says: forgotten between @from_ns and @to_ns after the fault,
 * or not within the horizon where @from_ns > @to_ns. @slack_ns: how much later than it
 * is a look may find it.
 */
bool expiry_agrees(const struct expiry *e, int64_t from_ns, int64_t to_ns, int64_t horizon_ns,
		   int64_t slack_ns);

#endif
