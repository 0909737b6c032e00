/* SPDX-License-Identifier: MIT */
#ifndef CLI_REPLAY_H
#define CLI_REPLAY_H

#include "cli/given.h"
#include "record/emit.h"
#include "record/record.h"

/* A run's command line as its first record holds it: written, read back, and made one that runs the
 * same plan again. */

/* As a shell would take it: "deadpeer", the verb, its options, the rest. What only says where results
 * go and how they are shown is left out, so that two runs that differ in nothing else say the same. */
void replay_quote(const char *verb, const struct given *args, struct emit *out);

/* A space and one word of it. */
void replay_word(const char *text, struct emit *out);

struct verb;

struct replay {
	const struct verb *verb; /* run or sweep */
	int argc;
	char **argv; /* deadpeer run …, deadpeer sweep … */
	char *text;  /* that they point into */
	struct given args;
};

/* A recorded command, back as arguments. -EINVAL and a sentence when it is not a whole `deadpeer
 * run` or `deadpeer sweep`. Free in any case. */
int replay_parse(const char *command, struct replay *out, struct err *err);
void replay_free(struct replay *replay);

/*
 * The command that runs the plan of @run again: the same arguments, the engine and the kernel
 * series that ran it named, everything that only says where output goes left out. Into @buf; -EINVAL
 * and a sentence where that cannot be said.
 */
int replay_command(const struct record_run *run, char *buf, size_t size, struct err *err);

#endif
