/* SPDX-License-Identifier: MIT */
/*
 * A signal sent to a process goes to any one of its threads (signal(7)); a method sits in one
 * particular thread. To interrupt every method's system call, each thread is addressed by itself,
 * except those that block the signal, as the observer's main thread does. A program without a
 * handler is left alone: the signal would end it, or be lost.
 *
 * A storm asks each thread for its masks once, for that takes a hundred times as long as a signal:
 * those that take it are known to the next volley, and only the others are asked again.
 *
 * There is no event for "the handler ran": the kernel tells only /proc. So this is the one place
 * that looks again and again, with LOOK_NS between two looks; a thread that sleeps in a system call
 * takes its signal within microseconds, and the first look is nearly always the last.
 */
#include "fault/threads.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

#define LOOK_NS (200 * NS_PER_US)

/* Calls @act for each thread until one answers other than 0. */
static int each_thread(const struct program *program,
		       int (*act)(pid_t pid, pid_t tid, int sig, void *arg), int sig, void *arg)
{
	struct dirent *entry;
	char path[64];
	int ret = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", program->pid);
	dir = opendir(path);
	if (!dir)
		return -errno;
	while (!ret && (entry = readdir(dir))) {
		if (entry->d_name[0] != '.')
			ret = act(program->pid, (pid_t)strtol(entry->d_name, NULL, 10), sig, arg);
	}
	closedir(dir);
	return ret;
}

/* Those that took the signal before. */
struct threads_known {
	int n, room;
	pid_t tids[];
};

static bool is_known(const struct threads_known *known, pid_t tid)
{
	for (int i = 0; known && i < known->n; i++) {
		if (known->tids[i] == tid)
			return true;
	}
	return false;
}

static int remember(struct threads_known **known, pid_t tid)
{
	struct threads_known *k = *known;
	int n = k ? k->n : 0, room = k ? k->room : 0;

	if (n == room) {
		room = room ? 2 * room : 32;
		k = realloc(k, sizeof(*k) + (size_t)room * sizeof(k->tids[0]));
		if (!k)
			return -ENOMEM;
		*known = k;
		k->room = room;
	}
	k->tids[n] = tid;
	k->n = n + 1;
	return 0;
}

struct masks {
	unsigned long long pending, blocked, caught;
};

static int read_mask(const char *line, const char *key, unsigned long long *mask)
{
	size_t n = strlen(key);

	if (strncmp(line, key, n) != 0)
		return 0;
	*mask = strtoull(line + n, NULL, 16);
	return 1;
}

static bool read_masks(pid_t pid, pid_t tid, struct masks *masks)
{
	char path[64], line[256];
	int found = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/status", pid, tid);
	file = fopen(path, "re");
	if (!file)
		return false;
	while (fgets(line, sizeof(line), file)) {
		found += read_mask(line, "SigPnd:", &masks->pending);
		found += read_mask(line, "SigBlk:", &masks->blocked);
		found += read_mask(line, "SigCgt:", &masks->caught);
	}
	fclose(file);
	return found == 3;
}

static unsigned long long bit_of(int sig)
{
	return 1ULL << (sig - 1);
}

struct volley {
	struct threads_known **known;
	int n;
};

static int send_one(pid_t pid, pid_t tid, int sig, void *arg)
{
	struct volley *volley = arg;
	struct masks masks = {0};

	if (!is_known(*volley->known, tid)) {
		if (!read_masks(pid, tid, &masks) ||
		    !(masks.caught & ~masks.blocked & bit_of(sig)))
			return 0;
		if (remember(volley->known, tid) < 0)
			return -ENOMEM;
	}
	if (tgkill(pid, tid, sig) < 0)
		return errno == ESRCH ? 0 : -errno; /* the thread has just ended */
	volley->n++;
	return 0;
}

int threads_signal(const struct program *program, int sig, struct threads_known **known, int *n,
		   struct err *err)
{
	struct volley volley = {.known = known};
	int ret;

	*n = 0;
	if (program->pid <= 0)
		return err_set(err, ESRCH, "%s does not run any more", program->name);
	ret = each_thread(program, send_one, sig, &volley);
	*n = volley.n;
	if (ret < 0)
		return err_sys(err, -ret, "cannot send signal %d to %s", sig, program->name);
	return 0;
}

enum { TOOK_ALL, TOOK_NOT_YET, TOOK_NO_HANDLER };

static int look_at_one(pid_t pid, pid_t tid, int sig, void *arg)
{
	struct masks masks = {0};

	(void)arg;
	if (!read_masks(pid, tid, &masks))
		return TOOK_ALL; /* the thread has just ended */
	if (!(masks.caught & bit_of(sig)))
		return TOOK_NO_HANDLER;
	return (masks.pending & ~masks.blocked & bit_of(sig)) ? TOOK_NOT_YET : TOOK_ALL;
}

int threads_took(const struct program *program, int sig, int64_t deadline_ns, struct err *err)
{
	for (;;) {
		int64_t now = clock_now_ns();
		int ret = each_thread(program, look_at_one, sig, NULL);

		if (ret == TOOK_ALL)
			return 0;
		if (ret < 0)
			return err_sys(err, -ret, "cannot see the threads of %s", program->name);
		if (ret == TOOK_NO_HANDLER)
			return err_set(err, ENODATA,
				       "expected %s to handle signal %d, and it has no handler",
				       program->name, sig);
		if (now >= deadline_ns)
			return err_set(err, ETIMEDOUT,
				       "expected every thread of %s to take signal %d, and one has "
				       "it pending still", program->name, sig);
		clock_sleep_until(now + LOOK_NS);
	}
}
