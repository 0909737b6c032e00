/* SPDX-License-Identifier: MIT */
/*
 * The native engine: this kernel, real time. Every lab runs in a process of its own that dies with
 * this one (PR_SET_PDEATHSIG), at most `jobs` at a time; it writes its records into memory shared
 * with the engine, which hands them on in the order of the plan. A lab process that ends in any
 * other way than by finishing, or that overstays, turns its own trials into errors and no others.
 */
#include "engine/engine.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "netns/facts.h"
#include "netns/ns.h"
#include "trial/trial.h"

enum lab_phase { WAITING, RUNNING, FINISHED };

struct job {
	enum lab_phase phase;
	pid_t pid;
	int pidfd;
	int64_t guard_ns; /* killed then */
	struct record_trial *records;
	size_t size;
};

struct native {
	const struct plan *plan;
	const struct engine_config *config;
	const struct engine_sink *sink;
	struct facts *facts; /* shared with the child that finds them */
	struct job *jobs;
	int running, started, finished, emitted;
	int signals;     /* signalfd of SIGINT and SIGTERM */
	sigset_t before; /* the caller's signal mask */
};

/* A child that dies with its parent and takes signals as any program does. */
static pid_t fork_bound(const struct native *n)
{
	pid_t parent = getpid(), pid = fork();

	if (pid == 0) {
		sigprocmask(SIG_SETMASK, &n->before, NULL);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(1);
	}
	return pid;
}

/* netns_privilege() may change credentials, which clears the parent-death signal (prctl(2)). */
static int enter_privilege(pid_t parent, struct err *err)
{
	int ret = netns_privilege(err);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	return ret;
}

struct findings {
	struct facts facts;
	struct err err;
	int ret;
};

