/* SPDX-License-Identifier: MIT */
#ifndef TRIAL_ALARMS_H
#define TRIAL_ALARMS_H

#include <stdbool.h>
#include <stdint.h>

#include "record/record.h"

/*
 * When one connection's method held the peer for dead: spans in the order of time, the last of which
 * may stand. What they mean is decided at the end, when it is known what died and when:
 *
 *   while the peer is alive   a mistake, for as long as it stands (Chen, Toueg, Aguilera, "On the
 *                             quality of service of failure detectors", IEEE ToC 51(5), 2002)
 *   after a death             the last one, where it stands, is the detection: T_D ends with the
 *                             last transition to suspicion; those that were taken back do not count
 */
struct alarm {
	int64_t from_ns, to_ns; /* ALARM_STANDS: not taken back */
};
#define ALARM_STANDS INT64_MAX

struct alarms {
	struct alarm *alarm;
	int n, size;
};

bool alarms_stand(const struct alarms *alarms);

/* Nothing where one stands already. -ENOMEM or 0. */
int alarms_begin(struct alarms *alarms, int64_t at_ns);

/* Nothing where none stands. */
void alarms_end(struct alarms *alarms, int64_t at_ns);

void alarms_free(struct alarms *alarms);

/* Those between @armed_ns and @alive_until_ns, and how long that is, into the record. */
void alarms_mistakes(const struct alarms *alarms, int64_t armed_ns, int64_t alive_until_ns,
		     struct record_trial *r);

#endif
