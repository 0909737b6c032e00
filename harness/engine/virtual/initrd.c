/* SPDX-License-Identifier: MIT */
#include "engine/virtual/initrd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/virtual/cpio.h"
#include "engine/virtual/modules.h"

/* guest_image.S */
extern const char guest_init[];
extern const uint32_t guest_init_size;

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int add_module(struct cpio *cpio, const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char name[300];
	struct stat st;
	void *at;

	if (fd < 0 || fstat(fd, &st)) {
		int ret = err_sys(err, errno, "cannot read the module %s", path);

		if (fd >= 0)
			close(fd);
		return ret;
	}
	at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (at == MAP_FAILED)
		return err_sys(err, errno, "cannot read the module %s", path);
	snprintf(name, sizeof(name), "modules/%s", base_name(path));
	cpio_file(cpio, name, 0644, at, (size_t)st.st_size);
	munmap(at, (size_t)st.st_size);
	return 0;
}

static int add_modules(struct cpio *cpio, const struct modules *modules, struct err *err)
{
	char *order = NULL;
	size_t len = 0;
	FILE *list = open_memstream(&order, &len);
	int ret = list ? 0 : err_set(err, ENOMEM, "no memory for the initramfs");

	cpio_dir(cpio, "modules", 0755);
	for (size_t i = 0; !ret && i < modules->n; i++) {
		fprintf(list, "%s\n", base_name(modules->path[i]));
		ret = add_module(cpio, modules->path[i], err);
	}
	if (list)
		fclose(list);
	if (!ret)
		cpio_file(cpio, "modules/order", 0644, order, len);
	free(order);
	return ret;
}

int initrd_build(const char *modules_dir, struct err *err)
{
	struct modules modules;
	struct cpio cpio = { 0 };
	int ret = modules_resolve(modules_dir, &modules, err);
	int fd;

	if (ret)
		return ret;
	fd = memfd_create("deadpeer-initrd", MFD_CLOEXEC);
	cpio.out = fd < 0 ? NULL : fdopen(dup(fd), "we");
	if (!cpio.out) {
		ret = err_sys(err, errno, "no memory for the initramfs");
		goto out;
	}
	cpio_dir(&cpio, "dev", 0755);
	cpio_char_device(&cpio, "dev/console", 0600, 5, 1);
	cpio_file(&cpio, "init", 0755, guest_init, guest_init_size);
	ret = add_modules(&cpio, &modules, err);
	cpio_end(&cpio);
	if (ferror(cpio.out) && !ret)
		ret = err_set(err, ENOSPC, "no memory for the initramfs");
	if (fclose(cpio.out) && !ret)
		ret = err_sys(err, errno, "no memory for the initramfs");
out:
	modules_free(&modules);
	if (!ret)
		return fd;
	if (fd >= 0)
		close(fd);
	return ret;
}
