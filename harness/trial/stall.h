/* SPDX-License-Identifier: MIT */
#ifndef TRIAL_STALL_H
#define TRIAL_STALL_H

#include <stdint.h>

/*
 * How late the machine itself is: a thread on every processor that sleeps to known instants and
 * notes how long after them it was run. A shared machine can stop one processor, or all, for a
 * while; a verdict must not blame the method for that, and must say how much it allowed.
 */
struct stall;

struct stall *stall_start(void); /* NULL: out of memory */

/* Ends the threads and returns the longest time, in ns, that any of them was late; 0 for NULL. */
int64_t stall_stop(struct stall *stall);

#endif
