/* SPDX-License-Identifier: MIT */
/*
 * Signal-driven input: O_ASYNC with F_SETOWN_EX to this very thread and F_SETSIG to a real-time
 * signal, which queues and carries its reason; sigwaitinfo(2) takes it, then recv(2) says what it
 * was: 0 or an error is the end (fcntl(2)). A FIN comes as POLL_IN, or as POLL_HUP when both
 * directions are shut (tcp_input.c: tcp_fin), a reset or a timeout as POLL_ERR
 * (net/core/sock.c: sock_def_error_report).
 *
 * When the queue of signals is full the kernel sends plain SIGIO instead, so both are waited for.
 * Both are blocked in this thread alone, and the program's own handlers never run for them here. A
 * signal that somebody else sends says nothing: recv then finds nothing, and the wait goes on.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "method/ready.h"

static void sigio_set(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGRTMIN);
	sigaddset(set, SIGIO);
}

static int sigio_arm(struct watch *watch, struct err *err)
{
	struct f_owner_ex owner = { .type = F_OWNER_TID, .pid = gettid() };
	sigset_t set;
	int flags;

	sigio_set(&set);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	if (fcntl(watch->fd, F_SETOWN_EX, &owner) < 0)
		return err_sys(err, errno, "fcntl(F_SETOWN_EX)");
	if (fcntl(watch->fd, F_SETSIG, SIGRTMIN) < 0)
		return err_sys(err, errno, "fcntl(F_SETSIG)");
	flags = fcntl(watch->fd, F_GETFL);
	if (flags < 0 || fcntl(watch->fd, F_SETFL, flags | O_ASYNC) < 0)
		return err_sys(err, errno, "fcntl(F_SETFL, O_ASYNC)");
	return 0;
}

static const char *sigio_reason(const siginfo_t *info)
{
	static const char *const names[] = {
		[POLL_IN] = "POLL_IN",	 [POLL_OUT] = "POLL_OUT", [POLL_MSG] = "POLL_MSG",
		[POLL_ERR] = "POLL_ERR", [POLL_PRI] = "POLL_PRI", [POLL_HUP] = "POLL_HUP",
	};

	if (info->si_signo == SIGIO)
		return "SIGIO";
	if (info->si_code < POLL_IN || info->si_code > POLL_HUP)
		return "no reason";
	return names[info->si_code];
}

static void sigio_watch(struct watch *watch)
{
	char how[48] = "recv before any signal:";
	sigset_t set;

	sigio_set(&set);
	/* What came before O_ASYNC raised no signal. */
	while (!ready_recv(watch, how)) {
		siginfo_t info;
		int n;

		do {
			n = sigwaitinfo(&set, &info);
			atomic_fetch_add(&watch->wakeups, 1);
		} while (n < 0);
		snprintf(how, sizeof(how), "sigwaitinfo=%s", sigio_reason(&info));
	}
}

const struct method method_sigio = {
	.name = "sigio",
	.about = "O_ASYNC: a real-time signal says that something happened, recv(2) says what",
	.options = (const struct opt[]){ { 0 } },
	.reads = true,
	.arm = sigio_arm,
	.watch = sigio_watch,
	.period_ns = ready_period_ns,
	.window = ready_window,
};
