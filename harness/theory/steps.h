/* SPDX-License-Identifier: MIT */
#ifndef THEORY_STEPS_H
#define THEORY_STEPS_H

#include <stdbool.h>
#include <stdint.h>

#include "theory/window.h"

/*
 * What happens on the way to a window: theory tells it while it computes, to whoever asks. Where
 * situation.steps is NULL nobody does, and every call here does nothing. All times are nanoseconds
 * after the fault; earliest and latest differ where theory cannot know, as with the phase of the
 * timer wheel.
 */
enum { STEP_TEXT_MAX = 200, STEPS_MAX = 320 };

struct step {
	int64_t lo_ns, hi_ns;
	int64_t wait_lo_ns, wait_hi_ns; /* the timer that is set then; 0: none */
	int64_t every_ns; /* not once, but this often from lo_ns to hi_ns; 0: once */
	bool ends;        /* what a method notices */
	char what[STEP_TEXT_MAX];
	const char *source; /* of the rule: RFC, man page, kernel function; NULL: there is none */
};

struct steps {
	int n;
	struct step step[STEPS_MAX];
};

/* What does not fit any more, or was told before, is left out; an end always fits. */
void steps_add(struct steps *steps, int64_t lo_ns, int64_t hi_ns, const char *source,
	       const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* The last step sets a timer for that long, or happens that often. */
void steps_wait(struct steps *steps, int64_t lo_ns, int64_t hi_ns);
void steps_every(struct steps *steps, int64_t every_ns);

/* What ends it, where @w is a range; @text is the whole sentence. */
void steps_end(struct steps *steps, const struct window *w, const char *source, const char *text);

/* The method does not notice @w itself, but something that follows from it: it is no end. */
void steps_goes_on(struct steps *steps, const struct window *w);

/* As if the end @w had not been told: something better is going to be. */
void steps_forget(struct steps *steps, const struct window *w);

/* How many there are, to go back to: what was only tried did not happen. */
int steps_mark(const struct steps *steps);
void steps_back(struct steps *steps, int mark);

/*
 * In the order of time, without what comes after @w, and with one end that is @w's. False where the
 * ends told do not give @w: the earliest of them begins it and the first that must come closes it.
 * Where theory cannot say there may be ends or none.
 */
bool steps_finish(struct steps *steps, const struct window *w);

/* A range that grows while all that is possible is tried; empty where lo > hi. */
struct span {
	int64_t lo, hi;
};
#define SPAN_EMPTY ((struct span){ INT64_MAX, INT64_MIN })
void span_add(struct span *span, int64_t lo, int64_t hi);

/* "60 s", "0.2 s": at most four digits. Returns @buf. */
char *steps_time(int64_t ns, char *buf, size_t size);

#endif
