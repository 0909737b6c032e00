/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include "theory/memo.h"

struct pair {
	int question;
	double answer;
};

static struct pair kept[MEMO_KEPT];
static struct memo memo = MEMO_INIT(kept);
static int worked;

static void half(const void *question, void *answer)
{
	*(double *)answer = *(const int *)question / 2.0;
	worked++;
}

static void ask(int question)
{
	double answer = -1;

	memo_ask(&memo, &question, half, &answer);
	cr_assert_eq(answer, question / 2.0);
}

Test(memo, what_is_kept_takes_no_work)
{
	for (int round = 0; round < 3; round++) {
		for (int question = 0; question < MEMO_KEPT; question++)
			ask(question);
	}
	cr_assert_eq(worked, MEMO_KEPT);
}

Test(memo, the_oldest_answer_gives_way)
{
	for (int question = 0; question <= MEMO_KEPT; question++)
		ask(question);
	ask(1);
	ask(MEMO_KEPT);
	cr_assert_eq(worked, MEMO_KEPT + 1);
	ask(0);
	cr_assert_eq(worked, MEMO_KEPT + 2);
}

/* Room that was never filled holds zeros, and so does this question. */
Test(memo, a_question_of_zeros_is_worked_out_too)
{
	ask(0);
	cr_assert_eq(worked, 1);
}
