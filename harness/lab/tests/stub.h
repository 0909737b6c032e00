/* SPDX-License-Identifier: MIT */
#ifndef LAB_TESTS_STUB_H
#define LAB_TESTS_STUB_H

#include "lab/lab.h"

/*
 * A program to put into a lab before, and apart from, the real ones: the test binary itself, told
 * by its name and by LAB_STUB in the environment. It says EVENT_READY, answers commands, and has a
 * second thread that sleeps in a system call. LAB_STUB says what is wrong with it:
 *
 *   good     nothing
 *   mute     never ready
 *   error    EVENT_ERROR instead of ready
 *   quit     exits with status 3 at COMMAND_GO
 *   torn     writes half an event at COMMAND_GO
 *   blocked  has SIGUSR1 blocked in its first thread
 *   shut     has it blocked in both
 *   deaf     ignores SIGUSR1
 */

/* A lab of two stubs; skips the test with a reason where no namespace can be made. */
struct lab_config stub_config(const char *stub);

/* stub_config(), and up; the test fails when that fails. */
void stub_lab(struct lab *lab, const char *stub);

/* From now, in ms. */
int64_t stub_deadline(int ms);

#endif
