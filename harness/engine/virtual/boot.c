/* SPDX-License-Identifier: MIT */
/* From a kernel to its snapshot, and from that to one in which a program has made itself ready. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "engine/virtual/box.h"
#include "engine/virtual/freeze.h"
#include "engine/virtual/hash.h"
#include "engine/virtual/initrd.h"
#include "engine/virtual/machine.h"
#include "engine/virtual/virtual.h"

static int describe(struct virtual_kernel *k, struct freeze *f, struct err *err)
{
	int ret = machine_identity(&f->key, err);

	if (!ret) {
		f->initrd = initrd_build(k->modules, err);
		ret = f->initrd < 0 ? f->initrd : hash_fd(&f->key, f->initrd, "initramfs", err);
	}
	if (!ret) {
		f->kernel = open(k->image, O_RDONLY | O_CLOEXEC);
		ret = f->kernel < 0 ? err_sys(err, errno, "cannot open the kernel %s", k->image) :
				      hash_fd(&f->key, f->kernel, k->image, err);
	}
	return ret;
}

int virtual_snapshot(struct virtual_kernel *k, struct err *err)
{
	struct freeze f = { .shelf = "snapshots", .kernel = -1, .initrd = -1,
			    .key = hash_bytes(HASH_START, &(unsigned){ BOX_VERSION },
					      sizeof(unsigned)) };
	int ret = describe(k, &f, err);

	k->loaded = false;
	if (!ret)
		ret = freeze_ensure(&f, k->snapshot, k->release, err);
	if (ret)
		ret = err_prefix(err, ret, "kernel %s", k->label);
	k->key = f.key;
	if (f.kernel >= 0)
		close(f.kernel);
	if (f.initrd >= 0)
		close(f.initrd);
	return ret;
}

int virtual_load(struct virtual_kernel *k, const char *program, char *const *argv, struct err *err)
{
	const struct virtual_job job = { .program = program, .argv = argv };
	struct freeze f = { .shelf = "loaded", .key = k->key, .kernel = -1, .initrd = -1,
			    .from = k->snapshot, .job = &job };
	struct virtual_kernel out = *k;
	int ret = hash_file(&f.key, program, err);

	for (int i = 0; argv[i]; i++)
		f.key = hash_string(f.key, argv[i]);
	if (!ret)
		ret = freeze_ensure(&f, out.snapshot, out.release, err);
	if (ret)
		return err_prefix(err, ret, "kernel %s, with %s in it", k->label, argv[0]);
	out.loaded = true;
	*k = out;
	return 0;
}
