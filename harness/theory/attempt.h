/* SPDX-License-Identifier: MIT */
#ifndef THEORY_ATTEMPT_H
#define THEORY_ATTEMPT_H

#include "theory/situation.h"
#include "theory/syn.h"
#include "theory/window.h"

/*
 * What becomes of a connect(2) (traffic `connecting`). All times are nanoseconds after the fault or
 * after the attempt began, whichever is later.
 */
enum attempt_kind {
	ATTEMPT_STANDS, /* the connection stands between lo_ns and hi_ns */
	ATTEMPT_FAILS,  /* it ends with an error between lo_ns and hi_ns */
	ATTEMPT_UNSURE, /* theory cannot say; `why` says what is missing */
};

struct attempt {
	enum attempt_kind kind;
	int64_t lo_ns, hi_ns;
	bool by_call;       /* FAILS: connect(2) itself returns the error, even where it does not block */
	const char *why;    /* one sentence, with its source */
	const char *source; /* of the last step, and what it is; FAILS only */
	const char *last;
};

/* Tells s->steps of the SYNs and of what is undone meanwhile, not of the end. */
void attempt_end(const struct situation *s, const struct syn_options *o, struct attempt *a);

#endif
