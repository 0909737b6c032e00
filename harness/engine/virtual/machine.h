/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_VIRTUAL_MACHINE_H
#define ENGINE_VIRTUAL_MACHINE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "engine/virtual/box.h"
#include "engine/virtual/seat.h"
#include "netns/err.h"

/*
 * One QEMU process and its ends: nothing of it has a name in the file system. All descriptors are
 * close-on-exec here; the child gets what it needs, and no more.
 */

struct machine {
	pid_t pid;            /* 0: not started, or reaped */
	struct seat seat;     /* where it runs */
	int pidfd;
	int bell;             /* read end of the bell's pipe, non-blocking */
	int qmp;              /* our end of the monitor's socket, non-blocking; -1: a copy, without one */
	int console;          /* memfd: what the guest's kernel printed */
	int log;              /* memfd: what QEMU printed */
	int box_fd;           /* memfd */
	struct box_head *box; /* mapped, BOX_SIZE */
};

enum machine_how {
	MACHINE_FIRST, /* a kernel is booted; RAM is written through to its file */
	MACHINE_GO_ON, /* a saved machine goes on; RAM is written through to its file */
	MACHINE_COPY,  /* a saved machine goes on; RAM is private, its file stays as it is */
};

/* Where RAM lies and what to start from. */
struct machine_start {
	enum machine_how how;
	int ram;            /* a file of MACHINE_RAM bytes */
	int kernel, initrd; /* MACHINE_FIRST */
	int state;          /* else: what was saved */
	int save;           /* not MACHINE_COPY: a file to save into */
};

#define MACHINE_RAM (512u << 20)

/* What QEMU calls the descriptor .save. */
#define MACHINE_SAVE_PATH "/proc/self/fd/18"

/* What starts a machine that boots, and one that was saved (the descriptor .state); a copy starts by
 * itself. */
#define MACHINE_BOOT    "{\"execute\":\"qmp_capabilities\"}"
#define MACHINE_RESTORE                                                                             \
	"{\"execute\":\"qmp_capabilities\"}"                                                         \
	"{\"execute\":\"migrate-incoming\",\"arguments\":{\"uri\":\"fd:15\"}}"

/* Opens the box and the pipes. After a failure machine_close() is due as well. */
int machine_open(struct machine *m, struct err *err);
int machine_spawn(struct machine *m, const struct machine_start *start, struct err *err);

/* Kills if it still runs, reaps, closes. Fine on a zeroed machine. */
void machine_close(struct machine *m);

/* Reaps and returns the wait status; waits if it must. */
int machine_reap(struct machine *m);

/* Why QEMU or the guest's kernel is gone: a panic's line, a signal, QEMU's last words. @status: of
 * wait(2). Sets the sentence, and returns a negative errno as virtual_finish() documents them. */
int machine_postmortem(const struct machine *m, int status, struct err *err);

/* The guest's kernel panicked: -ENOTRECOVERABLE and the panic's line. */
int machine_panicked(const struct machine *m, struct err *err);

/* Path of QEMU. -ENOENT and how to get it. */
int machine_qemu(char path[], struct err *err);

/* Everything about QEMU, its arguments and the kernel's that a snapshot depends on. */
int machine_identity(uint64_t *hash, struct err *err);

#endif
