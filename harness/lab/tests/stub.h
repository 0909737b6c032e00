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
 *   echo     says its command line at COMMAND_GO, and ends: text is argv[0] and the last argument,
 *            conn is argc, at_ns is how many characters there are
 *   torn     writes half an event at COMMAND_GO
 *   blocked  has SIGUSR1 blocked in its first thread
 *   shut     has it blocked in both
 *   deaf     ignores SIGUSR1
 */

/* A lab of two stubs; skips the test with a reason where no namespace can be made. */
struct lab_config stub_config(const char *stub);

/* stub_config(), and up; the test fails when that fails. */
void stub_lab(struct lab *lab, const char *stub);

/* Two stubs in reserve, lab_reserve(); skips where a child may not trace its parent. */
void stub_reserve(const char *stub, pid_t pids[2]);

/* SIGKILL of a process that has called @start ends both programs that it told of. */
void stub_dies_with_lab(void (*start)(pid_t pids[2]));

/* So long, in ms, a test waits for what must come: no measure of how fast it is. */
enum { STUB_PATIENCE = 30000 };

/* From now, in ms. */
int64_t stub_deadline(int ms);

#endif
