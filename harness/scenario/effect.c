/* SPDX-License-Identifier: MIT */
/*
 * A timeline to the one effect that predictions are made from.
 *
 * Faults are ranked by what they do: nothing, signals with handlers, an impaired path, the end. The
 * principal fault is the first of the highest rank, and the horizon and every prediction count from
 * it. What others add to it:
 *
 *   CONT to the target of a STOP                the STOP is undone: for_ns
 *   the same silence at the same instant, in    one silence in both directions
 *     the other direction
 *   an impairment before a deadly fault, and    the path it meets: impair, out, in
 *     still in force
 *
 * Two deadly faults that are neither of these are more than theory can answer: the connection's
 * fate then depends on which of them a method noticed first.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>

#include "scenario/scenario.h"
#include "theory/large.h"

enum rank { RANK_NOTHING, RANK_SIGNALS, RANK_IMPAIRED, RANK_DEADLY };

static enum rank rank_of(const struct effect *effect)
{
	switch (effect->kind) {
	case EFFECT_NOTHING:
		return RANK_NOTHING;
	case EFFECT_SIGNALS:
		return RANK_SIGNALS;
	case EFFECT_IMPAIRED:
		return RANK_IMPAIRED;
	default:
		return RANK_DEADLY;
	}
}

static struct effect effect_of(const struct scenario *s, const struct scenario_fault *f)
{
	struct effect effect = f->fault->effect(&f->opt);
	struct err refused;

	/* The parser has asked already whether the wire allows it. */
	if (f->fault->over)
		f->fault->over(&f->opt, s->wire, s->observer, &effect, &refused);
	effect.for_ns = f->for_ns;
	return effect;
}

/* A fault's value of an option, OPT_UNSET when it has no such option. */
static int64_t value_of(const struct scenario_fault *f, const char *name)
{
	for (int i = 0; f->fault->options[i].name; i++)
		if (!strcmp(f->fault->options[i].name, name))
			return f->opt.v[i];
	return OPT_UNSET;
}

/* CONT ends what a STOP to the same target began (signal(7)). */
static bool continues(const struct scenario_fault *stop, const struct scenario_fault *f)
{
	return f->fault == stop->fault && f->at_ns > stop->at_ns &&
	       value_of(f, "signal") == SIGCONT &&
	       value_of(f, "target") == value_of(stop, "target");
}

/* The two are one fault, written in two lines because a line has one direction. */
static bool joins(const struct scenario_fault *p, const struct effect *a,
		  const struct scenario_fault *f, const struct effect *b)
{
	if (p->at_ns != f->at_ns || p->for_ns != f->for_ns || a->kind != b->kind)
		return false;
	if (a->kind == EFFECT_SILENCE)
		return a->where == b->where && !(a->lose_out && b->lose_out) &&
		       !(a->lose_in && b->lose_in);
	return a->kind == EFFECT_IMPAIRED && !(a->out && b->out) && !(a->in && b->in) &&
	       !memcmp(&a->impair, &b->impair, sizeof(a->impair));
}

static void join(struct effect *a, const struct effect *b)
{
	a->lose_out |= b->lose_out;
	a->lose_in |= b->lose_in;
	a->out |= b->out;
	a->in |= b->in;
	a->peer_link_down |= b->peer_link_down;
	a->beyond &= b->beyond;
}

static bool in_force(const struct scenario_fault *f, int64_t at_ns)
{
	return f->at_ns <= at_ns && (!f->for_ns || f->at_ns + f->for_ns > at_ns);
}

/* Takes what fault @f adds to the principal's effect. */
static int take(const struct scenario *s, const struct scenario_fault *p,
		const struct scenario_fault *f, struct effect *effect, struct err *err)
{
	struct effect other = effect_of(s, f);
	enum rank rank = rank_of(effect), other_rank = rank_of(&other);

	if (continues(p, f) && rank == RANK_DEADLY) {
		int64_t span = f->at_ns - p->at_ns;

		if (!effect->for_ns || span < effect->for_ns)
			effect->for_ns = span;
		return 0;
	}
	if (other_rank < RANK_IMPAIRED)
		return 0;
	if (joins(p, effect, f, &other)) {
		join(effect, &other);
		return 0;
	}
	if (other_rank == rank)
		return err_set(
			err, EINVAL,
			"%s and %s both %s the connection, and theory answers for one of them; "
			"write two scenarios, or an expect",
			p->fault->name, f->fault->name, rank == RANK_DEADLY ? "end" : "impair");
	if (in_force(f, p->at_ns)) {
		effect->impair = other.impair;
		effect->out = other.out;
		effect->in = other.in;
	}
	return 0;
}

int scenario_effect(const struct scenario *s, struct effect *effect, int *principal,
		    struct err *err)
{
	const struct situation connection = {.observer = s->observer,
					     .traffic = s->traffic,
					     .size = s->message_size,
					     .ipv6 = s->ip == AF_INET6};
	enum rank best = RANK_NOTHING;
	int ret = 0;

	*principal = 0;
	for (int i = 0; i < s->n_faults; i++) {
		struct effect one = effect_of(s, &s->faults[i]);

		if (rank_of(&one) > best) {
			best = rank_of(&one);
			*principal = i;
		}
	}
	*effect = effect_of(s, &s->faults[*principal]);
	for (int i = 0; i < s->n_faults && !ret; i++)
		if (i != *principal)
			ret = take(s, &s->faults[*principal], &s->faults[i], effect, err);
	return ret ? ret : large_reduce(effect, &connection, err);
}

/* How long after it is over nothing of a fault is left. Nothing was lost, so that TCP has nothing to
 * repair: what was late arrives, and is acknowledged (TCP_DELACK_MAX, include/net/tcp.h). */
static int64_t settled_ns(const struct effect *e)
{
	return 500000000 + 2 * (e->impair.delay_ns + e->impair.jitter_ns);
}

struct effect scenario_one_effect(const struct scenario *s, int i)
{
	return effect_of(s, &s->faults[i]);
}

bool scenario_repeats(const struct scenario *s)
{
	for (int i = 0; i < s->n_faults; i++) {
		const struct scenario_fault *f = &s->faults[i];
		struct effect e = effect_of(s, f);
		bool lossless = !e.impair.loss_ppm && !e.impair.corrupt_ppm;

		if (f->fault != s->faults[0].fault || !f->for_ns)
			return false;
		if (e.kind != EFFECT_FROZEN && !(e.kind == EFFECT_IMPAIRED && lossless))
			return false;
		if (i + 1 < s->n_faults && f->at_ns + f->for_ns + settled_ns(&e) > f[1].at_ns)
			return false;
	}
	return s->n_faults > 1 && !s->has_link;
}
