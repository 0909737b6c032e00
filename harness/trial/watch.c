/* SPDX-License-Identifier: MIT */
/*
 * One loop over one clock: wait for the next event of either program until the next entry of the
 * timeline is due, do that entry, go on. An entry is due to be injected, repeated or undone; the
 * last one is the horizon, counted from the principal fault. The loop ends early once nothing is left
 * on the timeline and no connection can change its verdict any more.
 *
 * In traffic `connecting` the faults at 0 come before everything else: they are proven to be in force, and
 * then the observer is told to connect, at a time zero of its own. From there on the timeline counts, and
 * the horizon; nobody waits for connections to be armed, for that is when their attempts begin.
 *
 * A fault counts only when it is proven. Faults that the peer carries out on each connection
 * (close, shutdown, reset) are proven by one EVENT_FAULT from every connection.
 */
#include "trial/watch.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include "base/clock.h"

#define ARM_GRACE_NS   (5 * NS_PER_S)
/* Where the link loses packets: six attempts, at 0, 1, 3, 7, 15 and 31 s (tcp(7): tcp_syn_retries). */
#define ARM_LOSSY_NS   (40 * NS_PER_S)
#define PROOF_GRACE_NS (5 * NS_PER_S)
#define NOT_DUE        INT64_MAX
/* The attempts begin this much after a multiple of BEGIN_STEP_NS from the lab's time zero, so that in
 * virtual time it does not matter how long a proof takes. */
#define BEGIN_MARGIN_NS (10 * NS_PER_MS)
#define BEGIN_STEP_NS	(100 * NS_PER_MS)

struct step {
	int64_t inject_ns, undo_ns; /* absolute, or NOT_DUE */
	int64_t planned_ns;         /* when it was to be injected first */
};

static int arm(struct watch_state *w, struct err *err)
{
	bool lossy = w->lab->config.has_link && w->lab->config.link.loss_ppm;
	int64_t deadline_ns = w->base_ns + (lossy ? ARM_LOSSY_NS : ARM_GRACE_NS);
	int armed = 0, ret = lab_command(&w->lab->observer, COMMAND_GO, w->zero_ns, err);

	if (ret < 0)
		return ret;
	while (armed < w->n_conns) {
		struct event ev;

		ret = watch_next(w, deadline_ns, &ev, err);
		if (ret < 0)
			return ret;
		if (ret == 0)
			return err_set(err, ETIMEDOUT, "%d of %d connections were not armed in time",
				       w->n_conns - armed, w->n_conns);
		armed += ev.kind == EVENT_ARMED && w->conns[ev.conn].armed_ns == ev.at_ns;
	}
	return 0;
}

static int wait_done(struct watch_state *w, const struct fault_act *act, struct err *err)
{
	int64_t deadline_ns = clock_now_ns() + PROOF_GRACE_NS;
	struct event ev = { .kind = EVENT_READY };

	while (ev.kind != EVENT_DONE) {
		int ret = watch_next(w, deadline_ns, &ev, err);

		if (ret < 0)
			return ret;
		if (ret == 0)
			return err_set(err, EBADE, "%s: the peer did not finish within %d s",
				       act->fault->name, (int)(PROOF_GRACE_NS / NS_PER_S));
	}
	return 0;
}

/* The peer says EVENT_FAULT for each connection, then EVENT_DONE. */
static int wait_per_connection(struct watch_state *w, const struct fault_act *act, bool principal,
			       struct err *err)
{
	int ret;

	w->stamping = principal;
	ret = wait_done(w, act, err);
	w->stamping = false;
	for (int i = 0; ret == 0 && principal && i < w->n_conns; i++) {
		struct watch_conn *c = &w->conns[i];

		/* A connection found dead before the fault has nothing left to be closed. */
		if (!c->after_ns && !alarms_stand(&c->alarms))
			return err_set(err, EBADE, "%s: the peer did not do it to connection %d",
				       act->fault->name, i);
		if (!c->after_ns) {
			c->before_ns = act->before_ns;
			c->after_ns = act->after_ns;
		}
	}
	return ret;
}

static void stamp_all(struct watch_state *w, const struct fault_act *act)
{
	for (int i = 0; i < w->n_conns; i++) {
		w->conns[i].before_ns = act->before_ns;
		w->conns[i].after_ns = act->after_ns;
	}
}

