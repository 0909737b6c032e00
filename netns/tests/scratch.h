/* SPDX-License-Identifier: MIT */
#ifndef NETNS_TESTS_SCRATCH_H
#define NETNS_TESTS_SCRATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "netns/err.h"
#include "netns/link.h"
#include "netns/ns.h"

/*
 * Scratch namespaces for a test. A test that cannot get the privilege skips itself and says why:
 * Criterion's test processes have threads, so that they cannot enter a user namespace themselves
 * (run the whole binary as root, or under `unshare -r`).
 */

#define MS INT64_C(1000000)

int64_t scratch_now_ns(void);

/* Skips the test without privilege. */
struct netns *scratch_ns(void);

/* The same, and the test's thread is in it. */
struct netns *scratch_enter(void);

/* Two namespaces, a veth pair "near" (index 2) and "far" (index 3), up and with carrier. */
struct scratch_pair {
	struct netns *a, *b;
};
struct scratch_pair scratch_pair(void);
void scratch_pair_free(struct scratch_pair *pair);

/*   obs [obs0 2] ---- [w-obs 3] br0 [w-peer 4] ---- [peer0 2] peer, all up and with carrier. */
struct scratch_wire {
	struct netns *obs, *wire, *peer;
};
struct scratch_wire scratch_wire(void);
void scratch_wire_free(struct scratch_wire *wire);

/* Whether frames pass now; asserts that the probing itself worked. */
bool scratch_open(struct netns *from, const char *from_dev, struct netns *to, const char *to_dev);

/* A socket that hears link notifications, and how long from now until one reports the carrier of
 * @ifindex as @carrier (or, with @gone, the link's end); -1 after @timeout_ns. */
int scratch_listen(struct netns *ns);
int64_t scratch_heard_ns(int fd, int ifindex, bool carrier, bool gone, int64_t timeout_ns);

/* Says what becomes of a neighbour, its hardware address 02:00:00:00:00:02; @state: NUD_…. */
void scratch_neighbour(struct netns *ns, int ifindex, const char *address, int state);

/* Asserts 0 and shows the sentence. */
#define scratch_ok(call)                                                   \
	do {                                                               \
		struct err scratch_err = { "" }, *e = &scratch_err;        \
		int scratch_ret = (call);                                  \
		cr_assert_eq(scratch_ret, 0, "%s: %d, %s", #call, scratch_ret, e->text); \
	} while (0)

#endif
