/* SPDX-License-Identifier: MIT */
#ifndef PEERS_ROLES_H
#define PEERS_ROLES_H

#include "netns/err.h"
#include "peers/args.h"

/* Either program in one of the two roles, until its commands end: 0. Or an error. */
int observer_run(const struct args *args, struct err *err);
int peer_run(const struct args *args, struct err *err);

#endif
