/* SPDX-License-Identifier: MIT */
/* What can be said about a kernel without running it. The layout of a bzImage's header is in
 * Documentation/arch/x86/boot.rst of the kernel; an uncompressed vmlinux is ELF. */
#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "engine/virtual/cache.h"
#include "engine/virtual/machine.h"
#include "engine/virtual/modules.h"
#include "engine/virtual/virtual.h"

/* Offsets in a bzImage, and bits. */
enum {
	SETUP_SECTS = 0x1f1,
	SYSSIZE = 0x1f4,
	MAGIC = 0x202,
	KERNEL_VERSION = 0x20e,
	XLOADFLAGS = 0x236,
	XLF_KERNEL_64 = 1,
	HEADER_END = 0x268,
	SECTOR = 512,
};

static uint16_t u16(const unsigned char *at)
{
	return (uint16_t)(at[0] | at[1] << 8);
}

static uint32_t u32(const unsigned char *at)
{
	return u16(at) | (uint32_t)u16(at + 2) << 16;
}

static void copy_release(char release[65], const unsigned char *from, size_t left)
{
	size_t n = 0;

	while (n < 64 && n < left && from[n] > ' ' && from[n] < 0x7f) {
		release[n] = (char)from[n];
		n++;
	}
	release[n] = '\0';
}

static int look_at_bzimage(const unsigned char *bytes, size_t size, struct virtual_kernel *k,
			   struct err *err)
{
	size_t setup = bytes[SETUP_SECTS] ? bytes[SETUP_SECTS] : 4u;
	size_t need = (setup + 1) * SECTOR + (size_t)u32(bytes + SYSSIZE) * 16;
	size_t version = u16(bytes + KERNEL_VERSION) + 0x200u;

	if (size < need)
		return err_set(err, EINVAL, "the kernel image %s is truncated: %zu bytes of %zu",
			       k->image, size, need);
	if (!(u16(bytes + XLOADFLAGS) & XLF_KERNEL_64))
		return err_set(err, EINVAL, "the kernel %s is not for x86-64", k->image);
	if (version < size)
		copy_release(k->release, bytes + version, size - version);
	return 0;
}

static int look_at_elf(const unsigned char *bytes, size_t size, struct virtual_kernel *k,
		       struct err *err)
{
	static const char banner[] = "Linux version ";
	const Elf64_Ehdr *elf = (const void *)bytes;
	const unsigned char *at;
	Elf64_Phdr seg;

	if (elf->e_ident[EI_CLASS] != ELFCLASS64 || elf->e_machine != EM_X86_64)
		return err_set(err, EINVAL, "the kernel %s is not for x86-64", k->image);
	if (elf->e_phoff > size || elf->e_phnum * sizeof(seg) > size - elf->e_phoff)
		return err_set(err, EINVAL, "the kernel image %s is truncated", k->image);
	for (size_t i = 0; i < elf->e_phnum; i++) {
		memcpy(&seg, bytes + elf->e_phoff + i * sizeof(seg), sizeof(seg));
		if (seg.p_filesz > size || seg.p_offset > size - seg.p_filesz)
			return err_set(err, EINVAL, "the kernel image %s is truncated", k->image);
	}
	at = memmem(bytes, size, banner, sizeof(banner) - 1);
	if (at)
		copy_release(k->release, at + sizeof(banner) - 1,
			     (size_t)(bytes + size - at) - sizeof(banner) + 1);
	return 0;
}

static int look(struct virtual_kernel *k, struct err *err)
{
	int fd = open(k->image, O_RDONLY | O_CLOEXEC);
	const unsigned char *bytes;
	struct stat st = { 0 };
	int ret;

	if (fd < 0 || fstat(fd, &st)) {
		ret = err_sys(err, errno, "cannot read the kernel %s", k->image);
		if (fd >= 0)
			close(fd);
		return ret;
	}
	bytes = st.st_size > HEADER_END ? mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0)
					: MAP_FAILED;
	close(fd);
	if (bytes == MAP_FAILED)
		return err_set(err, EINVAL, "%s is not a kernel image", k->image);
	if (!memcmp(bytes, ELFMAG, SELFMAG))
		ret = look_at_elf(bytes, (size_t)st.st_size, k, err);
	else if (!memcmp(bytes + MAGIC, "HdrS", 4))
		ret = look_at_bzimage(bytes, (size_t)st.st_size, k, err);
	else
		ret = err_set(err, EINVAL, "%s is neither a bzImage nor a vmlinux", k->image);
	munmap((void *)bytes, (size_t)st.st_size);
	return ret;
}

