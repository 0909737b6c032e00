/* SPDX-License-Identifier: MIT */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/*
 * Small deterministic numbers for plans and seeds: no security, the same on every machine.
 * FNV-1a (RFC 9923) for text, splitmix64 (Steele, Lea, Flood 2014) to mix.
 */
uint64_t hash_memory(uint64_t from, const void *bytes, size_t n);
uint64_t hash_text(uint64_t from, const char *text);
uint64_t hash_mix(uint64_t a, uint64_t b);

/* Uniform in [0, bound), bound > 0. */
int64_t hash_below(uint64_t seed, int64_t bound);

#define HASH_START UINT64_C(0xcbf29ce484222325)

#endif