/* Where each connection dies in its own time: from then on its times count from there. */
static void stamp_flows(struct watch_state *w, const struct fault_act *act)
{
	for (int i = 0; i < act->n_flows; i++) {
		struct watch_conn *c = &w->conns[i];

		if (!act->flows[i].hit)
			continue;
		c->before_ns = act->flows[i].before_ns;
		c->after_ns = act->flows[i].after_ns;
		c->spared = false;
	}
}

static int inject(struct watch_state *w, int i, struct step *step, struct err *err)
{
	struct fault_act *act = &w->acts[i];
	const struct scenario_fault *f = &w->plan->scenario->faults[i];
	bool first = act->before_ns == 0;
	int64_t first_before_ns = act->before_ns, first_after_ns = act->after_ns, again_ns;
	int ret;

	act->planned_ns = step->planned_ns;
	lab_go_first(true);
	ret = f->fault->inject(w->lab, act, err);
	lab_go_first(false);
	if (ret < 0)
		return err_prefix(err, -EBADE, "%s could not be injected", f->fault->name);
	if (first && i == w->plan->principal) {
		w->horizon_ns = act->after_ns + w->plan->scenario->horizon_ns;
		if (!act->per_connection)
			stamp_all(w, act);
	}
	if (!first) {
		act->before_ns = first_before_ns;
		act->after_ns = first_after_ns;
	}
	if (i == w->plan->principal)
		stamp_flows(w, act);
	again_ns = f->fault->again_ns ? f->fault->again_ns(act) : 0;
	step->inject_ns = again_ns ? step->planned_ns + again_ns : NOT_DUE;
	if (!first)
		return 0;
	if (f->for_ns)
		step->undo_ns = act->after_ns + f->for_ns;
	ret = f->fault->prove(w->lab, act, clock_now_ns() + PROOF_GRACE_NS, err);
	if (ret < 0)
		return err_prefix(err, -EBADE, "%s was not proven to take effect", f->fault->name);
	return act->per_connection ? wait_per_connection(w, act, i == w->plan->principal, err) : 0;
}

static int undo(struct watch_state *w, int i, struct step *step, struct err *err)
{
	const struct fault *fault = w->acts[i].fault;
	int ret;

	lab_go_first(true);
	ret = fault->undo(w->lab, &w->acts[i], err);
	lab_go_first(false);
	step->undo_ns = NOT_DUE;
	return ret < 0 ? err_prefix(err, ret, "%s could not be undone", fault->name) : 0;
}

/* A death that everybody has noticed is all there is to see; alarms that are mistakes may be taken
 * back up to the horizon. */
static bool nothing_left(const struct watch_state *w)
{
	for (int i = 0; i < w->n_conns; i++) {
		const struct watch_conn *c = &w->conns[i];

		if (w->deadly ? !alarms_stand(&c->alarms) : !c->ended)
			return false;
	}
	return true;
}

/* Those at 0 when the attempts have not begun yet: @before; or all others. */
static void lay_out(const struct watch_state *w, bool before, struct step *steps)
{
	const struct scenario *sc = w->plan->scenario;

	for (int i = 0; i < sc->n_faults; i++) {
		int64_t at_ns = sc->faults[i].at_ns;

		if (!w->acts[i].before_ns && (!before || !at_ns))
			steps[i] = (struct step){ w->base_ns + at_ns, NOT_DUE, w->base_ns + at_ns };
		else if (!w->acts[i].before_ns)
			steps[i] = (struct step){ NOT_DUE, NOT_DUE, NOT_DUE };
	}
}

/* Traffic `connecting`: what stands before the first SYN leaves, and then the word to connect. */
static int prelude(struct watch_state *w, struct step *steps, struct err *err)
{
	const struct scenario *sc = w->plan->scenario;
	int64_t begin_ns;
	struct event ev;
	int ret;

	w->base_ns = w->zero_ns;
	lay_out(w, true, steps);
	do
		ret = watch_next(w, w->zero_ns, &ev, err);
	while (ret > 0);
	for (int i = 0; ret == 0 && i < sc->n_faults; i++) {
		if (!sc->faults[i].at_ns)
			ret = inject(w, i, &steps[i], err);
	}
	if (ret < 0)
		return ret;
	begin_ns = clock_now_ns() + BEGIN_MARGIN_NS - w->zero_ns;
	begin_ns = w->zero_ns + (begin_ns / BEGIN_STEP_NS + 1) * BEGIN_STEP_NS;
	w->base_ns = begin_ns + w->plan->span_ns;
	if (w->horizon_ns)
		w->horizon_ns = w->base_ns + sc->horizon_ns;
	return lab_command(&w->lab->observer, COMMAND_GO, begin_ns, err);
}

