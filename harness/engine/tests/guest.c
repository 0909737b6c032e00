/* SPDX-License-Identifier: MIT */
#include "engine/tests/guest.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/virtual/hash.h"

static void end_line(struct heard *heard)
{
	heard->part[heard->n_part] = '\0';
	heard->hash = hash_bytes(heard->hash, heard->part, heard->n_part);
	heard->lines++;
	memcpy(heard->last, heard->part, heard->n_part + 1);
	heard->n_part = 0;
}

void hear(void *arg, const char *bytes, size_t len)
{
	struct heard *heard = arg;

	for (size_t i = 0; i < len; i++) {
		if (bytes[i] == '\n')
			end_line(heard);
		else if (heard->n_part < sizeof(heard->part) - 1)
			heard->part[heard->n_part++] = bytes[i];
	}
}

void hear_note(void *arg, const char *line, size_t len)
{
	struct heard *heard = arg;

	(void)len;
	heard->notes++;
	snprintf(heard->last_note, sizeof(heard->last_note), "%s", line);
}

void need_kernel(struct virtual_kernel *kernel)
{
	struct virtual_kernel *list = NULL;
	struct err err = { "" };
	size_t n = 0;

	if (kernel->snapshot[0])
		return;
	if (virtual_available(&err))
		cr_skip_test("%s", err.text);
	if (access(VIRTUAL_PAYLOAD, X_OK))
		cr_skip_test("%s is not built", VIRTUAL_PAYLOAD);
	cr_assert_eq(virtual_kernels_list(&list, &n, &err), 0, "%s", err.text);
	for (size_t i = 0; i < n && !kernel->image[0]; i++)
		if (!strncmp(list[i].release, "6.1.", 4))
			*kernel = list[i];
	free(list);
	if (!kernel->image[0])
		cr_skip_test("no kernel 6.1 in the cache");
	cr_assert_eq(virtual_snapshot(kernel, &err), 0, "%s", err.text);
}
