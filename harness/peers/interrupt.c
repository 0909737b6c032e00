/* SPDX-License-Identifier: MIT */
#include "peers/interrupt.h"

#include <pthread.h>
#include <signal.h>
#include <stddef.h>

static _Thread_local atomic_uint *interrupt_counter;

static const int interrupt_signals[] = {
	SIGHUP, SIGUSR1,  SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF,
	SIGIO,	SIGWINCH, SIGURG,  SIGCHLD, SIGPWR,    SIGSTKFLT,
};

static void count(int signal)
{
	(void)signal;
	if (interrupt_counter)
		atomic_fetch_add(interrupt_counter, 1);
}

static void signal_set(sigset_t *set)
{
	sigemptyset(set);
	for (size_t i = 0; i < sizeof(interrupt_signals) / sizeof(interrupt_signals[0]); i++)
		sigaddset(set, interrupt_signals[i]);
	for (int s = SIGRTMIN; s <= SIGRTMAX; s++)
		sigaddset(set, s);
}

void interrupt_setup(bool by_hand)
{
	struct sigaction action = { .sa_handler = count };
	sigset_t set;

	signal_set(&set);
	if (by_hand)
		sigdelset(&set, SIGHUP);
	sigemptyset(&action.sa_mask);
	signal(SIGPIPE, SIG_IGN);
	for (int s = 1; s <= SIGRTMAX; s++) {
		if (sigismember(&set, s) == 1)
			sigaction(s, &action, NULL);
	}
	pthread_sigmask(SIG_BLOCK, &set, NULL);
}

void interrupt_here(atomic_uint *counter)
{
	sigset_t set;

	interrupt_counter = counter;
	signal_set(&set);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}
