/* SPDX-License-Identifier: MIT */
#ifndef BASE_SHOWN_H
#define BASE_SHOWN_H

/* What a user wrote, fit to stand in one line of a sentence: control characters become '?', and a
 * long text is cut, between characters, and ends in "...". Returns @buf. */
enum { SHOWN_MAX = 48, SHOWN_SIZE = SHOWN_MAX + 4 };

const char *shown(const char *text, char buf[SHOWN_SIZE]);

#endif
