/* SPDX-License-Identifier: MIT */
#ifndef CLI_ENGINES_H
#define CLI_ENGINES_H

#include "engine/engine.h"

/* The kernels that were named, for an engine that can choose: engine/engine.h. */
struct engine_kernels {
	int n;
	const char *const *names;
	const char *modules;
};

/* The engines that -e knows, in the order in which `auto` tries them: a line each. */
struct engine {
	const char *name, *about;

	int (*run)(const struct plan *plan, const struct engine_config *config,
		   const struct engine_sink *sink, struct err *err);
	/* Optional. What keeps it from running here: a negative errno and a sentence. */
	int (*available)(struct err *why);

	/* Optional. Gets what can be got (a kernel, over the network), and looks at what was named,
	 * before a run. -EINVAL: what was named will not do. */
	int (*prepare)(const struct engine_kernels *kernels, struct err *why);

	int (*hz)(void);   /* of the kernel that will run the trials: predictions need it */
	int (*jobs)(void); /* labs side by side unless -j says otherwise */
	bool watch_stalls; /* real time, where the machine itself may be late */
};

extern const struct engine engine_table[]; /* ends with a NULL name */

/* By name, or for "auto" the first that can run here; *passed then says why not the ones before it
 * ("" when it is the first). With @kernels it is also prepared. NULL and a sentence: -EINVAL in
 * *code for an unknown name or a kernel that will not do, else why the one that was named cannot
 * run. */
const struct engine *engines_find(const char *name, const struct engine_kernels *kernels,
				  struct err *passed, int *code, struct err *err);

/* 0, or why this engine cannot run here. @kernels: NULL, or what to prepare. */
int engines_check(const struct engine *engine, const struct engine_kernels *kernels,
		  struct err *why);

#endif
