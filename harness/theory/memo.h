/* SPDX-License-Identifier: MIT */
#ifndef THEORY_MEMO_H
#define THEORY_MEMO_H

#include <pthread.h>
#include <stddef.h>

/*
 * The last answers to a question that takes long: all phases of a method, and most methods of a lab,
 * ask the same. Threads share them. A question is compared byte by byte: it is cleared as a whole
 * before it is filled in, for a difference in its gaps costs a second answer.
 */
enum { MEMO_KEPT = 8 };

struct memo {
	char *kept; /* MEMO_KEPT pairs */
	size_t pair, question, answer_at, answer;
	unsigned int n; /* questions answered so far */
	pthread_mutex_t lock;
};

/* Of an array of MEMO_KEPT structures with the members question and answer, in this order. */
#define MEMO_INIT(array)                                                        \
	{                                                                       \
		.kept = (char *)(array), .pair = sizeof((array)[0]),            \
		.question = sizeof((array)[0].question),                        \
		.answer_at = offsetof(__typeof__((array)[0]), answer),          \
		.answer = sizeof((array)[0].answer),                            \
		.lock = PTHREAD_MUTEX_INITIALIZER,                              \
	}

/* Copies what is kept, or what @work finds out now, to @answer. */
void memo_ask(struct memo *memo, const void *question, void (*work)(const void *question, void *answer),
	      void *answer);

#endif
