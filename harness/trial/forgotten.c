/* SPDX-License-Identifier: MIT */
#include "trial/forgotten.h"

#include <errno.h>

#include "method/forgets.h"
#include "trial/verdict.h"

int forgotten_proven(const struct plan_lab *lab, const struct findings *f,
		     const struct watch_conn *c, const struct plan_trial *t, struct situation *s,
		     struct err *err)
{
	int64_t from = c->before_ns - f->after_ns, to = c->after_ns - f->before_ns;
	int64_t slack = VERDICT_SLACK_NS + f->n_conns * VERDICT_SLACK_PER_CONN_NS + f->stall_ns;
	struct situation begun = plan_situation(lab, &f->kernel, f->before_ns - c->armed_ns,
						f->after_ns - c->stood_ns);
	struct expiry e;

	if (c->spared)
		s->effect = (struct effect){ .kind = EFFECT_NOTHING };
	s->effect.forget_ns = 0;
	s->horizon_ns = f->horizon_ns - c->after_ns;
	if (lab->no_theory[0])
		return 0;
	forgets_of(t->method, &t->opt, &begun, &e);
	if (c->spared)
		to = from - 1;
	if (expiry_agrees(&e, from, to, begun.horizon_ns, slack))
		return 0;
	if (c->spared)
		return err_set(err, EBADE, "expected the router to forget the connection %.3f s to %.3f s after "
			       "it began to, and it still knows it", (double)e.at[0].lo / 1e9,
			       (double)e.at[0].hi / 1e9);
	return err_set(err, EBADE, "expected the router to %s the connection%s, and it forgot it after %.3f s",
		       e.n ? "forget" : "keep", e.n ? " at another time" : "", (double)to / 1e9);
}
