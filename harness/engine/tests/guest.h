/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_TESTS_GUEST_H
#define ENGINE_TESTS_GUEST_H

#include <stddef.h>
#include <stdint.h>

#include "engine/virtual/virtual.h"

/* The static program of engine/virtual/payload, from the working directory of the tests. */
#ifndef VIRTUAL_PAYLOAD
#define VIRTUAL_PAYLOAD "build/release/virtual-payload"
#endif

/* What a guest said; zeroed but for .hash = HASH_START. */
struct heard {
	uint64_t hash; /* of all lines of its output */
	int lines, notes;
	char last[2048], last_note[256];
	char part[2048]; /* of a line that has not ended */
	size_t n_part;
};

/* For a struct virtual_sink whose .arg is a struct heard. */
void hear(void *arg, const char *line, size_t len);
void hear_note(void *arg, const char *line, size_t len);

/* The kernel 6.1 of the cache, booted; skips the test where there is no QEMU or no such kernel. Of
 * one that is known already nothing is asked again. */
void need_kernel(struct virtual_kernel *kernel);

#endif
