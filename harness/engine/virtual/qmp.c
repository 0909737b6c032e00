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
	if (strstr(qmp->line, "\"event\": \"GUEST_PANICKED\""))
		return QMP_PANICKED;
	if (strstr(qmp->line, "\"event\": \"MIGRATION\"")) {
		if (strstr(qmp->line, "\"status\": \"completed\""))
			return QMP_MIGRATED;
		if (strstr(qmp->line, "\"status\": \"failed\""))
			return QMP_NOT_MIGRATED;
	}
	return QMP_OTHER;
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

int qmp_send(struct qmp *qmp, const char *commands, int fd, struct err *err)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct iovec text = { .iov_base = (char *)commands, .iov_len = strlen(commands) };
	struct msghdr msg = { .msg_iov = &text, .msg_iovlen = 1 };

	if (fd >= 0) {
		msg.msg_control = control.bytes;
		msg.msg_controllen = sizeof(control.bytes);
		control.align.cmsg_level = SOL_SOCKET;
		control.align.cmsg_type = SCM_RIGHTS;
		control.align.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&control.align), &fd, sizeof(int));
	}
	if (sendmsg(qmp->fd, &msg, MSG_NOSIGNAL) != (ssize_t)text.iov_len)
		return err_sys(err, errno, "cannot talk to QEMU");
	return 0;
}