static int all_armed(const struct watch_state *w, struct err *err)
{
	for (int i = 0; i < w->n_conns; i++) {
		if (!w->conns[i].armed_ns)
			return err_set(err, ETIMEDOUT, "connection %d was not begun in time", i);
	}
	return 0;
}

static int timeline(struct watch_state *w, struct step *steps, struct err *err)
{
	const struct scenario *sc = w->plan->scenario;

	lay_out(w, false, steps);
	for (;;) {
		int64_t due_ns = NOT_DUE;
		bool undoing = false;
		struct event ev;
		int which = -1, ret;

		for (int i = 0; i < sc->n_faults; i++) {
			if (steps[i].inject_ns < due_ns) {
				due_ns = steps[i].inject_ns;
				which = i;
				undoing = false;
			}
			if (steps[i].undo_ns < due_ns) {
				due_ns = steps[i].undo_ns;
				which = i;
				undoing = true;
			}
		}
		if (w->horizon_ns && (which < 0 || w->horizon_ns <= due_ns)) {
			if (nothing_left(w))
				return 0;
			due_ns = w->horizon_ns;
			which = -1;
		}
		ret = watch_next(w, due_ns, &ev, err);
		if (ret < 0)
			return ret;
		if (ret > 0)
			continue;
		if (which < 0)
			return 0;
		ret = undoing ? undo(w, which, &steps[which], err)
			      : inject(w, which, &steps[which], err);
		if (ret < 0)
			return ret;
	}
}

/* An observer stopped by the timeline must run to report; what it then says is past the horizon. */
static int reports(struct watch_state *w, struct err *err)
{
	int64_t deadline_ns = clock_now_ns() + PROOF_GRACE_NS;
	struct event ev = { .kind = EVENT_READY };
	int ret;

	if (w->lab->observer.stopped)
		kill(w->lab->observer.pid, SIGCONT);
	ret = lab_command(&w->lab->observer, COMMAND_REPORT, 0, err);
	while (ret >= 0 && ev.kind != EVENT_DONE) {
		ret = watch_next(w, deadline_ns, &ev, err);
		if (ret == 0)
			return err_set(err, ETIMEDOUT, "the observer did not report in time");
	}
	return ret < 0 ? ret : 0;
}

/* The principal fault, where the router forgets whom it does not hear, has one for each. */
static int give_flows(struct watch_state *w, struct err *err)
{
	struct fault_act *act = &w->acts[w->plan->principal];

	if (!w->plan->effect.forget_ns)
		return 0;
	act->flows = calloc((size_t)w->n_conns, sizeof(*act->flows));
	if (!act->flows)
		return err_sys(err, ENOMEM, "the fates of %d connections", w->n_conns);
	act->n_flows = w->n_conns;
	for (int i = 0; i < w->n_conns; i++)
		w->conns[i].spared = true;
	return 0;
}

static void free_acts(struct watch_state *w)
{
	free(w->acts[w->plan->principal].flows);
	w->acts[w->plan->principal].flows = NULL;
	for (int i = 0; i < w->plan->scenario->n_faults; i++) {
		free(w->acts[i].known);
		w->acts[i].known = NULL;
	}
}

int watch_run(struct watch_state *w, struct err *err)
{
	const struct scenario *sc = w->plan->scenario;
	struct step steps[SCENARIO_FAULTS] = { 0 };
	int ret;

	for (int i = 0; i < sc->n_faults; i++) {
		w->acts[i] = (struct fault_act){
			.fault = sc->faults[i].fault,
			.opt = sc->faults[i].opt,
			.seed = w->plan->seed + (uint64_t)i,
		};
	}
	ret = give_flows(w, err);
	if (ret == 0)
		ret = lab_command(&w->lab->peer, COMMAND_GO, w->zero_ns, err);
	if (ret == 0 && sc->traffic == TRAFFIC_CONNECTING)
		ret = prelude(w, steps, err);
	else if (ret == 0)
		ret = arm(w, err);
	if (ret == 0)
		ret = timeline(w, steps, err);
	if (ret == 0)
		ret = all_armed(w, err);
	if (ret == 0)
		ret = reports(w, err);
	free_acts(w);
	return ret;
}
