/* SPDX-License-Identifier: MIT */
#ifndef BASE_UNDO_H
#define BASE_UNDO_H

/*
 * Undo as you go: each act that changes the world pushes its undo at once. unwind() runs them
 * last in, first out, and takes a half-built lab. Undo actions must not fail loudly: the kernel
 * removes what they miss, because namespaces have no name and programs die with their parent.
 */

enum { UNDO_MAX = 64 };

struct undo {
	int depth;
	struct {
		void (*act)(void *arg);
		void *arg;
	} entry[UNDO_MAX];
};

/* Aborts when full: the depth of a lab is fixed at compile time. */
void undo_push(struct undo *undo, void (*act)(void *arg), void *arg);

/* Runs and forgets everything above @mark (0: everything). */
void undo_unwind(struct undo *undo, int mark);

#endif
