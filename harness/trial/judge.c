/* SPDX-License-Identifier: MIT */
/*
 * From a lab's findings to its records. What cannot run there is skipped with the reason; what went
 * wrong spoils the whole lab, because all its connections share one fault: a fault that is not
 * proven makes them `invalid`, anything else `error`.
 *
 * Windows are computed anew with what was measured: the sysctls as read back, and the distance
 * from arming to the fault of each connection.
 */
#include <errno.h>

#include "trial/account.h"
#include "trial/trial.h"

void trial_fail(const struct plan_lab *lab, const char *why, struct record_trial *records)
{
	for (int i = 0; i < lab->n_trials; i++) {
		account_describe(lab, &lab->trials[i], &records[i]);
		account_spoil(&records[i], OUTCOME_ERROR, VERDICT_ERROR, why);
	}
}

static void judge(const struct plan_lab *lab, const struct findings *f,
		  const struct watch_conn *conn, const struct plan_trial *t,
		  struct record_trial *r)
{
	r->stall_ns = f->stall_ns;
	if (f->ret == 0)
		account_conclude(lab, f, conn, t, r);
	else if (f->ret == -EBADE)
		account_spoil(r, OUTCOME_INVALID, VERDICT_INVALID, f->err.text);
	else if (f->ret == -EOPNOTSUPP)
		account_spoil(r, OUTCOME_SKIPPED, VERDICT_SKIP, f->err.text);
	else
		account_spoil(r, OUTCOME_ERROR, VERDICT_ERROR, f->err.text);
}

void trial_judge(const struct plan_lab *lab, const struct findings *f,
		 struct record_trial *records)
{
	int conn = 0;

	for (int i = 0; i < lab->n_trials; i++) {
		const struct plan_trial *t = &lab->trials[i];
		struct record_trial *r = &records[i];
		struct err why;

		account_describe(lab, t, r);
		if (!trial_can_run(lab, i, &f->facts, f->longest_ns, &why))
			account_spoil(r, OUTCOME_SKIPPED, VERDICT_SKIP, why.text);
		else if (conn < f->n_conns)
			judge(lab, f, &f->conns[conn++], t, r);
		else
			account_spoil(r, OUTCOME_ERROR, VERDICT_ERROR, f->err.text);
	}
}
