/* SPDX-License-Identifier: MIT */
#ifndef FAULT_THREADS_H
#define FAULT_THREADS_H

#include <stdint.h>

#include "lab/lab.h"
#include "netns/err.h"

/* Private to the room: one signal to each thread of a program. */

/* The threads of one program that handle one signal and do not block it (SigCgt, SigBlk of proc(5)), as
 * far as they were asked; one piece of memory, to be freed. */
struct threads_known;

/* tgkill(2) for each such thread; *n: how many those were. *@known: NULL the first time; kept for the
 * next. */
int threads_signal(const struct program *program, int sig, struct threads_known **known, int *n,
		   struct err *err);

/*
 * Every thread has a handler for @sig and took what was sent to it: its bit in SigCgt is set and its
 * bit in SigPnd is clear, or it blocks @sig. Taking a signal with a handler means that the thread
 * has left the system call it was in (get_signal(), kernel/signal.c).
 */
int threads_took(const struct program *program, int sig, int64_t deadline_ns, struct err *err);

#endif
