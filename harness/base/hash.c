/* SPDX-License-Identifier: MIT */
#include "base/hash.h"

#include <string.h>

uint64_t hash_memory(uint64_t from, const void *bytes, size_t n)
{
	const unsigned char *p = bytes;

	while (n--)
		from = (from ^ *p++) * UINT64_C(0x100000001b3);
	return from;
}

uint64_t hash_text(uint64_t from, const char *text)
{
	return hash_memory(from, text, strlen(text));
}

uint64_t hash_mix(uint64_t a, uint64_t b)
{
	uint64_t z = a + UINT64_C(0x9e3779b97f4a7c15) * (b + 1);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

int64_t hash_below(uint64_t seed, int64_t bound)
{
	return (int64_t)(hash_mix(seed, 0) % (uint64_t)bound);
}
