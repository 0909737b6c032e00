/* SPDX-License-Identifier: MIT */
#ifndef REPORT_PAGE_WORDS_H
#define REPORT_PAGE_WORDS_H

#include <stdbool.h>

#include "record/emit.h"

/* Every text once, numbered in the order of its first use. Zero-initialised; an allocation that
 * failed is remembered. */
struct page_words {
	char **text;
	int n, size;
	int *slots; /* a hash table of number + 1; 0: free */
	int n_slots;
	bool failed;
};

/* The number of @text. */
int page_word(struct page_words *words, const char *text);

/* As the member "words" of the object that is open in @out. */
void page_words_put(const struct page_words *words, struct emit *out);

void page_words_free(struct page_words *words);

#endif
