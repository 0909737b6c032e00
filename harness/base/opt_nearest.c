/* SPDX-License-Identifier: MIT */
/*
 * "Did you mean": the word of a list with the least edit distance, if it is near at all. Near is a
 * distance of at most one third of what was written, plus one.
 */
#include "base/opt.h"

#include <ctype.h>
#include <string.h>

enum { WORD_LEN_MAX = 48 };

static int least3(int a, int b, int c)
{
	int m = a < b ? a : b;

	return m < c ? m : c;
}

/* Damerau-Levenshtein, restricted: insert, delete, replace, swap neighbours; case is ignored. */
static int edit_distance(const char *a, const char *b)
{
	int rows[3][WORD_LEN_MAX + 1];
	int la = (int)strlen(a), lb = (int)strlen(b);
	int *before = rows[0], *last = rows[1], *now = rows[2];

	for (int j = 0; j <= lb; j++)
		before[j] = last[j] = j;
	for (int i = 1; i <= la; i++) {
		now[0] = i;
		for (int j = 1; j <= lb; j++) {
			int x = tolower((unsigned char)a[i - 1]),
			    y = tolower((unsigned char)b[j - 1]);

			now[j] = least3(last[j] + 1, now[j - 1] + 1, last[j - 1] + (x != y));
			if (i > 1 && j > 1 && x == tolower((unsigned char)b[j - 2]) &&
			    y == tolower((unsigned char)a[i - 2]) && before[j - 2] + 1 < now[j])
				now[j] = before[j - 2] + 1;
		}
		int *spare = before;

		before = last;
		last = now;
		now = spare;
	}
	return last[lb];
}

const char *opt_nearest(const char *text, const char *const *words)
{
	size_t len = strlen(text);
	int best = 1 + (int)(len / 3);
	const char *near = NULL;

	if (len == 0 || len > WORD_LEN_MAX)
		return NULL;
	for (; *words; words++) {
		size_t word_len = strlen(*words);

		if (word_len > WORD_LEN_MAX)
			continue;

		int d = edit_distance(text, *words);

		/* A distance that replaces every letter is no likeness. */
		if (d < (int)word_len && (d < best || (d == best && !near))) {
			best = d;
			near = *words;
		}
	}
	return near;
}
