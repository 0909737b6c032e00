/* SPDX-License-Identifier: MIT */
#ifndef TRIAL_STALL_H
#define TRIAL_STALL_H

#include <stdint.h>

/*
 * How late the machine itself is: a thread that sleeps to known instants and notes how long after
 * them it was run. A shared machine can stop a whole lab for a while; a verdict must not blame the
 * method for that, and must say how much it allowed.
 */
struct stall;

struct stall *stall_start(void); /* NULL: no thread could be made; the others take NULL */
int64_t stall_longest_ns(const struct stall *stall);
void stall_stop(struct stall *stall);

#endif
