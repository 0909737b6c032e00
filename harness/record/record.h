/* SPDX-License-Identifier: MIT */
#ifndef RECORD_RECORD_H
#define RECORD_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "netns/err.h"

/*
 * One struct, one JSON line, one schema version (results/record.schema.json). Times are
 * CLOCK_MONOTONIC of the kernel that ran the trial, in nanoseconds; units are in every key.
 * Keys are always written in the same order, so that equal records are equal bytes.
 */

enum { RECORD_SCHEMA = 2 };

enum outcome {
	OUTCOME_DETECTED, OUTCOME_MISSED, OUTCOME_FALSE_ALARM, OUTCOME_QUIET,
	OUTCOME_SKIPPED, OUTCOME_INVALID, OUTCOME_ERROR, OUTCOME_COUNT
};
enum verdict {
	VERDICT_PASS, VERDICT_EARLY, VERDICT_LATE, VERDICT_MISSED, VERDICT_FALSE_ALARM,
	VERDICT_SKIP, VERDICT_INVALID, VERDICT_ERROR, VERDICT_COUNT
};
enum expect_kind { EXPECT_NONE, EXPECT_WINDOW, EXPECT_NEVER };

extern const char *const outcome_names[OUTCOME_COUNT + 1];
extern const char *const verdict_names[VERDICT_COUNT + 1];

enum { RECORD_CLAIM_MAX = 160, RECORD_ID_MAX = 17 };

#define RECORD_NULL INT64_MIN /* a null time */

/* The first line of a file: the world the trials ran in. */
struct record_run {
	int schema;
	char engine[16];  /* native, virtual */
	char kernel[96];  /* uname -r of the kernel that ran the trials */
	int hz;
	uint64_t seed;
	int phases;
	char version[32];  /* of the lab */
	char command[1024];
	char started[32];  /* wall clock, ISO 8601 UTC; all that may differ between equal runs */
	int n_sysctl;
	struct { char name[64], value[48]; } sysctl[24]; /* those that matter, as read back */
};

/* What people say, where the scenario tests it on this method (scenarios/claims). */
struct record_claim {
	char says[RECORD_CLAIM_MAX];     /* "": it does not */
	char when[RECORD_CLAIM_MAX];     /* the circumstance it was tried in */
	char predicts[RECORD_CLAIM_MAX]; /* what would have to be measured, in words */
	bool holds;                      /* that was measured */
};

struct record_trial {
	char id[RECORD_ID_MAX]; /* hash of what the trial is: the scenario's text, the method with its
				 * options, phase, phases and seed; not of the world it runs in */
	int index;              /* its place in the plan of the whole run, from 0 */
	char scenario[64], family[64], method[32], options[256];
	char observer[8];  /* server, client */
	char traffic[16];
	int size;          /* bytes of each message of the traffic; 0: it has none, or not known */
	char wire[16];     /* switch, router, nat; "" not known: the file is older than the key */
	char fault[32], place[16]; /* place "" where the fault has none */
	int phase;         /* index */
	int64_t phase_ns;  /* armed-to-fault distance beyond the scenario's `at` (planned) */
	uint64_t seed;     /* at most INT64_MAX, as every seed: JSON readers' integers are signed */
	int64_t armed_ns;  /* RECORD_NULL: not reached */
	/* Of this connection: the moment it was armed where the fault was there before (traffic
	 * `connecting`). RECORD_NULL: not reached. */
	int64_t fault_before_ns, fault_after_ns;
	int64_t detect_ns; /* from fault_after_ns; RECORD_NULL: not noticed */
	int64_t horizon_ns;
	enum outcome outcome;
	char saw[96];
	int err;           /* 0: none; written as the name: "ETIMEDOUT" or null */
	enum expect_kind expect;
	int64_t expect_lo_ns, expect_hi_ns;
	char why[320];     /* the theory's sentence; or why skipped, invalid or in error */
	enum verdict verdict;
	int64_t stall_ns;  /* longest time the machine itself was late during the trial (native) */
	int again;         /* how often the lab had been run before, and a stall had spoilt it (native) */
	/* The quality of a failure detector (Chen, Toueg, Aguilera, IEEE ToC 51(5), 2002), while the
	 * peer is alive: from arming to the fault where that is a death, else to the horizon. Mistake
	 * rate = mistakes / alive_ns; mistake duration = mistaken_ns / mistakes; query accuracy =
	 * 1 - mistaken_ns / alive_ns. */
	int64_t alive_ns;     /* so long the peer was alive and watched */
	uint64_t mistakes;    /* alarms in that time */
	int64_t mistaken_ns;  /* so long of it the peer was held for dead */
	bool mistake_open;    /* the last one had not ended by then: its length is a lower bound */
	uint64_t packets_out, packets_in, bytes_out, bytes_in, wakeups;
	uint64_t messages;  /* what the method itself sent, or had the kernel ask */
	int64_t watched_ns; /* how long the cost was counted: armed to detection or horizon */
	char tcp_state[16]; /* at the end; "" unknown */
	int retransmits, probes, backoff; /* TCP_INFO at the end */
	struct record_claim claim;
};

/* One line with its newline, malloc'ed; NULL when memory ran out. */
char *record_run_line(const struct record_run *run);
char *record_trial_line(const struct record_trial *trial);

struct record_file {
	int n_runs;
	struct record_run *runs;
	int n_trials;
	struct record_trial *trials;
	int *trial_run; /* for each trial, the index of the run line before it */
};

/* Reads a whole file of records; "-" is standard input. -EINVAL and "file:line: what; remedy" for
 * anything that is not a record of this schema version. */
int record_load(const char *path, struct record_file *out, struct err *err);

/* As record_load, from an open stream that errors call @name; *out is empty or holds records to add
 * to. On an error the records read so far stay in *out: free it in any case. */
int record_read(FILE *in, const char *name, struct record_file *out, struct err *err);

void record_file_free(struct record_file *file);

/* The same file built up in memory, a trial belonging to the run before it. -ENOMEM or 0. */
int record_add_run(struct record_file *file, const struct record_run *run);
int record_add_trial(struct record_file *file, const struct record_trial *trial);

/* errno by name: "ETIMEDOUT"; "" for 0; "E524" for one without a name (the text then lives until
 * the next call in this thread). And back: 0 when unknown. */
const char *record_errno_name(int err);
int record_errno_value(const char *name);

#endif
