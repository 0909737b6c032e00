/* SPDX-License-Identifier: MIT */
#ifndef CLI_ENGINES_H
#define CLI_ENGINES_H

#include "engine/engine.h"

/* The engines that -e knows, in the order in which `auto` tries them: a line each. */
struct engine {
	const char *name, *about;

	int (*run)(const struct plan *plan, const struct engine_config *config,
		   const struct engine_sink *sink, struct err *err);
	/* Optional. What keeps it from running here: a negative errno and a sentence. */
	int (*available)(struct err *why);

	/* Optional. Gets what can be got (a kernel, over the network) before a run. */
	int (*prepare)(struct err *why);

	int (*hz)(void);   /* of the kernel that will run the trials: predictions need it */
	int (*jobs)(void); /* labs side by side unless -j says otherwise */
	bool watch_stalls; /* real time, where the machine itself may be late */
};

extern const struct engine engine_table[]; /* ends with a NULL name */

/* With @prepare it is also made ready to run. By name, or for "auto" the first that can run here; *passed then says why not the ones before it
 * ("" when it is the first). NULL and a sentence: -EINVAL in *code for an unknown name, else why the
 * one that was named cannot run. */
const struct engine *engines_find(const char *name, bool prepare, struct err *passed, int *code,
				  struct err *err);

/* 0, or why this engine cannot run here. */
int engines_check(const struct engine *engine, bool prepare, struct err *why);

#endif
