/* SPDX-License-Identifier: MIT */
#ifndef PEERS_INTERRUPT_H
#define PEERS_INTERRUPT_H

#include <stdatomic.h>
#include <stdbool.h>

/*
 * A storm of signals must reach the calls of the methods: every signal that a program may take
 * gets a handler that only counts, installed without SA_RESTART, so that it interrupts the system
 * call of the very thread it hits (signal(7)). The main thread blocks them, so that a signal sent
 * to the process hits a method's thread too. PIPE is ignored. TERM, INT and QUIT keep
 * their meaning, and so does HUP in a program started by hand: its terminal may go.
 */
void interrupt_setup(bool by_hand);

/* In a method's thread: unblocks them, and counts those that hit this thread. */
void interrupt_here(atomic_uint *counter);

#endif
