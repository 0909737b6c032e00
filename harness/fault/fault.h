/* SPDX-License-Identifier: MIT */
#ifndef FAULT_FAULT_H
#define FAULT_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/opt.h"
#include "lab/lab.h"
#include "netns/err.h"
#include "netns/facts.h"
#include "netns/nat.h"
#include "theory/situation.h"

/*
 * Who proves what. prove() shows that the fault took effect on the lab: carrier gone and frames not
 * arriving (link-down, crash), a drop counter that moved (drop, netem), parameters read back
 * (netem), a process reaped, stopped or continued (kill, signal, crash), signals taken by every
 * thread (signal). Where per_connection is set (close, shutdown, reset) it shows only that the
 * peer has its command and lives; the *trial* then proves each connection by its EVENT_FAULT from
 * the peer, takes from_ns and at_ns as that connection's stamps, and waits for EVENT_DONE.
 */

/*
 * A fault is what happens, and where: one file, one line in the table of fault.c. It never knows
 * which methods watch. It is stamped twice, before and after the call that makes it happen, and it
 * proves that it took effect; a fault that is not proven makes its trials `invalid`.
 */

/* What a fault that does not hit all connections in one instant does to one of them. */
struct fault_flow {
	bool hit;                    /* it has happened to this connection, ... */
	int64_t before_ns, after_ns; /* ... between these; not (yet): when it will, as far as is known */
	int64_t seen_ns;             /* private to the fault: not yet, then */
	struct nat_flow nat;         /* private to the fault */
};

/* What has to be known to inject and to undo; the trial keeps one for each timeline entry. */
struct fault_act {
	const struct fault *fault;
	struct opt_values opt;
	uint64_t seed;
	int64_t planned_ns;          /* when the first inject() was due; the trial sets it */
	int64_t before_ns, after_ns; /* CLOCK_MONOTONIC; set by inject() */
	/* Set by inject() where each connection has stamps of its own (close, shutdown, reset): they
	 * come as EVENT_FAULT from the peer, and EVENT_DONE after the last. */
	bool per_connection;
	/* Connections have instants of their own, which inject(), repeated, finds out: nat-expiry with
	 * `idle`. The caller's, one for each of the lab's connections; NULL: nobody asks. */
	struct fault_flow *flows;
	int n_flows;
	uint64_t counter; /* private to the fault: a counter read before */
	int count;        /* private to the fault: repetitions done so far */
	void *known;      /* private to the fault: one malloc'ed piece, which the trial frees */
};

struct fault {
	const char *name;
	const char *about;
	const struct opt *options; /* required */

	/* Optional. Refuses impossible pairs: -EINVAL and a sentence with the remedy. */
	int (*check)(const struct opt_values *opt, enum side observer, enum traffic traffic,
		     struct err *err);

	/* FACT_BITs (netns/facts.h) without which it is skipped, with the reason and the cure. */
	unsigned int needs;

	/* Required. What it does to the connection; pure. */
	struct effect (*effect)(const struct opt_values *opt);

	/* Optional. What the wire makes of it: changes @effect, which is what effect() gave, or refuses
	 * a wire over which it cannot happen, -EINVAL and a sentence with the remedy. Pure. */
	int (*over)(const struct opt_values *opt, enum wire wire, enum side observer,
		    struct effect *effect, struct err *err);

	/* Required. Makes it happen; stamps before_ns and after_ns right around the call. */
	int (*inject)(struct lab *lab, struct fault_act *act, struct err *err);

	/* Required. Called after inject(), before the trial goes on: 0 when proven, else a sentence
	 * saying what was expected and what was found. Waits for events up to @deadline_ns. */
	int (*prove)(struct lab *lab, struct fault_act *act, int64_t deadline_ns, struct err *err);

	/* Optional; NULL: cannot be undone, and `for:` is refused. */
	int (*undo)(struct lab *lab, struct fault_act *act, struct err *err);

	/* The entry must say `for:`: a fault that by its nature ends (pause). */
	bool ends;

	/* Optional. Repetition (signal every/count, flap): how long after planned_ns the next
	 * inject() is due, in ns; 0: no more. before_ns and after_ns stay those of the first. */
	int64_t (*again_ns)(const struct fault_act *act);
};

extern const struct fault *const fault_table[]; /* NULL-terminated */
const struct fault *fault_find(const char *name);

extern const struct fault fault_none, fault_link_down, fault_drop, fault_netem, fault_kill,
	fault_signal, fault_close, fault_shutdown, fault_reset, fault_crash, fault_pause,
	fault_flap, fault_reboot, fault_reject, fault_addr_del, fault_nat_expiry,
	fault_delay_spike, fault_loss_burst, fault_stall,
	fault_mtu_blackhole, fault_local_congestion;

#endif
