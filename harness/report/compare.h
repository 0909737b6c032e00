/* SPDX-License-Identifier: MIT */
#ifndef REPORT_COMPARE_H
#define REPORT_COMPARE_H

#include <stdbool.h>
#include <stdint.h>

#include "netns/err.h"
#include "record/emit.h"
#include "record/summary.h"
#include "report/stats.h"
#include "report/summarise.h"
#include "report/text.h"

/* Two summaries, cell by cell. How it is decided: compare.c. */

#define COMPARE_CONFIDENCE 0.95 /* of the interval that is shown */
#define COMPARE_ALPHA      0.01 /* chance of one or more false differences in a whole comparison */
#define COMPARE_THRESHOLD  "5%,10ms"

/* A difference matters when it is more than both. */
struct compare_threshold {
	int64_t relative_ppm; /* of the earlier median */
	int64_t absolute_ns;
};

/* "5%,10ms", "5%" or "10ms": what is left out is 0. -EINVAL and a sentence. */
int compare_threshold(const char *text, struct compare_threshold *threshold, struct err *err);

enum compare_word {
	COMPARE_SAME,
	COMPARE_FASTER,  /* B notices earlier, and nothing else is worse */
	COMPARE_SLOWER,
	COMPARE_CHANGED, /* other outcomes or verdicts */
	COMPARE_UNCLEAR, /* it looks different; too few trials, or the machine too late, to tell */
	COMPARE_ONLY_A,
	COMPARE_ONLY_B,
	COMPARE_WORDS
};

extern const char *const compare_words[COMPARE_WORDS + 1];

/* A share of trials in A and in B. */
struct compare_share {
	int a, b, of_a, of_b;
	double p, p_adjusted; /* Fisher's exact test; Holm's correction. Not in an exact comparison */
};

struct compare_cell {
	const struct summary_cell *a, *b; /* NULL: only in the other */
	const struct summary_cell *any;   /* the one that is there */
	enum compare_word word;
	bool worse;  /* of a changed one, and of slower: a gate fails; of unclear: it may be so */
	bool exact;  /* value by value, because nothing in it is by chance */
	bool stalled; /* unclear because of how late the machine itself was */
	bool timed;  /* both noticed at least once */
	int64_t median_a_ns, median_b_ns; /* where they noticed at all */
	struct stats_shift shift;
	struct stats_rank rank;  /* not in an exact comparison */
	double p_adjusted;       /* of rank.p */
	int64_t latest_ns;       /* exact, same outcomes: the largest delay of a time of the same rank */
	int64_t allowed_ns;      /* a difference of up to this does not matter */
	struct compare_share noticed; /* of those carried through; quiet, where nothing died in A */
	struct compare_share passed;  /* verdict pass, of all */
};

struct compare {
	struct summary *a, *b;
	int n;
	struct compare_cell *cells; /* in the order of their keys */
	int tests;                  /* that Holm's correction is over */
	int count[COMPARE_WORDS];
	bool without[PICK_COUNT];   /* keys that do not tell cells apart here */
};

/*
 * @without: keys that do not tell cells apart, beside the engine and the kernel where each side has
 * only one. Both summaries must outlive the result; they may be thinned. -EINVAL and a sentence when
 * a side then has two cells of one name; -ENOMEM.
 */
int compare_make(struct summary *a, struct summary *b, const bool without[PICK_COUNT],
		 const struct compare_threshold *threshold, struct compare *out, struct err *err);
void compare_free(struct compare *compare);

/* Inside the room: fills in the cells with what belongs together. As compare_make. */
int compare_match(struct compare *compare, struct err *err);

/* Inside the room: decides the word, and what is worse, after everything else; among @tests. */
void compare_judge(struct compare_cell *cell, int tests);

/* How many trials a side would take for the rank test to be able to tell, among as many tests. */
int compare_enough(const struct compare *compare);

/* The table; without @all only what is not the same. */
void compare_table(const struct compare *compare, bool all, const struct style *style);

/* The cells as objects, into an array that the caller has opened. */
void compare_json(const struct compare *compare, struct emit *emit);

/* "family/scenario method options", without what does not tell cells apart. Returns @buf. */
char *compare_name(const struct compare *compare, const struct compare_cell *cell, char *buf,
		   size_t size);

/* What differs, in a sentence: "noticed by 20 of 20, now by 0 of 20". Returns @buf. */
char *compare_reason(const struct compare_cell *cell, char *buf, size_t size);

#endif
