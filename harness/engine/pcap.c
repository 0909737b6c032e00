/* SPDX-License-Identifier: MIT */
#include "engine/pcap.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base64.h"
#include "engine/artifact.h"

/* A whole line goes through a pipe at once (PIPE_BUF): labs of one process share standard output. */
enum { PIECE = 3000, PIECE_TEXT = PIECE / 3 * 4 };
#define LINE_HEAD "pcap "

int pcap_print(const struct plan_lab *lab, void *arg, const char *bytes, size_t size,
	       struct err *err)
{
	(void)lab;
	(void)arg;
	for (size_t at = 0; at < size; at += PIECE) {
		char *text = base64_encode(bytes + at, size - at < PIECE ? size - at : PIECE);
		int ret = text ? dprintf(STDOUT_FILENO, LINE_HEAD "%s\n", text) : -1;

		free(text);
		if (ret < 0)
			return err_sys(err, errno, "cannot hand the capture on");
	}
	return 0;
}

int pcap_keep(const struct plan_lab *lab, void *arg, const char *bytes, size_t size,
	      struct err *err)
{
	struct pcap_file file = { .fd = artifact_begin(arg, err) };

	if (file.fd < 0)
		return file.fd;
	file.ret = artifact_write(file.fd, bytes, size, &file.err);
	return pcap_end(&file, arg, lab, NULL, err);
}

bool pcap_take(struct pcap_file *file, const char *dir, const char *line, size_t len)
{
	const size_t head = strlen(LINE_HEAD);
	char bytes[PIECE];
	long n;

	if (len < head || strncmp(line, LINE_HEAD, head) != 0)
		return false;
	if (file->fd < 0 && !file->ret) {
		file->fd = artifact_begin(dir, &file->err);
		file->ret = file->fd < 0 ? file->fd : 0;
	}
	if (file->ret)
		return true;
	n = len - head <= PIECE_TEXT ? base64_decode(line + head, len - head, bytes) : -1;
	file->ret = n < 0 ? err_set(&file->err, EPROTO, "a line of the capture is damaged")
			  : artifact_write(file->fd, bytes, (size_t)n, &file->err);
	return true;
}

int pcap_end(struct pcap_file *file, const char *dir, const struct plan_lab *lab,
	     const char *kernel, struct err *err)
{
	char name[SCENARIO_NAME_MAX + 128];
	int ret;

	if (file->ret) {
		ret = file->ret;
		*err = file->err;
		err_prefix(err, ret, "the capture of %s", lab->scenario->name);
		pcap_abort(file);
		return ret;
	}
	if (file->fd < 0)
		return 0;
	snprintf(name, sizeof(name), "%s%s%s.pcapng", lab->scenario->name, kernel ? "@" : "",
		 kernel ? kernel : "");
	ret = artifact_end(file->fd, dir, name, err);
	file->fd = -1;
	return ret;
}

void pcap_abort(struct pcap_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	file->fd = -1;
}
