/* SPDX-License-Identifier: MIT */
#include "engine/virtual/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* The factors are 0 for one value each, and what came before @b must not be lost even then: this
 * very program holds both constants, and is hashed. */
static uint64_t fold(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)(a ^ UINT64_C(0xa0761d6478bd642f)) *
				    (b ^ UINT64_C(0xe7037ed1a0b428db));

	return (uint64_t)product ^ (uint64_t)(product >> 64) ^ (a << 1 | a >> 63);
}

uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t len)
{
	const unsigned char *at = bytes;
	size_t left = len;
	uint64_t word;

	for (; left >= 8; left -= 8, at += 8) {
		memcpy(&word, at, 8);
		hash = fold(hash, word);
	}
	word = 0;
	if (left)
		memcpy(&word, at, left);
	return fold(fold(hash, word), len);
}

uint64_t hash_string(uint64_t hash, const char *text)
{
	return hash_bytes(hash, text, strlen(text));
}

int hash_fd(uint64_t *hash, int fd, const char *path, struct err *err)
{
	struct stat st;
	void *at;

	if (fstat(fd, &st))
		return err_sys(err, errno, "cannot read %s", path);
	if (!st.st_size) {
		*hash = hash_bytes(*hash, "", 0);
		return 0;
	}
	at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (at == MAP_FAILED)
		return err_sys(err, errno, "cannot read %s", path);
	*hash = hash_bytes(*hash, at, (size_t)st.st_size);
	munmap(at, (size_t)st.st_size);
	return 0;
}

int hash_file(uint64_t *hash, const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int ret;

	if (fd < 0)
		return err_sys(err, errno, "cannot open %s", path);
	ret = hash_fd(hash, fd, path, err);
	close(fd);
	return ret;
}
