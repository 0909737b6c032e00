/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_VIRTUAL_QMP_H
#define ENGINE_VIRTUAL_QMP_H

#include <stdbool.h>
#include <stddef.h>

#include "netns/err.h"

/*
 * The little of QEMU's monitor protocol (docs/interop/qmp-spec) that is needed: commands are sent
 * without waiting for their answers, which come in order; events and errors are recognised in the
 * lines that arrive. Every message is one line.
 */

struct qmp {
	int fd; /* non-blocking; not owned */
	char line[4096];
	size_t len;
	char error[200]; /* the "desc" of the first error, or "" */
};

enum qmp_message {
	QMP_NOTHING,   /* no complete message is there */
	QMP_OTHER,     /* greeting, an event that does not matter */
	QMP_DONE,      /* a command's return */
	QMP_ERROR,     /* qmp.error says which */
	QMP_STOPPED,   /* event STOP: no instruction is executed any more */
	QMP_CLOSED,
};

/* The next message, without waiting. */
enum qmp_message qmp_read(struct qmp *qmp);

/* As one write: the commands are short against the socket's buffer. */
int qmp_send(struct qmp *qmp, const char *commands, struct err *err);

#endif
