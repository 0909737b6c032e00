/* SPDX-License-Identifier: MIT */
/*
 * A signal reaches one of the programs. What it does depends on the signal alone:
 *
 *   stops      STOP TSTP TTIN TTOU         the application freezes, its kernel goes on answering
 *   continues  CONT                        a stopped one goes on
 *   handled    HUP USR1 USR2 ALRM VTALRM PROF IO URG WINCH CHLD PWR STKFLT and real-time signals:
 *              both programs install a handler that only counts, without SA_RESTART, so that every
 *              method's system call returns EINTR. Sent to each thread, once or as a storm.
 *   ends       the others: the process is gone, as by kill
 *
 * Stop, continue and end are proven by waitid(2); handled ones by /proc, see threads.h.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "fault/fault.h"
#include "fault/proof.h"
#include "fault/threads.h"

enum { SIGNAL_SIGNAL, SIGNAL_TARGET, SIGNAL_EVERY, SIGNAL_COUNT };
#define UNDO_WAIT_NS (5 * NS_PER_S)

static const struct opt signal_options[] = {
	[SIGNAL_SIGNAL] = {"signal", OPT_SIGNAL, NULL, 1, 64, NULL, "which: STOP, CONT, TERM, USR1, …"},
	[SIGNAL_TARGET] = {"target", OPT_WORD, "peer", 0, 1, target_words, "which program"},
	[SIGNAL_EVERY] = {"every", OPT_DURATION, NULL, NS_PER_MS, 0, NULL,
			  "sent again after this long; needs count"},
	[SIGNAL_COUNT] = {"count", OPT_COUNT, "1", 1, 1000000, NULL, "how often it is sent"},
	{.name = NULL},
};

enum conduct { CONDUCT_STOP, CONDUCT_CONT, CONDUCT_HANDLED, CONDUCT_END, CONDUCT_NONE };

static enum conduct conduct_of(int64_t sig)
{
	if (sig >= SIGRTMIN && sig <= SIGRTMAX)
		return CONDUCT_HANDLED;
	switch (sig) {
	case SIGSTOP: case SIGTSTP: case SIGTTIN: case SIGTTOU:
		return CONDUCT_STOP;
	case SIGCONT:
		return CONDUCT_CONT;
	case SIGHUP: case SIGUSR1: case SIGUSR2: case SIGALRM: case SIGVTALRM: case SIGPROF:
	case SIGIO: case SIGURG: case SIGWINCH: case SIGCHLD: case SIGPWR: case SIGSTKFLT:
		return CONDUCT_HANDLED;
	case SIGPIPE:
		return CONDUCT_NONE;
	default:
		return sig >= 1 && sig <= SIGSYS ? CONDUCT_END : CONDUCT_NONE;
	}
}

static int check_target(const struct opt_values *opt, enum conduct conduct, struct err *err)
{
	bool observer = opt->v[SIGNAL_TARGET] == TARGET_OBSERVER;

	if (conduct == CONDUCT_NONE)
		return err_set(err, EINVAL,
			       "signal %d has no effect on the programs: they ignore SIGPIPE, and the C "
			       "library keeps 32 and 33 to itself; use another",
			       (int)opt->v[SIGNAL_SIGNAL]);
	if (conduct == CONDUCT_END && observer)
		return err_set(err, EINVAL,
			       "SIG%s would end the observer, which then observes nothing; use target: "
			       "peer", sigabbrev_np((int)opt->v[SIGNAL_SIGNAL]));
	return 0;
}

static int signal_check(const struct opt_values *opt, enum side observer, enum traffic traffic,
			struct err *err)
{
	bool storm = opt->v[SIGNAL_COUNT] > 1;
	enum conduct conduct;
	int ret;

	(void)observer;
	(void)traffic;
	if (opt->v[SIGNAL_SIGNAL] == OPT_UNSET)
		return err_set(err, EINVAL, "which signal is missing; write signal: STOP");
	conduct = conduct_of(opt->v[SIGNAL_SIGNAL]);
	ret = check_target(opt, conduct, err);
	if (ret)
		return ret;
	if (storm && conduct != CONDUCT_HANDLED)
		return err_set(err, EINVAL,
			       "SIG%s takes effect once only; remove count and every",
			       sigabbrev_np((int)opt->v[SIGNAL_SIGNAL]));
	if (storm != (opt->v[SIGNAL_EVERY] != OPT_UNSET))
		return err_set(err, EINVAL, "every and count go together: count: 20, every: 50ms");
	return 0;
}

static struct effect signal_effect(const struct opt_values *opt)
{
	bool observer = opt->v[SIGNAL_TARGET] == TARGET_OBSERVER;

	switch (conduct_of(opt->v[SIGNAL_SIGNAL])) {
	case CONDUCT_STOP:
		return (struct effect){.kind = observer ? EFFECT_OBSERVER_FROZEN : EFFECT_FROZEN};
	case CONDUCT_HANDLED:
		return (struct effect){.kind = observer ? EFFECT_SIGNALS : EFFECT_NOTHING};
	case CONDUCT_END:
		return (struct effect){.kind = EFFECT_GONE};
	default:
		return (struct effect){.kind = EFFECT_NOTHING};
	}
}

static struct program *target_of(struct lab *lab, const struct fault_act *act)
{
	return act->opt.v[SIGNAL_TARGET] == TARGET_OBSERVER ? &lab->observer : &lab->peer;
}

/* act->counter: CONT: the program was stopped before; a handled signal: threads it was sent to. */
static int signal_inject(struct lab *lab, struct fault_act *act, struct err *err)
{
	struct program *program = target_of(lab, act);
	int sig = (int)act->opt.v[SIGNAL_SIGNAL], threads = program->stopped, ret;
	struct threads_known *known = act->known;
	enum conduct conduct = conduct_of(sig);
	int64_t before_ns;

	program->killed |= conduct == CONDUCT_END;
	before_ns = clock_now_ns();
	if (conduct == CONDUCT_HANDLED)
		ret = threads_signal(program, sig, &known, &threads, err);
	else
		ret = target_signal(program, sig, err);
	if (!act->count) {
		act->before_ns = before_ns;
		act->after_ns = clock_now_ns();
	}
	act->known = known;
	act->counter = (uint64_t)threads;
	act->count++;
	return ret;
}

