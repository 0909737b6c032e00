/* SPDX-License-Identifier: MIT */
/*
 * The native engine: this kernel, real time. Every lab runs in a process of its own that dies with
 * this one (PR_SET_PDEATHSIG), at most `jobs` at a time; it writes its records into memory shared
 * with the engine, which hands them on in the order of the plan. A lab process that ends in any
 * other way than by finishing, or that overstays, turns its own trials into errors and no others.
 * A lab that did not pass because the machine itself stood still is run again, and its records say so.
 */
#include "engine/engine.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "engine/pcap.h"
#include "engine/pool.h"
#include "netns/facts.h"
#include "netns/ns.h"
#include "trial/trial.h"
#include "trial/verdict.h"

enum { AGAIN_MAX = 2 }; /* results/record.schema.json says so too */

struct job {
	pid_t pid;
	int pidfd;
	int64_t guard_ns; /* killed then */
	int again;        /* so often before this time */
	struct record_trial *records;
	size_t size;
};

struct native {
	const struct plan *plan;
	const struct engine_config *config;
	const struct engine_sink *sink;
	struct facts facts;
	struct job *jobs;
};

/* A child that dies with its parent and takes signals as any program does. */
static pid_t fork_bound(void)
{
	pid_t parent = getpid(), pid = fork();
	sigset_t none;

	if (pid == 0) {
		/* The pool blocks what ends it; a lab is to be ended by anything. */
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
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

struct answer {
	struct facts facts;
	struct err err;
	int ret;
};

/* In a child, because finding facts takes privilege and scratch namespaces. */
static int find_facts(struct facts *facts, unsigned int needs, struct err *err)
{
	struct answer *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
				       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t parent = getpid(), pid;
	int status, ret;

	if (shared == MAP_FAILED)
		return err_sys(err, errno, "shared memory");
	shared->ret = err_set(&shared->err, ECHILD,
			      "the process that tries what this kernel can do was ended; try again");
	pid = fork_bound();
	if (pid == 0) {
		shared->ret = enter_privilege(parent, &shared->err);
		if (shared->ret == 0)
			shared->ret = facts_find(&shared->facts, needs, &shared->err);
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
		*facts = shared->facts;
	munmap(shared, sizeof(*shared));
	return ret;
}

static void lab_process(const struct native *n, int i, pid_t parent)
{
	const struct plan_lab *lab = &n->plan->labs[i];
	const struct trial_config config = {
		.facts = &n->facts,
		.longest_ns = n->config->longest_ns,
		.watch_stalls = true,
		.captured = n->config->pcap ? pcap_keep : NULL,
		.captured_arg = (void *)n->config->pcap,
	};
	struct err err;

	if (enter_privilege(parent, &err) < 0)
		trial_fail(lab, err.text, n->jobs[i].records);
	else
		trial_run(lab, &config, n->jobs[i].records);
	_exit(0);
}

static int start_process(const struct native *n, int i, struct err *err)
{
	struct job *job = &n->jobs[i];
	pid_t parent = getpid();

	job->pid = fork_bound();
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
	job->guard_ns = clock_now_ns() + trial_longest_ns(&n->plan->labs[i]);
	return 0;
}

static int start(void *arg, int i, struct err *err)
{
	struct native *n = arg;
	const struct plan_lab *lab = &n->plan->labs[i];
	struct job *job = &n->jobs[i];

	job->size = (size_t)(lab->n_trials ? lab->n_trials : 1) * sizeof(*job->records);
	job->records = mmap(NULL, job->size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
			    0);
	if (job->records == MAP_FAILED) {
		job->records = NULL;
		return err_sys(err, errno, "shared memory");
	}
	return start_process(n, i, err);
}

static int descriptor(const void *arg, int i)
{
	return ((const struct native *)arg)->jobs[i].pidfd;
}

static int reap(struct job *job)
{
	int status = 0;

	while (waitpid(job->pid, &status, 0) < 0 && errno == EINTR)
		;
	close(job->pidfd);
	return status;
}

static bool may_be_spoilt(const struct native *n, int i)
{
	for (int t = 0; t < n->plan->labs[i].n_trials; t++) {
		if (verdict_may_be_spoilt(&n->jobs[i].records[t]))
			return true;
	}
	return false;
}

static bool pump(void *arg, int i)
{
	struct native *n = arg;
	struct job *job = &n->jobs[i];
	int status = reap(job);
	struct err why;

	if (WIFSIGNALED(status)) {
		err_set(&why, EIO, "the lab's process was ended by signal %d (%s)", WTERMSIG(status),
			strsignal(WTERMSIG(status)));
		trial_fail(&n->plan->labs[i], why.text, job->records);
	} else if (WEXITSTATUS(status)) {
		err_set(&why, EIO, "the lab's process ended with status %d", WEXITSTATUS(status));
		trial_fail(&n->plan->labs[i], why.text, job->records);
	} else if (job->again < AGAIN_MAX && may_be_spoilt(n, i)) {
		job->again++;
		if (start_process(n, i, &why) == 0)
			return false;
		trial_fail(&n->plan->labs[i], why.text, job->records);
	}
	return true;
}

static int64_t guard_ns(const void *arg, int i)
{
	return ((const struct native *)arg)->jobs[i].guard_ns;
}

static void overdue(void *arg, int i)
{
	struct job *job = &((struct native *)arg)->jobs[i];

	kill(job->pid, SIGKILL);
	job->guard_ns = INT64_MAX;
}

static void emit(void *arg, int i)
{
	struct native *n = arg;
	struct job *job = &n->jobs[i];

	for (int t = 0; t < n->plan->labs[i].n_trials; t++) {
		job->records[t].again = job->again;
		n->sink->trial(n->sink->arg, &job->records[t]);
	}
	munmap(job->records, job->size);
	job->records = NULL;
}

static void abort_lab(void *arg, int i)
{
	struct job *job = &((struct native *)arg)->jobs[i];

	kill(job->pid, SIGKILL);
	reap(job);
}

static const struct pool_ops native_ops = {
	.start = start,
	.fd = descriptor,
	.pump = pump,
	.guard_ns = guard_ns,
	.overdue = overdue,
	.emit = emit,
	.abort = abort_lab,
};

static int needed_facts(struct native *n, struct err *err)
{
	unsigned int needs = 0;

	for (int i = 0; i < n->plan->n_labs; i++)
		needs |= trial_needs(&n->plan->labs[i]);
	return find_facts(&n->facts, needs, err);
}

int engine_native(const struct plan *plan, const struct engine_config *config,
		  const struct engine_sink *sink, struct err *err)
{
	struct native n = { .plan = plan, .config = config, .sink = sink };
	struct record_run run;
	int ret = needed_facts(&n, err);

	if (ret < 0)
		return ret;
	engine_describe(plan, config, "native", &run);
	sink->run(sink->arg, &run);
	n.jobs = calloc((size_t)plan->n_labs + 1, sizeof(*n.jobs));
	if (!n.jobs)
		return err_sys(err, ENOMEM, "the labs");
	ret = pool_run(&native_ops, &n, plan, config->jobs, sink, err);
	for (int i = 0; i < plan->n_labs; i++) {
		if (n.jobs[i].records)
			munmap(n.jobs[i].records, n.jobs[i].size);
	}
	free(n.jobs);
	return ret;
}
