/* SPDX-License-Identifier: MIT */
#ifndef FAULT_PROOF_H
#define FAULT_PROOF_H

#include <stdbool.h>
#include <stdint.h>

#include "fault/fault.h"
#include "lab/lab.h"
#include "netns/err.h"

/* Private to the room: what several faults share, to choose their place and to prove themselves. */

/* The words of every `direction:` and what they mean; the words of `target:`. */
enum direction { DIRECTION_BOTH, DIRECTION_TO_PEER, DIRECTION_TO_OBSERVER };
extern const char *const direction_words[];
enum target { TARGET_PEER, TARGET_OBSERVER };
extern const char *const target_words[];

/* The words of a `place:` that is an end, and what they mean. */
extern const char *const end_words[];
enum place end_named(int64_t word);

bool direction_has(int64_t direction, bool to_peer);

/* fault.h: over(), for a fault that always happens beyond a router, if there is one. */
int beyond_router(const struct opt_values *opt, enum wire wire, enum side observer,
		  struct effect *effect, struct err *err);

/* Frames towards the peer (else: towards the observer) arrive. */
int proof_open(struct lab *lab, bool to_peer, int64_t deadline_ns, struct err *err);

/* They do not, although the steady path's delay was waited for. May end before @deadline_ns. */
int proof_cut(struct lab *lab, bool to_peer, int64_t deadline_ns, struct err *err);

/* Cut in the directions that are lost, open in the others. */
int proof_directions(struct lab *lab, bool lost_to_peer, bool lost_to_observer,
		     int64_t deadline_ns, struct err *err);

/* The carrier at @end (PLACE_OBSERVER, PLACE_PEER) goes away, or is gone; netlink says so. */
int proof_no_carrier(struct lab *lab, enum place end, int64_t deadline_ns, struct err *err);

/* The program was ended by signal @sig, and is reaped. */
int proof_ended(struct program *program, int sig, int64_t deadline_ns, struct err *err);

/* The program runs: neither ended nor stopped. */
int proof_alive(struct program *program, struct err *err);

/* A TCP connection is tried from @from to the other end, outside of those under observation, and
 * given up soon: what becomes of its first segment is to be seen elsewhere. */
int proof_knock(struct lab *lab, enum place from, int64_t deadline_ns, struct err *err);

/* A UDP datagram that fills a packet of 1500 bytes, from @from to the other end. */
int proof_large(struct lab *lab, enum place from, struct err *err);

/* Whether the kernel of @end lets a socket be bound to the end's address. */
int proof_address(struct lab *lab, enum place end, bool *has, struct err *err);

/* How many TCP sockets of the lab's family the kernel of @place knows. */
int proof_sockets(struct lab *lab, enum place place, int *n, struct err *err);

/* The bytes that wait unread on the lab's established TCP sockets at @place (proc_net_tcp.rst). */
int proof_unread(struct lab *lab, enum place place, int64_t *bytes, struct err *err);

/* inject() and prove() of what the peer does when it is told to: each connection is stamped by the
 * peer, and the trial proves each by its EVENT_FAULT. */
int peer_told(struct lab *lab, struct fault_act *act, enum command_kind kind, struct err *err);
int proof_told(struct lab *lab, struct fault_act *act, int64_t deadline_ns, struct err *err);

/* SIGKILL or another signal to the whole program, through its pidfd. */
int target_signal(struct program *program, int sig, struct err *err);

#endif