static int prove_stop(struct program *program, int sig, int64_t deadline_ns, struct err *err)
{
	int ret = lab_wait_program(program, WSTOPPED, deadline_ns, err);

	if (!ret && program->status != sig) {
		char how[64];

		ret = err_set(err, ENODATA, "expected %s to be stopped by SIG%s, and it %s",
			      program->name, sigabbrev_np(sig),
			      lab_program_end(program, how, sizeof(how)));
	}
	return ret;
}

static int prove_handled(struct program *program, const struct fault_act *act, int64_t deadline_ns,
			 struct err *err)
{
	if (!act->counter)
		return err_set(err, ENODATA,
			       "expected a thread of %s to be sent a signal, and none was: each "
			       "blocks it, has no handler for it, or has ended", program->name);
	return threads_took(program, (int)act->opt.v[SIGNAL_SIGNAL], deadline_ns, err);
}

static int signal_prove(struct lab *lab, struct fault_act *act, int64_t deadline_ns,
			struct err *err)
{
	struct program *program = target_of(lab, act);
	int sig = (int)act->opt.v[SIGNAL_SIGNAL];

	switch (conduct_of(sig)) {
	case CONDUCT_STOP:
		return prove_stop(program, sig, deadline_ns, err);
	case CONDUCT_CONT:
		if (!act->counter)
			return err_set(err, ENODATA,
				       "expected SIGCONT to reach a stopped program, and %s ran",
				       program->name);
		return lab_wait_program(program, WCONTINUED, deadline_ns, err);
	case CONDUCT_HANDLED:
		return prove_handled(program, act, deadline_ns, err);
	default:
		return proof_ended(program, sig, deadline_ns, err);
	}
}

static int signal_undo(struct lab *lab, struct fault_act *act, struct err *err)
{
	struct program *program = target_of(lab, act);
	int ret;

	switch (conduct_of(act->opt.v[SIGNAL_SIGNAL])) {
	case CONDUCT_STOP:
		ret = target_signal(program, SIGCONT, err);
		if (ret)
			return ret;
		return lab_wait_program(program, WCONTINUED, clock_now_ns() + UNDO_WAIT_NS, err);
	case CONDUCT_HANDLED:
		act->count = (int)act->opt.v[SIGNAL_COUNT]; /* the storm is over */
		return 0;
	default:
		return err_set(err, EINVAL, "SIG%s cannot be undone; remove for:",
			       sigabbrev_np((int)act->opt.v[SIGNAL_SIGNAL]));
	}
}

static int64_t signal_again_ns(const struct fault_act *act)
{
	return act->count < act->opt.v[SIGNAL_COUNT] ? act->count * act->opt.v[SIGNAL_EVERY] : 0;
}

const struct fault fault_signal = {
	.name = "signal",
	.about = "a signal reaches a program: stops it, continues it, ends it, or interrupts its calls",
	.options = signal_options,
	.check = signal_check,
	.effect = signal_effect,
	.inject = signal_inject,
	.prove = signal_prove,
	.undo = signal_undo,
	.again_ns = signal_again_ns,
};
