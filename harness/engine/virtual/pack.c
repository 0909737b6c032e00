/* SPDX-License-Identifier: MIT */
/* A program's symbols and debug sections lie behind all that is loaded (ELF, program headers), so
 * only the part that is loaded goes in: every byte is one that the guest has to copy. */
#include "engine/virtual/pack.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct packer {
	char *in;
	uint64_t used;
};

static int put(struct packer *p, const void *bytes, uint64_t len, uint64_t *off, struct err *err)
{
	if (len > BOX_IN_SIZE - p->used)
		return err_set(err, E2BIG, "the program and its files do not fit into %u MB",
			       BOX_IN_SIZE >> 20);
	if (len)
		memcpy(p->in + p->used, bytes, len);
	*off = p->used;
	p->used = (p->used + len + 7) & ~UINT64_C(7);
	if (p->used > BOX_IN_SIZE)
		p->used = BOX_IN_SIZE;
	return 0;
}

/* How much of the executable is ever loaded; 0: it is not one that the guest could run. */
static uint64_t loaded_size(const char *bytes, uint64_t size)
{
	const Elf64_Ehdr *elf = (const void *)bytes;
	const Elf64_Phdr *seg;
	uint64_t end;

	if (size < sizeof(*elf) || memcmp(elf->e_ident, ELFMAG, SELFMAG) != 0 ||
	    elf->e_ident[EI_CLASS] != ELFCLASS64 || elf->e_machine != EM_X86_64 ||
	    elf->e_phoff > size || elf->e_phnum > (size - elf->e_phoff) / sizeof(*seg))
		return 0;
	seg = (const void *)(bytes + elf->e_phoff);
	end = elf->e_phoff + elf->e_phnum * sizeof(*seg);
	for (int i = 0; i < elf->e_phnum; i++) {
		if (seg[i].p_type == PT_INTERP)
			return 0;
		if (seg[i].p_offset > size || seg[i].p_filesz > size - seg[i].p_offset)
			return 0;
		if (seg[i].p_offset + seg[i].p_filesz > end)
			end = seg[i].p_offset + seg[i].p_filesz;
	}
	return end;
}

static int put_program(struct packer *p, const char *path, struct box_file *file, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st = { 0 };
	void *bytes = MAP_FAILED;
	int ret;

	if (fd >= 0 && !fstat(fd, &st))
		bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	ret = bytes == MAP_FAILED ? err_sys(err, errno, "cannot read the program %s", path) : 0;
	if (fd >= 0)
		close(fd);
	if (ret)
		return ret;
	file->len = loaded_size(bytes, (uint64_t)st.st_size);
	if (file->len)
		ret = put(p, bytes, file->len, &file->off, err);
	else
		ret = err_set(err, EINVAL, "%s is not a static x86-64 executable", path);
	munmap(bytes, (size_t)st.st_size);
	return ret;
}

static int put_argv(struct packer *p, struct box_head *box, char *const *argv, struct err *err)
{
	uint64_t start = p->used;

	for (box->argc = 0; argv && argv[box->argc]; box->argc++) {
		size_t len = strlen(argv[box->argc]) + 1;

		if (len > BOX_IN_SIZE - p->used)
			return err_set(err, E2BIG, "the program's arguments are too long");
		memcpy(p->in + p->used, argv[box->argc], len);
		p->used += len;
	}
	box->argv_off = start;
	p->used = (p->used + 7) & ~UINT64_C(7);
	return 0;
}

int pack_job(struct box_head *box, enum box_task task, const struct virtual_job *job,
	     struct err *err)
{
	struct packer p = { .in = (char *)box + BOX_IN };
	struct box_file *file;
	int ret;

	if ((job->nfiles + 1) > BOX_IN_SIZE / sizeof(*file))
		return err_set(err, E2BIG, "too many files for one guest");
	*box = (struct box_head){ .magic = BOX_MAGIC, .version = BOX_VERSION, .task = task,
				  .seed = job->seed,
				  .deadline_ns = job->deadline_ns,
				  .nfiles = (uint32_t)job->nfiles + 1 };
	file = (struct box_file *)p.in;
	p.used = box->nfiles * sizeof(*file);
	ret = put_argv(&p, box, job->argv, err);
	for (size_t i = 0; !ret && i < job->nfiles; i++) {
		const struct virtual_file *from = &job->files[i];

		if (strchr(from->name, '/') || strlen(from->name) >= sizeof(file->name))
			return err_set(err, EINVAL, "no file of the guest can be named %s",
				       from->name);
		memcpy(file[i + 1].name, from->name, strlen(from->name) + 1);
		file[i + 1].len = from->len;
		ret = put(&p, from->bytes, from->len, &file[i + 1].off, err);
	}
	if (!ret && task != BOX_GO_ON)
		ret = put_program(&p, job->program, &file[0], err);
	if (!ret && job->input_len > BOX_INPUT_MAX)
		ret = err_set(err, E2BIG, "the program's input is longer than %u KB",
			      BOX_INPUT_MAX >> 10);
	if (!ret)
		ret = put(&p, job->input, job->input_len, &box->input_off, err);
	box->input_len = job->input_len;
	return ret;
}
