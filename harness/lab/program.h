/* SPDX-License-Identifier: MIT */
#ifndef LAB_PROGRAM_H
#define LAB_PROGRAM_H

#include <poll.h>

#include "lab/lab.h"

/* Private to the room: the life of one program. */

#define PROGRAM_SELF "/proc/self/exe"
#define PROGRAM_NONE {.pidfd = -1, .events = -1, .commands = -1, .children = -1}

/*
 * Starts @argv (NULL-terminated; argv[0] is the name the program sees) inside the namespace of
 * @place, and fills in @program. It finds its event descriptor at PROGRAM_EVENTS and its command
 * descriptor at PROGRAM_COMMANDS. What fails in the child is reported as EVENT_ERROR.
 */
enum { PROGRAM_EVENTS = 3, PROGRAM_COMMANDS = 4 };
int program_spawn(struct lab *lab, enum place place, char **argv, struct program *program,
		  struct err *err);

/* By fork and exec of @exe. @ns: NULL for the caller's own. */
int program_start(const struct netns *ns, const char *exe, char **argv, struct program *program,
		  struct err *err);

/* From the child, for good: EVENT_ERROR on its event descriptor. With errno's text after @what. */
_Noreturn void program_fail(int events, const char *text);
_Noreturn void program_fail_errno(int events, const char *what);

/* Has this process a program that lab_reserve() started, and that no lab has taken yet? */
bool reserve_is_there(enum place place);

/* As program_spawn(), by that one. -EPIPE: it has ended, and the sentence says how. */
int reserve_give(struct lab *lab, enum place place, char **argv, struct program *program,
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
