/* SPDX-License-Identifier: MIT */
#ifndef CLI_SHARD_H
#define CLI_SHARD_H

#include "netns/err.h"

/*
 * Which share of a plan this process runs: "3/8" is the third of eight. "auto" takes both numbers
 * from the environment of the array or service that started it, "auto/8" only the first.
 * @get is getenv(3), or a test's. -EINVAL and a sentence.
 */
struct shard {
	int i, n; /* 1..n */
};

int shard_parse(const char *text, char *(*get)(const char *name), struct shard *shard,
		struct err *err);

#endif
