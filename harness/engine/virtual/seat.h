/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_VIRTUAL_SEAT_H
#define ENGINE_VIRTUAL_SEAT_H

/*
 * A processor for one QEMU. Its two threads take turns, at each jump of the guest's clock; on two
 * processors each turn wakes the other one up, and where the host gives a processor away meanwhile, the
 * turn waits for it: 41 labs took 78 to 125 s on such a host, and with seats 59 to 83 s.
 *
 * A seat is held by the name of a socket (unix(7), abstract), which other runs on this machine see, and
 * which ends with its holder, however that ends.
 */
struct seat {
	int cpu;  /* -1: none was free; the kernel places the threads */
	int held; /* the socket; -1 */
};

/* The first free one of the processors that this process may run on; -1 where there is none. */
void seat_take(struct seat *seat);

/* The calling process, and what it becomes, runs there, and is not woken in the middle of another
 * one's turn (SCHED_BATCH, sched(7)). */
void seat_sit(const struct seat *seat);

/* Fine without a seat, and again. */
void seat_leave(struct seat *seat);

#endif
