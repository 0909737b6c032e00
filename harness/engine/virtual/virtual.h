/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_VIRTUAL_VIRTUAL_H
#define ENGINE_VIRTUAL_VIRTUAL_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "netns/err.h"

/*
 * Runs a static program on a stock kernel in QEMU, under a clock that counts instructions and
 * skips idle time. This part moves bytes in and out; it knows no TCP.
 *
 *   virtual_kernel_open() or virtual_kernel_fetch()    which kernel
 *   virtual_snapshot()                                 boots it once; afterwards a cache hit
 *   virtual_load()                                     optional: likewise, a program made ready
 *   virtual_start(), virtual_pump() …, virtual_finish()   one guest each; as many as one likes
 *
 * Everything is deterministic in (kernel, QEMU, program, argv, files, input, seed): the program's output
 * is the same to the byte, whatever the host does meanwhile. No function prints. Functions that
 * can fail return 0 or a negative errno and a sentence.
 *
 * Guests die with the *thread* that started them (PR_SET_PDEATHSIG): start them from a thread that
 * lives as long as they do.
 */

struct virtual_kernel {
	char label[64];          /* for people: the release, or the file's name */
	char image[PATH_MAX];    /* bzImage or vmlinux */
	char modules[PATH_MAX];  /* .../lib/modules/RELEASE; "" when everything is built in */
	char release[65];        /* uname -r; "" until known */
	char snapshot[PATH_MAX]; /* set by virtual_snapshot() and virtual_load() */
	uint64_t key;            /* what that snapshot depends on, hashed */
	bool loaded;             /* it holds a program that waits for its job */
};

/* -ENOENT, -ENOSYS, … with what is missing and how to get it, or 0: QEMU is there, and can run. */
int virtual_available(struct err *why);

/* Kernels that were fetched, and those of the running system in /boot. @list: free(3) it. */
int virtual_kernels_list(struct virtual_kernel **list, size_t *n, struct err *err);

/* Looks at an image and its modules; @modules may be NULL: then those are taken that lie where
 * packages put them (../lib/modules/RELEASE or /lib/modules/RELEASE), if any. -EINVAL for a
 * truncated or foreign image, -ENOENT when veth or sch_netem is missing, each with a sentence. */
int virtual_kernel_open(const char *image, const char *modules, struct virtual_kernel *out,
			struct err *err);

/* The newest kernel of @series ("6.1", "6.12", "7"; NULL: 6.1) from Debian's archive, unpacked
 * into the cache without root. Uses what was fetched before; the network only when nothing was. */
int virtual_kernel_fetch(const char *series, struct virtual_kernel *out, struct err *err);

/* Makes sure that a snapshot of the booted kernel is in the cache, and sets k->snapshot. */
int virtual_snapshot(struct virtual_kernel *k, struct err *err);

/*
 * Makes sure that a snapshot is in the cache in which @program, started as @argv, has made itself
 * ready, said so (BOX_READY), and reads from its standard input. From then on jobs on @k go on with it
 * instead of starting theirs: at the job's start it gets the job's input there, and then its end.
 * -EIO when it ends instead, with what it said last.
 */
int virtual_load(struct virtual_kernel *k, const char *program, char *const *argv,
		 struct err *err);

struct virtual_file {
	const char *name; /* as the program will see it in its working directory; no slash */
	const void *bytes;
	size_t len;
};

struct virtual_job {
	/* Where the program is not loaded: */
	const char *program;  /* a static x86-64 executable on the host */
	char *const *argv;    /* as for execv(3) */
	const struct virtual_file *files;
	size_t nfiles;
	/* Where it is: at most BOX_INPUT_MAX bytes. */
	const void *input;
	size_t input_len;

	uint64_t seed;        /* goes into the guest's random pool before the program starts */
	int64_t deadline_ns;  /* guest time from the program's start */
	int64_t timeout_ns;   /* host time from virtual_start() */
};

/* What the program says, valid during the call. */
struct virtual_sink {
	void *arg;
	/* Standard output, in pieces as they come; may be NULL. */
	void (*output)(void *arg, const char *bytes, size_t len);
	/* Standard error, in lines without their newline, NUL-terminated; may be NULL. */
	void (*note)(void *arg, const char *line, size_t len);
};

struct virtual_result {
	int status;         /* wait status of the program, wait(2) */
	int64_t started_ns; /* CLOCK_MONOTONIC of the guest */
	int64_t ended_ns;
};

struct virtual_run;

/* Starts a guest. @job and its strings are copied; @sink is copied, its arg must stay. */
int virtual_start(const struct virtual_kernel *k, const struct virtual_job *job,
		  const struct virtual_sink *sink, struct virtual_run **run, struct err *err);

/* A descriptor that is readable (poll, epoll) whenever virtual_pump() has something to do. */
int virtual_fd(const struct virtual_run *run);

/* Does what can be done without waiting, calling the sink. 1: still running, 0: over. */
int virtual_pump(struct virtual_run *run);

/* Waits for the end, kills when it must, and frees. 0 and the result when the program ended by
 * itself, whatever its exit status; else why not: -ETIME the guest's deadline, -ETIMEDOUT the
 * host's, -ENOTRECOVERABLE a panic, -ECHILD QEMU was killed, -EIO anything else. */
int virtual_finish(struct virtual_run *run, struct virtual_result *result, struct err *err);

/* Kills and frees, for a way out in a hurry. NULL is fine. */
void virtual_abort(struct virtual_run *run);

/* All of it, for one guest. */
int virtual_run(const struct virtual_kernel *k, const struct virtual_job *job,
		const struct virtual_sink *sink, struct virtual_result *result, struct err *err);

/* Where the cache lies and what is in it, for a person; lines end in newlines. */
int virtual_cache_describe(FILE *out, struct err *err);

/* Removes kernels and snapshots. Guests that run keep running. */
int virtual_cache_clear(struct err *err);

#endif
