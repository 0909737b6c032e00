/* SPDX-License-Identifier: MIT */
#ifndef FAULT_NAT_IDLE_H
#define FAULT_NAT_IDLE_H

#include "base/clock.h"
#include "fault/fault.h"

/*
 * When a router forgets one connection, found out by looking at its list now and then. Conntrack
 * says how much time a connection has left in whole seconds; the look at which that number falls
 * tells the rest. Times are CLOCK_MONOTONIC in nanoseconds; a look lies between @from_ns and @to_ns.
 */

/* By how much a time counted in jiffies may be off: the coarsest tick there is, HZ 100. */
#define NAT_IDLE_TICK_NS (10 * NS_PER_MS)

/* The connection was on the list, with @left_s seconds left, rounded down. */
void nat_idle_listed(struct fault_flow *flow, int64_t from_ns, int64_t to_ns, unsigned int left_s);

/* It was not: it has been forgotten since the last look. */
void nat_idle_missing(struct fault_flow *flow, int64_t to_ns);

/* When to look again. */
int64_t nat_idle_next_ns(const struct fault_flow *flow);

#endif
