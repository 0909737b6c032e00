/* SPDX-License-Identifier: MIT */
/*
 * From what becomes of an attempt (theory/attempt.c) to what a method notices of it.
 */
#include "base/clock.h"
#include "method/attempt.h"
#include "method/look.h"
#include "theory/steps.h"

/* Nothing is written on the connection, whether it stands or not. */
static void idle(const struct method *method, const struct opt_values *opt, const struct situation *s,
		 struct window *w)
{
	struct situation quiet = *s;

	quiet.traffic = TRAFFIC_IDLE;
	method->window(opt, &quiet, w);
}

/* A silence that the attempt outlived is over. */
static void stands(const struct method *method, const struct opt_values *opt, const struct situation *s,
		   struct window *w)
{
	struct situation open = *s;

	if (!s->since_armed_hi_ns && s->effect.kind == EFFECT_SILENCE && !s->effect.larger)
		open.effect = (struct effect){ .kind = EFFECT_NOTHING };
	idle(method, opt, &open, w);
}

/* The first look, unless the connection stands by then. */
static void by_state(const struct situation *s, const struct attempt *a, int64_t look_ns,
		     struct window *w)
{
	window_some(w, look_ns - s->since_armed_hi_ns, look_ns - s->since_armed_lo_ns,
		    "the first look finds a state that is not ESTABLISHED: SYN_SENT is none, nor is CLOSE "
		    "(RFC 9293 3.3.2)");
	if (a->kind == ATTEMPT_FAILS || a->lo_ns > w->hi_ns + LOOK_LATE_NS)
		steps_end(s->steps, w, "RFC 9293 3.3.2", "the first look finds it not ESTABLISHED");
	else
		window_none(w, "the first look comes about when the connection comes to stand");
}

static void fails(const struct situation *s, const struct attempt *a, const struct attempt_view *view,
		  struct window *w)
{
	window_some(w, a->lo_ns, a->hi_ns, "%s", a->why);
	steps_end(s->steps, w, a->source, a->last);
	if (view->look_ns && !a->by_call)
		look_window(s, view->look_ns, w);
}

void attempt_window(const struct method *method, const struct opt_values *opt,
		    const struct situation *s, struct window *w)
{
	struct attempt_view view = { 0 };
	struct attempt a;

	if (!method->connect) {
		window_none(w, "%s needs a connection that stands, and none does yet", method->name);
		return;
	}
	if (method->connect == attempt_unseen) {
		idle(method, opt, s, w);
		return;
	}
	if (method->attempt)
		method->attempt(opt, &view);
	attempt_end(s, &view.syn, &a);
	if (view.state && !(a.kind == ATTEMPT_FAILS && a.by_call) &&
	    (a.kind != ATTEMPT_STANDS ||
	     a.hi_ns + s->since_armed_hi_ns + LOOK_LATE_NS > view.look_ns))
		by_state(s, &a, view.look_ns, w);
	else if (a.kind == ATTEMPT_STANDS)
		stands(method, opt, s, w);
	else if (a.kind == ATTEMPT_UNSURE)
		window_none(w, "%s", a.why);
	else
		fails(s, &a, &view, w);
}

int64_t method_period_ns(const struct method *method, const struct opt_values *opt,
			 const struct situation *s)
{
	return s->traffic == TRAFFIC_CONNECTING ? NS_PER_S : method->period_ns(opt, s);
}
