/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_VIRTUAL_PACK_H
#define ENGINE_VIRTUAL_PACK_H

#include "engine/virtual/box.h"
#include "engine/virtual/virtual.h"

/* Puts a job into the box. -E2BIG when it does not fit, -EINVAL for a program that is not a static
 * x86-64 executable or a file name with a slash. */
int pack_job(struct box_head *box, const struct virtual_job *job, struct err *err);

#endif
