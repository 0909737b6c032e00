/* SPDX-License-Identifier: MIT */
#ifndef LAB_TOPOLOGY_H
#define LAB_TOPOLOGY_H

#include "lab/lab.h"

/* Private to the room: the steps of lab_up() that build the path. Each pushes its own undo. */

/* The three namespaces, with IPv6's own chatter off. */
int topology_namespaces(struct lab *lab, struct err *err);

/* The switch and both cables: addresses, up, with carrier. */
int topology_links(struct lab *lab, struct err *err);

/* Frames from @from reach the other end. */
int topology_prove(struct lab *lab, enum place from, struct err *err);

/* config.link on both ports of the wire, if there is one. */
int topology_steady_link(struct lab *lab, struct err *err);

#endif