/* Where packages put the modules: beside boot/, or in the system. */
static int find_modules(struct virtual_kernel *k, struct err *err)
{
	const char *slash = strrchr(k->image, '/');
	int dir = slash ? (int)(slash - k->image) : 1;

	snprintf(k->modules, sizeof(k->modules), "%.*s/../lib/modules/%s", dir,
		 slash ? k->image : ".", k->release);
	if (k->release[0] && !access(k->modules, R_OK | X_OK))
		return 0;
	snprintf(k->modules, sizeof(k->modules), "/lib/modules/%s", k->release);
	if (k->release[0] && !access(k->modules, R_OK | X_OK))
		return 0;
	return err_set(err, ENOENT, "no modules for the kernel %s (release %s) beside it or in "
		       "/lib/modules; name their directory", k->image,
		       k->release[0] ? k->release : "unknown");
}

int virtual_kernel_open(const char *image, const char *modules, struct virtual_kernel *out,
			struct err *err)
{
	const char *slash = strrchr(image, '/');
	struct modules list;
	int ret;

	*out = (struct virtual_kernel){ 0 };
	if (strlen(image) >= sizeof(out->image) ||
	    (modules && strlen(modules) >= sizeof(out->modules)))
		return err_set(err, ENAMETOOLONG, "the kernel's path is too long");
	snprintf(out->image, sizeof(out->image), "%s", image);
	ret = look(out, err);
	if (ret)
		return ret;
	if (out->release[0])
		memcpy(out->label, out->release, sizeof(out->label) - 1);
	else
		snprintf(out->label, sizeof(out->label), "%.63s", slash ? slash + 1 : image);
	if (modules)
		snprintf(out->modules, sizeof(out->modules), "%s", modules);
	else
		ret = find_modules(out, err);
	if (!ret)
		ret = modules_resolve(out->modules, &list, err);
	if (!ret)
		modules_free(&list);
	return ret;
}

/* Appends the kernels "vmlinuz-*" of @dir that can be used. */
static int list_dir(const char *dir, struct virtual_kernel **list, size_t *n)
{
	char path[PATH_MAX];
	struct dirent *entry;
	DIR *boot = opendir(dir);
	int ret = 0;

	while (boot && !ret && (entry = readdir(boot))) {
		struct virtual_kernel *more;

		if (strncmp(entry->d_name, "vmlinuz-", 8) != 0 ||
		    (size_t)snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name) >= PATH_MAX)
			continue;
		more = realloc(*list, (*n + 1) * sizeof(**list));
		if (more) {
			*list = more;
			if (!virtual_kernel_open(path, NULL, &more[*n], NULL))
				++*n;
		} else {
			ret = -ENOMEM;
		}
	}
	if (boot)
		closedir(boot);
	return ret;
}

static int by_release(const void *a, const void *b)
{
	const struct virtual_kernel *left = a, *right = b;

	return strverscmp(left->release, right->release);
}

int virtual_kernels_list(struct virtual_kernel **list, size_t *n, struct err *err)
{
	char kernels[PATH_MAX], boot[PATH_MAX + NAME_MAX + 8];
	struct dirent *entry;
	int ret = cache_path(kernels, "kernels", err);
	DIR *dir = ret ? NULL : opendir(kernels);

	*list = NULL;
	*n = 0;
	while (dir && !ret && (entry = readdir(dir))) {
		snprintf(boot, sizeof(boot), "%s/%s/boot", kernels, entry->d_name);
		if (entry->d_name[0] != '.')
			ret = list_dir(boot, list, n);
	}
	if (dir)
		closedir(dir);
	if (!ret)
		ret = list_dir("/boot", list, n);
	if (ret == -ENOMEM)
		err_set(err, ENOMEM, "no memory for the list of kernels");
	if (*n)
		qsort(*list, *n, sizeof(**list), by_release);
	return ret;
}

int virtual_available(struct err *why)
{
	char path[PATH_MAX];
	struct utsname uts;

	if (uname(&uts) || strcmp(uts.machine, "x86_64") != 0)
		return err_set(why, ENOSYS, "virtual time is for x86-64 machines; this is %s",
			       uts.machine);
	return machine_qemu(path, why);
}
