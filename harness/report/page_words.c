/* SPDX-License-Identifier: MIT */
#include "report/page_words.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

enum { SLOTS_MIN = 1024 };

/* Where @text stands or would stand; at most half of the slots are taken. */
static int *slot_of(const struct page_words *words, const char *text)
{
	unsigned int at = (unsigned int)hash_text(HASH_START, text);

	for (;; at++) {
		int *slot = &words->slots[at & ((unsigned int)words->n_slots - 1)];

		if (*slot == 0 || strcmp(words->text[*slot - 1], text) == 0)
			return slot;
	}
}

static bool grow(struct page_words *words)
{
	int n_slots = words->n_slots ? 2 * words->n_slots : SLOTS_MIN;
	int *slots = calloc((size_t)n_slots, sizeof(*slots));
	char **text = reallocarray(words->text, (size_t)n_slots / 2, sizeof(*text));

	if (text)
		words->text = text;
	if (!slots || !text) {
		free(slots);
		return false;
	}
	free(words->slots);
	words->slots = slots;
	words->n_slots = n_slots;
	words->size = n_slots / 2;
	for (int i = 0; i < words->n; i++)
		*slot_of(words, words->text[i]) = i + 1;
	return true;
}

int page_word(struct page_words *words, const char *text)
{
	char *copy;
	int *slot;

	if (!words->failed && words->n == words->size)
		words->failed = !grow(words);
	if (words->failed)
		return 0;
	slot = slot_of(words, text);
	if (*slot)
		return *slot - 1;
	copy = strdup(text);
	if (!copy) {
		words->failed = true;
		return 0;
	}
	words->text[words->n] = copy;
	*slot = ++words->n;
	return words->n - 1;
}

void page_words_put(const struct page_words *words, struct emit *out)
{
	emit_key(out, "words");
	emit_array(out);
	for (int i = 0; i < words->n; i++)
		emit_string(out, words->text[i]);
	emit_array_end(out);
}

void page_words_free(struct page_words *words)
{
	for (int i = 0; i < words->n; i++)
		free(words->text[i]);
	free(words->text);
	free(words->slots);
	*words = (struct page_words){ 0 };
}
