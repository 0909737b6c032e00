/* SPDX-License-Identifier: MIT */
#ifndef CLI_GUEST_H
#define CLI_GUEST_H

/*
 * The program of a guest that is copied for each lab (engine/virtual, virtual_load()): makes ready
 * what every lab needs, stops itself, and is `deadpeer` with the arguments that lie in the file
 * "argv" when it goes on. Then the machine ends: it returns an exit status only where it cannot
 * begin.
 */
int guest_main(void);

#endif
