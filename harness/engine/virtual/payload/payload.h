/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_VIRTUAL_PAYLOAD_PAYLOAD_H
#define ENGINE_VIRTUAL_PAYLOAD_PAYLOAD_H

/* What the tests of the virtual engine run in a guest; a static program. */

/* @rounds requests and answers on each of some connections. The exit status. */
int payload_tcp(int rounds);

#endif
