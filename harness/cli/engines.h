/* SPDX-License-Identifier: MIT */
#ifndef CLI_ENGINES_H
#define CLI_ENGINES_H

#include "engine/engine.h"

/* The engines that -e knows, in the order in which `auto` tries them: a line each. */
struct engine {
	const char *name, *about;

	/* NULL: not in this program, and `absent` says what to do. */
	int (*run)(const struct plan *plan, const struct engine_config *config,
		   const struct engine_sink *sink, struct err *err);
	const char *absent;

	int (*hz)(void);   /* of the kernel that will run the trials: predictions need it */
	int jobs;          /* labs side by side unless -j says otherwise */
	bool watch_stalls; /* real time, where the machine itself may be late */
};

extern const struct engine engine_table[]; /* ends with a NULL name */

/* NULL and a sentence: -EINVAL in *code for an unknown name, -ENOSYS for one not built in. */
const struct engine *engines_find(const char *name, int *code, struct err *err);

#endif