/* In a child, because finding facts takes privilege and scratch namespaces. */
static int find_facts(struct native *n, struct err *err)
{
	struct findings *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
				       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t parent = getpid(), pid;
	int status, ret;

	if (shared == MAP_FAILED)
		return err_sys(err, errno, "shared memory");
	shared->ret = -ECHILD;
	pid = fork_bound(n);
	if (pid == 0) {
		shared->ret = enter_privilege(parent, &shared->err);
		if (shared->ret == 0)
			shared->ret = facts_find(&shared->facts, &shared->err);
		_exit(0);
	}
	if (pid < 0) {
		munmap(shared, sizeof(*shared));
		return err_sys(err, errno, "fork");
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	ret = shared->ret;
	if (ret < 0)
		err_set(err, -ret, "%s", shared->err.text);
	else
		*n->facts = shared->facts;
	munmap(shared, sizeof(*shared));
	return ret;
}

static void lab_process(const struct native *n, int i, pid_t parent)
{
	const struct plan_lab *lab = &n->plan->labs[i];
	struct trial_config config = {
		.facts = n->facts,
		.align_ns = n->config->align_ns,
		.watch_stalls = n->config->watch_stalls,
	};
	struct err err;

	if (enter_privilege(parent, &err) < 0)
		trial_fail(lab, err.text, n->jobs[i].records);
	else
		trial_run(lab, &config, n->jobs[i].records);
	_exit(0);
}

static int start(struct native *n, int i, struct err *err)
{
	const struct plan_lab *lab = &n->plan->labs[i];
	struct job *job = &n->jobs[i];
	pid_t parent = getpid();

	job->size = (size_t)(lab->n_trials ? lab->n_trials : 1) * sizeof(*job->records);
	job->records = mmap(NULL, job->size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
			    0);
	if (job->records == MAP_FAILED) {
		job->records = NULL;
		return err_sys(err, errno, "shared memory");
	}
	job->pid = fork_bound(n);
	if (job->pid == 0)
		lab_process(n, i, parent);
	if (job->pid < 0)
		return err_sys(err, errno, "fork");
	job->pidfd = (int)syscall(SYS_pidfd_open, job->pid, 0);
	if (job->pidfd < 0) {
		int code = errno;

		kill(job->pid, SIGKILL);
		waitpid(job->pid, NULL, 0);
		return err_sys(err, code, "pidfd_open");
	}
	job->guard_ns = clock_now_ns() + trial_longest_ns(lab);
	job->phase = RUNNING;
	n->running++;
	n->started++;
	return 0;
}

static void emit(struct native *n)
{
	while (n->emitted < n->plan->n_labs && n->jobs[n->emitted].phase == FINISHED) {
		struct job *job = &n->jobs[n->emitted];

		for (int t = 0; t < n->plan->labs[n->emitted].n_trials; t++)
			n->sink->trial(n->sink->arg, &job->records[t]);
		munmap(job->records, job->size);
		job->records = NULL;
		n->emitted++;
	}
}

static void finish(struct native *n, int i)
{
	struct job *job = &n->jobs[i];
	int status = 0;
	struct err why;

	while (waitpid(job->pid, &status, 0) < 0 && errno == EINTR)
		;
	close(job->pidfd);
	job->phase = FINISHED;
	n->running--;
	n->finished++;
	if (WIFSIGNALED(status)) {
		err_set(&why, EIO, "the lab's process was ended by signal %d (%s)", WTERMSIG(status),
			strsignal(WTERMSIG(status)));
		trial_fail(&n->plan->labs[i], why.text, job->records);
	} else if (WEXITSTATUS(status)) {
		err_set(&why, EIO, "the lab's process ended with status %d", WEXITSTATUS(status));
		trial_fail(&n->plan->labs[i], why.text, job->records);
	}
	emit(n);
}

static void progress(const struct native *n)
{
	const char *running = "";

	if (!n->sink->progress)
		return;
	for (int i = 0; i < n->plan->n_labs; i++) {
		if (n->jobs[i].phase == RUNNING)
			running = n->plan->labs[i].scenario->name;
	}
	n->sink->progress(n->sink->arg, n->finished, n->plan->n_labs, running);
}

/* Waits for a lab to end, a guard to pass or a signal to come. */
static int wait_any(struct native *n, struct err *err)
{
	struct pollfd *fds = calloc((size_t)n->running + 1, sizeof(*fds));
	int64_t guard_ns = INT64_MAX, wait_ns;
	int k = 0;

	if (!fds)
		return err_sys(err, ENOMEM, "poll");
	fds[k++] = (struct pollfd){ .fd = n->signals, .events = POLLIN };
	for (int i = 0; i < n->plan->n_labs; i++) {
		if (n->jobs[i].phase != RUNNING)
			continue;
		fds[k++] = (struct pollfd){ .fd = n->jobs[i].pidfd, .events = POLLIN };
		if (n->jobs[i].guard_ns < guard_ns)
			guard_ns = n->jobs[i].guard_ns;
	}
	wait_ns = guard_ns - clock_now_ns();
	ppoll(fds, (nfds_t)k, &(struct timespec){ .tv_sec = wait_ns > 0 ? wait_ns / NS_PER_S + 1 : 0 },
	      NULL);
	k = 1;
	for (int i = 0; i < n->plan->n_labs; i++) {
		if (n->jobs[i].phase != RUNNING)
			continue;
		if (fds[k++].revents)
			finish(n, i);
		else if (clock_now_ns() > n->jobs[i].guard_ns)
			kill(n->jobs[i].pid, SIGKILL);
	}
	if (fds[0].revents) {
		free(fds);
		return err_set(err, EINTR, "interrupted; the finished records are kept");
	}
	free(fds);
	return 0;
}

static int run_all(struct native *n, struct err *err)
{
	int jobs = n->config->jobs > 0 ? n->config->jobs : 1, ret = 0;

	while (ret == 0 && n->finished < n->plan->n_labs) {
		while (ret == 0 && n->running < jobs && n->started < n->plan->n_labs)
			ret = start(n, n->started, err);
		progress(n);
		if (ret == 0)
			ret = wait_any(n, err);
	}
	progress(n);
	return ret;
}

static void stop_all(struct native *n)
{
	for (int i = 0; n->jobs && i < n->plan->n_labs; i++) {
		struct job *job = &n->jobs[i];

		if (job->phase == RUNNING) {
			kill(job->pid, SIGKILL);
			while (waitpid(job->pid, NULL, 0) < 0 && errno == EINTR)
				;
			close(job->pidfd);
		}
		if (job->records)
			munmap(job->records, job->size);
	}
	free(n->jobs);
}

static int block_signals(struct native *n, struct err *err)
{
	sigset_t mask;

	sigemptyset(&mask);
	sigaddset(&mask, SIGINT);
	sigaddset(&mask, SIGTERM);
	sigprocmask(SIG_BLOCK, &mask, &n->before);
	n->signals = signalfd(-1, &mask, SFD_CLOEXEC);
	return n->signals < 0 ? err_sys(err, errno, "signalfd") : 0;
}

int engine_native(const struct plan *plan, const struct engine_config *config,
		  const struct engine_sink *sink, struct err *err)
{
	struct facts facts = { 0 };
	struct native n = {
		.plan = plan, .config = config, .sink = sink, .facts = &facts, .signals = -1
	};
	struct record_run run;
	int ret = block_signals(&n, err);

	if (ret == 0)
		ret = find_facts(&n, err);
	if (ret == 0) {
		engine_describe(plan, config, "native", &run);
		sink->run(sink->arg, &run);
		n.jobs = calloc((size_t)plan->n_labs + 1, sizeof(*n.jobs));
		ret = n.jobs ? run_all(&n, err) : err_sys(err, ENOMEM, "the labs");
	}
	stop_all(&n);
	if (n.signals >= 0)
		close(n.signals);
	sigprocmask(SIG_SETMASK, &n.before, NULL);
	return ret;
}
