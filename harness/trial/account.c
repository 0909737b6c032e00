/* SPDX-License-Identifier: MIT */
#include "trial/account.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "method/method.h"
#include "trial/claim.h"
#include "trial/forgotten.h"
#include "trial/verdict.h"

/* As much of @text as fits. */
static void copy_text(char *to, size_t size, const char *text)
{
	size_t n = strnlen(text, size - 1);

	memcpy(to, text, n);
	to[n] = '\0';
}

void account_describe(const struct plan_lab *lab, const struct plan_trial *t,
		      struct record_trial *r)
{
	const struct scenario *sc = lab->scenario;
	const struct scenario_fault *f = &sc->faults[lab->principal];

	*r = (struct record_trial){
		.index = t->index,
		.phase = t->phase,
		.phase_ns = t->phase_ns,
		.seed = t->seed,
		.armed_ns = RECORD_NULL,
		.fault_before_ns = RECORD_NULL,
		.fault_after_ns = RECORD_NULL,
		.detect_ns = RECORD_NULL,
		.horizon_ns = sc->horizon_ns,
		.outcome = OUTCOME_ERROR,
		.verdict = VERDICT_ERROR,
	};
	snprintf(r->id, sizeof(r->id), "%016" PRIx64, t->id);
	copy_text(r->scenario, sizeof(r->scenario), sc->name);
	copy_text(r->family, sizeof(r->family), sc->family);
	copy_text(r->method, sizeof(r->method), t->method->name);
	copy_text(r->options, sizeof(r->options), t->options);
	copy_text(r->observer, sizeof(r->observer), side_names[sc->observer]);
	copy_text(r->traffic, sizeof(r->traffic), traffic_names[sc->traffic]);
	r->size = situation_has_messages(sc->traffic) ? sc->message_size : 0;
	copy_text(r->wire, sizeof(r->wire), wire_names[sc->wire]);
	copy_text(r->fault, sizeof(r->fault), f->fault->name);
	for (int i = 0; f->fault->options[i].name; i++) {
		const struct opt *row = &f->fault->options[i];

		if (!strcmp(row->name, "place") || !strcmp(row->name, "target"))
			opt_format_value(row, f->opt.v[i], r->place, sizeof(r->place));
	}
	verdict_expect(r, &t->window);
}

void account_spoil(struct record_trial *r, enum outcome outcome, enum verdict verdict,
		   const char *why)
{
	r->outcome = outcome;
	r->verdict = verdict;
	r->detect_ns = RECORD_NULL;
	copy_text(r->why, sizeof(r->why), why);
}

static bool dies(const struct plan_lab *lab, const struct watch_conn *c)
{
	return effect_is_deadly(&lab->effect, lab->scenario->horizon_ns) && !c->spared;
}

/* Up to the detection; where nothing dies, for as long as the method watched. */
static const struct event *last_event(const struct watch_conn *c, bool deadly)
{
	if (deadly && alarms_stand(&c->alarms))
		return &c->last;
	return c->ended ? &c->end : &c->report;
}

static void cost(struct record_trial *r, const struct watch_conn *c, const struct event *last)
{
	const struct event_cost *e = &last->cost;

	r->packets_out = e->packets_out;
	r->packets_in = e->packets_in;
	r->bytes_out = e->bytes_out;
	r->bytes_in = e->bytes_in;
	r->wakeups = e->wakeups;
	r->messages = e->messages;
	r->watched_ns = last->at_ns - c->armed_ns;
	copy_text(r->tcp_state, sizeof(r->tcp_state), watch_state_name(e->state));
	r->retransmits = e->retransmits;
	r->probes = e->probes;
	r->backoff = e->backoff;
}

/* After a death, the alarm that stands; where nothing dies, the first. */
static void detection(const struct watch_conn *c, bool deadly, struct record_trial *r)
{
	const struct event *alarm = deadly ? &c->last : &c->first;

	if (deadly ? !alarms_stand(&c->alarms) : !c->alarms.n)
		return;
	r->detect_ns = alarm->at_ns - c->after_ns;
	r->err = alarm->err;
	copy_text(r->saw, sizeof(r->saw), alarm->text);
}

/* A fault that was there first is met at the beginning. */
static void meets(struct watch_conn *c)
{
	if (c->after_ns < c->armed_ns)
		c->before_ns = c->after_ns = c->armed_ns;
}

/*
 * A stall may put the fault on the other side of a look that was due just before or after it: the look
 * ran before the FIN arrived, and the next one is a period later; or it was due before the fault, and
 * ran after it. So where the machine was late, the verdict may rest on the window of any fault that is
 * no further away than that, the news of which are late by as much; what notices them may be so again.
 */
static bool passes_within_stall(const struct plan_lab *lab, const struct findings *f,
				const struct plan_trial *t, struct situation s, bool deadly,
				struct record_trial r)
{
	struct window window;

	if (!r.stall_ns || (s.traffic == TRAFFIC_CONNECTING && s.since_armed_hi_ns <= 0))
		return false;
	s.since_armed_lo_ns = s.since_armed_lo_ns > r.stall_ns ? s.since_armed_lo_ns - r.stall_ns : 0;
	s.since_armed_hi_ns += r.stall_ns;
	plan_window(lab, t, &s, &window);
	window.hi_ns += r.stall_ns;
	verdict_expect(&r, &window);
	verdict_decide(&r, deadly, f->kernel.hz, f->n_conns);
	return r.verdict == VERDICT_PASS;
}

void account_conclude(const struct plan_lab *lab, const struct findings *f,
		      const struct watch_conn *conn, const struct plan_trial *t,
		      struct record_trial *r)
{
	struct situation s = plan_situation(lab, &f->kernel, conn->before_ns - conn->armed_ns,
					    conn->after_ns - conn->stood_ns);
	struct watch_conn c = *conn;
	bool deadly = dies(lab, conn);
	struct window window;
	struct err err;

	meets(&c);
	r->armed_ns = c.armed_ns;
	r->fault_before_ns = c.before_ns;
	r->fault_after_ns = c.after_ns;
	if (lab->effect.forget_ns) {
		if (forgotten_proven(lab, f, &c, t, &s, &err) < 0) {
			account_spoil(r, OUTCOME_INVALID, VERDICT_INVALID, err.text);
			return;
		}
		r->horizon_ns = s.horizon_ns;
	}
	plan_window(lab, t, &s, &window);
	verdict_expect(r, &window);
	detection(&c, deadly, r);
	alarms_mistakes(&c.alarms, c.armed_ns, deadly ? c.before_ns : f->horizon_ns, r);
	cost(r, &c, last_event(&c, deadly));
	verdict_decide(r, deadly, f->kernel.hz, f->n_conns);
	if (r->verdict != VERDICT_PASS && passes_within_stall(lab, f, t, s, deadly, *r))
		r->verdict = VERDICT_PASS;
	claim_judge(&lab->scenario->claim, t->method, r);
}
