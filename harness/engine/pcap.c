/* SPDX-License-Identifier: MIT */
#include "engine/pcap.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/artifact.h"

int pcap_keep(const struct plan_lab *lab, void *arg, const char *bytes, size_t size,
	      struct err *err)
{
	struct pcap_file file = { .fd = artifact_begin(arg, err) };

	if (file.fd < 0)
		return file.fd;
	file.ret = artifact_write(file.fd, bytes, size, &file.err);
	return pcap_end(&file, arg, lab, NULL, err);
}

void pcap_take(struct pcap_file *file, const char *dir, const char *bytes, size_t size)
{
	if (file->fd < 0 && !file->ret) {
		file->fd = artifact_begin(dir, &file->err);
		file->ret = file->fd < 0 ? file->fd : 0;
	}
	if (!file->ret)
		file->ret = artifact_write(file->fd, bytes, size, &file->err);
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
