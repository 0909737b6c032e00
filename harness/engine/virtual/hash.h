/* SPDX-License-Identifier: MIT */
#ifndef ENGINE_VIRTUAL_HASH_H
#define ENGINE_VIRTUAL_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "netns/err.h"

/*
 * 64 bits that tell one input from another and notice damage. Eight bytes at a time, multiply and
 * fold, at the speed of memory. Not for adversaries: whoever can write the cache can also write
 * the programs that read it.
 */

#define HASH_START UINT64_C(0x9e3779b97f4a7c15)

uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t len);
uint64_t hash_string(uint64_t hash, const char *text);
int hash_fd(uint64_t *hash, int fd, const char *path, struct err *err);
int hash_file(uint64_t *hash, const char *path, struct err *err);

#endif
