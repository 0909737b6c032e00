/* SPDX-License-Identifier: MIT */
#ifndef SCENARIO_SCENARIO_H
#define SCENARIO_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/opt.h"
#include "fault/fault.h"
#include "lab/lab.h"
#include "method/method.h"
#include "record/record.h"
#include "theory/window.h"

/*
 * A scenario file, completely parsed and checked: nothing later can fail because of what a user
 * wrote. Files are YAML; every refusal says file:line:column, what, and the remedy.
 */

enum {
	SCENARIO_NAME_MAX = 64,
	SCENARIO_ABOUT_MAX = 512,
	SCENARIO_METHODS = 256,
	SCENARIO_FAULTS = 32,
	SCENARIO_PREDICT = 16,
	SCENARIO_FILE_MAX = 1 << 20, /* bytes; a larger file is refused */
};

struct scenario_method {
	const struct method *method;
	struct opt_values opt;
	int line; /* of the file, from 1; 0: not written there */
};

struct scenario_fault {
	const struct fault *fault;
	struct opt_values opt;
	int64_t at_ns;  /* after the last connection is armed */
	int64_t for_ns; /* 0: never undone */
};

struct scenario_expect {
	const struct method *method;
	struct window window; /* WINDOW_SOME or WINDOW_NEVER */
};

/*
 * What people say, and what it predicts for this scenario: the claim's words, not ours. A trial of
 * a method that is named is measured against it, beside the verdict of theory.
 */
struct scenario_predict {
	const struct method *method;
	bool never;            /* else noticed, from lo_ns to hi_ns after the fault */
	int64_t lo_ns, hi_ns;  /* INT64_MIN, INT64_MAX: whenever */
	char saw[24];          /* a word of what it must have seen; "": anything */
	char state[16];        /* the socket's state at the end; "": any */
	int64_t sends_lo, sends_hi; /* segments that the observer's kernel sent, in all */
};

struct scenario_claim {
	char says[RECORD_CLAIM_MAX]; /* "": the scenario tests none */
	char when[RECORD_CLAIM_MAX]; /* the circumstance in which this scenario tries it */
	int n_predict;
	struct scenario_predict predict[SCENARIO_PREDICT];
};

struct scenario {
	char path[512]; /* as given on the command line */
	char *bytes;    /* scenario_load: the file's text, for an engine that runs it elsewhere */
	size_t size;
	char name[SCENARIO_NAME_MAX];
	char family[SCENARIO_NAME_MAX]; /* the folder's name; "" for none */
	char about[SCENARIO_ABOUT_MAX];
	enum side observer;
	enum traffic traffic;
	int message_size; /* of the traffic, in bytes: 1 (default) to TRAFFIC_SIZE_MAX */
	enum wire wire;
	int ip; /* AF_INET (default) or AF_INET6; written `ip: 4` or `ip: 6` */
	bool has_link;
	struct opt_values link; /* rows: netem_rows */
	int n_sysctl;
	struct lab_sysctl sysctl[LAB_SYSCTL_MAX];
	int n_methods;
	struct scenario_method methods[SCENARIO_METHODS];
	int n_faults;
	struct scenario_fault faults[SCENARIO_FAULTS]; /* ascending at_ns */
	int64_t horizon_ns; /* from the principal fault */
	int64_t spread_ns;  /* `spread: 5s`: overrides the methods' own period; 0: left out */
	int n_expect;
	struct scenario_expect expect[SCENARIO_METHODS];
	struct scenario_claim claim;
};

/* Parses @size bytes. -EINVAL and "path:line:column: what; remedy". */
int scenario_parse(const char *path, const char *bytes, size_t size, struct scenario *out,
		   struct err *err);

/* Reads and parses a file. -ENOENT, -EISDIR, … or as scenario_parse. */
int scenario_load(const char *path, struct scenario *out, struct err *err);

/* Every *.yaml below the given files and folders, sorted and loaded; *out is malloc'ed, as is each
 * of its elements; free with scenario_free. A folder without any: -ENOENT. */
int scenario_load_all(char *const *paths, int n_paths, struct scenario ***out, int *n_out,
		      struct err *err);
void scenario_free(struct scenario **scenarios, int n);

/*
 * Sets the wire's steady state as `link:` does, "loss=5%,delay=20ms", over what the file says; what is
 * not named stays. *text (of @size, at least SCENARIO_LINK_MAX) gets it in its canonical form.
 * -EINVAL and a sentence.
 */
enum { SCENARIO_LINK_MAX = 256 };
int scenario_link(struct scenario *s, const char *link, char *text, size_t size, struct err *err);

/*
 * One fault that comes back, and of which nothing is left each time before it does: pauses, or spikes of
 * delay, that lose nothing. Then theory can ask for each by itself: scenario_one_effect().
 */
bool scenario_repeats(const struct scenario *s);
struct effect scenario_one_effect(const struct scenario *s, int i);

/* The timeline reduced to the one effect that predictions are made from: the principal fault (its
 * index in *principal) and what later entries undo of it (STOP then CONT: for_ns). -EINVAL and a
 * sentence where theory has no answer because several deadly faults meet. */
int scenario_effect(const struct scenario *s, struct effect *effect, int *principal,
		    struct err *err);

#endif
