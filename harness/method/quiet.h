/* SPDX-License-Identifier: MIT */
#ifndef METHOD_QUIET_H
#define METHOD_QUIET_H

#include <stdbool.h>
#include <stdint.h>

#include "theory/situation.h"
#include "theory/window.h"

/* A limit on how long nothing may arrive. It takes silence for death, and an idle connection is
 * silent: false alarms are its nature. */
struct quiet {
	int64_t lo_ns, hi_ns; /* it runs out between these, after the last arrival */
	bool acks;            /* an acknowledgement counts as an arrival; false: only data does */
};

/* When it runs out, whoever is alive. `never` as well where the end arrives in time. */
void quiet_window(const struct situation *s, const struct quiet *q, struct window *w);

#endif
