/* SPDX-License-Identifier: MIT */
#ifndef METHOD_ENDS_H
#define METHOD_ENDS_H

#include <stdbool.h>

#include "theory/situation.h"
#include "theory/tcp.h"
#include "theory/window.h"

/*
 * What is left on the observer's socket by a peer that has gone, for methods that do not read.
 */

enum ends_how {
	ENDS_FIN,    /* a FIN: the peer had read everything */
	ENDS_RST,    /* a RST: it had not */
	ENDS_EITHER, /* the last data came about when it went */
};

/* How a peer says goodbye whose socket is closed (EFFECT_FIN, EFFECT_GONE, EFFECT_RST);
 * @own_writes_ns: the method writes this often; 0: never. */
enum ends_how ends_how(const struct situation *s, int64_t own_writes_ns);

/* The peer asks every second and may go between its question and the answer, which then meets a
 * closed socket, or is lost. */
bool ends_answer_in_flight(const struct situation *s);

/*
 * The observer's first write, @writes_ns apart, that a closed peer answers with RST, relative to the
 * fault: as first_lost_write(), or the one before it where the peer's application may have closed
 * before it read that one. *unread: it may have.
 */
void ends_first_write(const struct situation *s, int64_t writes_ns, int64_t *lo_ns, int64_t *hi_ns,
		      bool *unread);

/* When sk_err is set: by a RST or a timeout, or, after a FIN, by the RST that the observer's next
 * write draws. SO_ERROR says it until somebody takes it. */
void ends_error(const struct situation *s, struct window *w);

/* The earlier of two ends: @w becomes it. */
void ends_earlier(struct window *w, const struct window *other);

#endif
