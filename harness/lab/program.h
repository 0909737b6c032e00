/* SPDX-License-Identifier: MIT */
#ifndef LAB_PROGRAM_H
#define LAB_PROGRAM_H

#include <poll.h>

#include "lab/lab.h"

/* Private to the room: the life of one program. */

/*
 * Starts @argv (NULL-terminated; argv[0] is the name the program sees) inside the namespace of
 * @place, and fills in @program. It finds its event descriptor at PROGRAM_EVENTS and its command
 * descriptor at PROGRAM_COMMANDS. An exec that fails is reported as EVENT_ERROR.
 */
enum { PROGRAM_EVENTS = 3, PROGRAM_COMMANDS = 4 };
int program_spawn(struct lab *lab, enum place place, char **argv, struct program *program,
		  struct err *err);

/* SIGKILL, reap, close; fine for a program that never ran. */
void program_end(struct program *program);

/* waitid(2) without waiting. 1: something was there and is noted in @program; 0: nothing. */
int program_look(struct program *program, int options);

/* ppoll(2) until the absolute @deadline_ns (INT64_MAX: for ever): as poll(2), but -errno. */
int program_poll(struct pollfd *fds, nfds_t n, int64_t deadline_ns);

/* Both programs' command lines, malloc'ed, to be freed by program_argv_free(). */
char **program_argv(const struct lab_config *config, enum side side, struct err *err);
void program_argv_free(char **argv);

#endif
