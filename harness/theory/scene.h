/* SPDX-License-Identifier: MIT */
#ifndef THEORY_SCENE_H
#define THEORY_SCENE_H

#include "theory/situation.h"

/* Tells s->steps what every method of a situation shares: the connection, its traffic before the
 * fault, what the fault does to it, when that is undone, and how long the scenario watches. */
void scene_steps(const struct situation *s);

#endif
