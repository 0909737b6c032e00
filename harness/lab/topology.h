/* SPDX-License-Identifier: MIT */
#ifndef LAB_TOPOLOGY_H
#define LAB_TOPOLOGY_H

#include "lab/lab.h"

/* Private to the room: the steps of lab_up() that build the path. Each pushes its own undo. */

/* All of the path that a lab without impairments has, proven open both ways. */
int topology_ground(struct lab *lab, struct err *err);

/* The namespaces of @from, which has none any more. */
void topology_take(struct lab *lab, struct lab *from);

/* The three namespaces, with IPv6's own chatter off. */
int topology_namespaces(struct lab *lab, struct err *err);

/* The wire and both cables: addresses, routes, up, with carrier. */
int topology_links(struct lab *lab, struct err *err);

/* What makes the wire's namespace a router; before its links exist. */
int topology_forwarding(struct lab *lab, struct err *err);

/* wire: nat, once its ports have their addresses. */
int topology_translation(struct lab *lab, struct err *err);

/* The addresses of both ends' devices and of a router's port, and the ends' routes. @end is up. */
int topology_end_addresses(struct lab *lab, enum place end, struct err *err);
int topology_port_addresses(struct lab *lab, enum place end, struct err *err);

/* Frames from @from reach the other end. */
int topology_prove(struct lab *lab, enum place from, struct err *err);

/* config.link on both ports of the wire, if there is one. */
int topology_steady_link(struct lab *lab, struct err *err);

#endif
