/* SPDX-License-Identifier: MIT */
#include "engine/virtual/qmp.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static enum qmp_message classify(struct qmp *qmp)
{
	const char *desc;

	if (strstr(qmp->line, "\"error\": {")) {
		desc = strstr(qmp->line, "\"desc\": \"");
		desc = desc ? desc + strlen("\"desc\": \"") : "unknown";
		snprintf(qmp->error, sizeof(qmp->error), "%.*s", (int)strcspn(desc, "\""), desc);
		return QMP_ERROR;
	}
	if (strstr(qmp->line, "\"event\": \"STOP\""))
		return QMP_STOPPED;
	return strstr(qmp->line, "\"return\": ") ? QMP_DONE : QMP_OTHER;
}

/* True when qmp->line begins with a whole line; else *@why not. */
static bool fill(struct qmp *qmp, enum qmp_message *why)
{
	while (!memchr(qmp->line, '\n', qmp->len)) {
		ssize_t n;

		if (qmp->len == sizeof(qmp->line) - 1)
			qmp->len = 0; /* nothing we look for is that long */
		n = recv(qmp->fd, qmp->line + qmp->len, sizeof(qmp->line) - 1 - qmp->len, 0);
		if (n < 0 && errno == EINTR)
			continue;
		*why = n < 0 && errno == EAGAIN ? QMP_NOTHING : QMP_CLOSED;
		if (n <= 0)
			return false;
		qmp->len += (size_t)n;
	}
	return true;
}

enum qmp_message qmp_read(struct qmp *qmp)
{
	enum qmp_message message;
	size_t used;

	if (!fill(qmp, &message))
		return message;
	used = (size_t)((char *)memchr(qmp->line, '\n', qmp->len) - qmp->line) + 1;
	qmp->line[used - 1] = '\0';
	message = classify(qmp);
	memmove(qmp->line, qmp->line + used, qmp->len - used);
	qmp->len -= used;
	return message;
}

int qmp_send(struct qmp *qmp, const char *commands, struct err *err)
{
	size_t len = strlen(commands);

	if (send(qmp->fd, commands, len, MSG_NOSIGNAL) != (ssize_t)len)
		return err_sys(err, errno, "cannot talk to QEMU");
	return 0;
}
