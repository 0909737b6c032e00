/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_VIRTUAL_PACK_H
#define ENGINE_VIRTUAL_PACK_H

#include "engine/virtual/box.h"
#include "engine/virtual/virtual.h"

/* Puts a job into the box. -E2BIG when it does not fit, -EINVAL for a program that is not a static
 * x86-64 executable or a file name with a slash. To go on takes no program along. */
int pack_job(struct box_head *box, enum box_task task, const struct virtual_job *job,
	     struct err *err);

#endif
