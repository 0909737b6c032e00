/* SPDX-License-Identifier: MIT */
#include "base/undo.h"

#include <stdlib.h>

void undo_push(struct undo *undo, void (*act)(void *arg), void *arg)
{
	if (undo->depth == UNDO_MAX)
		abort();
	undo->entry[undo->depth].act = act;
	undo->entry[undo->depth].arg = arg;
	undo->depth++;
}

void undo_unwind(struct undo *undo, int mark)
{
	while (undo->depth > mark) {
		undo->depth--;
		undo->entry[undo->depth].act(undo->entry[undo->depth].arg);
	}
}
