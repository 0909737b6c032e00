/* SPDX-License-Identifier: MIT */
#ifndef TRIAL_FINDINGS_H
#define TRIAL_FINDINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lab/event.h"
#include "netns/err.h"
#include "netns/facts.h"
#include "theory/situation.h"
#include "trial/alarms.h"

/*
 * What a lab found out: with the plan, all that its records are made from. Nothing here is a
 * judgement, so that a lab may be watched in one place and judged in another.
 *
 * Times are CLOCK_MONOTONIC of the kernel that ran the lab, in ns.
 */

/* What is known of one connection. */
struct watch_conn {
	int64_t stood_ns, armed_ns;       /* 0: not (yet) */
	int64_t before_ns, after_ns;      /* the fault, on this connection; 0: not (yet) */
	struct alarms alarms;
	struct event first, last; /* of the alarms, where there are any */
	bool spared;              /* the fault has not happened to this connection, and others die */
	bool ended;               /* the method watches no more */
	struct event end;         /* valid when ended */
	struct event report;
};

struct findings {
	int ret;         /* 0; -EBADE: a fault was not proven; -EOPNOTSUPP; or any other errno */
	struct err err;  /* why, where ret is not 0 */
	struct facts facts;          /* by which trials were chosen: trial_can_run() */
	int64_t longest_ns;          /* likewise */
	struct kernel_params kernel; /* as read back from the observer's namespace */
	int64_t stall_ns;            /* the longest time the machine itself was late */
	int64_t before_ns, after_ns; /* the principal fault; 0: it did not happen */
	int64_t horizon_ns;
	int n_conns;                 /* those trials that were chosen, in their order */
	struct watch_conn *conns;
};

void findings_free(struct findings *findings);

/*
 * As bytes, for the same program in another place, and back. @findings_pack: malloc'ed, NULL when
 * memory ran out. @findings_unpack: -EPROTO for what is not whole, -ENOMEM, or 0; free @out in
 * any case.
 */
char *findings_pack(const struct findings *findings, size_t *size);
int findings_unpack(const char *bytes, size_t size, struct findings *out);

#endif
