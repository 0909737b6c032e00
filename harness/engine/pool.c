/* SPDX-License-Identifier: MIT */
#include "engine/pool.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"

enum lab_phase { LAB_WAITING, LAB_RUNNING, LAB_FINISHED, LAB_EMITTED };

struct pool {
	const struct pool_ops *ops;
	void *arg;
	const struct plan *plan;
	const struct engine_sink *sink;
	enum lab_phase *phase;
	struct pollfd *fds; /* [0]: signals; then the running labs in order */
	int jobs, started, running, finished, emitted;
};

static void progress(const struct pool *p)
{
	const char *running = "";

	if (!p->sink->progress)
		return;
	for (int i = 0; i < p->started; i++) {
		if (p->phase[i] == LAB_RUNNING)
			running = p->plan->labs[i].scenario->name;
	}
	p->sink->progress(p->sink->arg, p->finished, p->plan->n_labs, running);
}

static int start_more(struct pool *p, struct err *err)
{
	while (p->running < p->jobs && p->started < p->plan->n_labs) {
		int ret = p->ops->start(p->arg, p->started, err);

		if (ret < 0)
			return ret;
		p->phase[p->started++] = LAB_RUNNING;
		p->running++;
	}
	return 0;
}

static void emit(struct pool *p)
{
	while (p->emitted < p->plan->n_labs && p->phase[p->emitted] == LAB_FINISHED) {
		p->ops->emit(p->arg, p->emitted);
		p->phase[p->emitted++] = LAB_EMITTED;
	}
}

/* Blocks until a lab or a signal has something to say, or the next guard passes. */
static void wait_any(struct pool *p)
{
	int64_t guard_ns = INT64_MAX, left_ns;
	struct timespec timeout;
	int k = 1;

	for (int i = 0; i < p->started; i++) {
		if (p->phase[i] != LAB_RUNNING)
			continue;
		p->fds[k++] = (struct pollfd){ .fd = p->ops->fd(p->arg, i), .events = POLLIN };
		if (p->ops->guard_ns && p->ops->guard_ns(p->arg, i) < guard_ns)
			guard_ns = p->ops->guard_ns(p->arg, i);
	}
	left_ns = guard_ns - clock_now_ns();
	timeout = clock_timespec(left_ns > 0 ? left_ns : 0);
	p->fds[0].revents = 0;
	ppoll(p->fds, (nfds_t)k, guard_ns == INT64_MAX ? NULL : &timeout, NULL);
}

static void pump_all(struct pool *p)
{
	int k = 1;

	for (int i = 0; i < p->started; i++) {
		if (p->phase[i] != LAB_RUNNING)
			continue;
		if (p->fds[k++].revents && p->ops->pump(p->arg, i)) {
			p->phase[i] = LAB_FINISHED;
			p->running--;
			p->finished++;
		} else if (p->ops->guard_ns && clock_now_ns() > p->ops->guard_ns(p->arg, i)) {
			p->ops->overdue(p->arg, i);
		}
	}
	emit(p);
}

/* Takes the signal, so that it is not still pending when the mask is given back. */
static bool interrupted(const struct pool *p)
{
	struct signalfd_siginfo info;

	return p->fds[0].revents && read(p->fds[0].fd, &info, sizeof(info)) == sizeof(info);
}

static int run_all(struct pool *p, struct err *err)
{
	while (p->finished < p->plan->n_labs) {
		int ret = start_more(p, err);

		if (ret < 0)
			return ret;
		progress(p);
		wait_any(p);
		/* First, because what ends us may have ended a lab too: that is no lab's error. */
		if (interrupted(p))
			return err_set(err, EINTR, "interrupted; the finished records are kept");
		pump_all(p);
	}
	progress(p);
	return 0;
}

/* As run_all, with the signals that end it taken as events, and nothing left running. */
static int run_watched(struct pool *p, struct err *err)
{
	sigset_t mask, before;
	int ret;

	sigemptyset(&mask);
	sigaddset(&mask, SIGINT);
	sigaddset(&mask, SIGTERM);
	sigprocmask(SIG_BLOCK, &mask, &before);
	p->fds[0] = (struct pollfd){ .fd = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK), .events = POLLIN };
	ret = p->fds[0].fd < 0 ? err_sys(err, errno, "signalfd") : run_all(p, err);
	for (int i = 0; i < p->started; i++) {
		if (p->phase[i] == LAB_RUNNING)
			p->ops->abort(p->arg, i);
	}
	if (p->fds[0].fd >= 0)
		close(p->fds[0].fd);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return ret;
}

int pool_run(const struct pool_ops *ops, void *arg, const struct plan *plan, int jobs,
	     const struct engine_sink *sink, struct err *err)
{
	struct pool p = { .ops = ops,
			  .arg = arg,
			  .plan = plan,
			  .sink = sink,
			  .jobs = jobs > 0 ? jobs : 1,
			  .phase = calloc((size_t)plan->n_labs + 1, sizeof(*p.phase)),
			  .fds = calloc((size_t)plan->n_labs + 1, sizeof(*p.fds)) };
	int ret = p.phase && p.fds ? run_watched(&p, err) : err_sys(err, ENOMEM, "the labs");

	free(p.phase);
	free(p.fds);
	return ret;
}
