/* SPDX-License-Identifier: MIT */
#include "theory/memo.h"

#include <string.h>

static char *pair_at(const struct memo *memo, unsigned int i)
{
	return memo->kept + i * memo->pair;
}

/* The oldest gives way. */
static char *learn(struct memo *memo, const void *question, void (*work)(const void *question, void *answer))
{
	char *pair = pair_at(memo, memo->n++ % MEMO_KEPT);

	memcpy(pair, question, memo->question);
	work(question, pair + memo->answer_at);
	return pair;
}

void memo_ask(struct memo *memo, const void *question, void (*work)(const void *question, void *answer),
	      void *answer)
{
	char *pair = NULL;

	pthread_mutex_lock(&memo->lock);
	for (unsigned int i = 0; !pair && i < memo->n && i < MEMO_KEPT; i++) {
		if (!memcmp(pair_at(memo, i), question, memo->question))
			pair = pair_at(memo, i);
	}
	if (!pair)
		pair = learn(memo, question, work);
	memcpy(answer, pair + memo->answer_at, memo->answer);
	pthread_mutex_unlock(&memo->lock);
}
