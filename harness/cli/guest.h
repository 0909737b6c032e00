/* SPDX-License-Identifier: MIT */
#ifndef CLI_GUEST_H
#define CLI_GUEST_H

/*
 * The program of a guest that is copied for each lab (engine/virtual, virtual_load()): makes ready
 * what every lab needs, says so, and watches the one that it then reads of. Then the machine ends: it
 * returns an exit status only where it cannot begin.
 */
int guest_main(void);

#endif
