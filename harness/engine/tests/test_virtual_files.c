/* SPDX-License-Identifier: MIT */
/* The virtual engine without QEMU: initramfs, modules, kernels, hashes, lines. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/virtual/cache.h"
#include "engine/virtual/cpio.h"
#include "engine/virtual/hash.h"
#include "engine/virtual/lines.h"
#include "engine/virtual/modules.h"
#include "engine/virtual/virtual.h"

static char dir[64];

static void setup(void)
{
	strcpy(dir, "/tmp/deadpeer-test.XXXXXX");
	cr_assert(mkdtemp(dir));
}

static void teardown(void)
{
	cache_remove(dir);
}

static void write_bytes(const char *name, const void *bytes, size_t len)
{
	char path[256];
	FILE *out;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	cr_assert_eq(cache_mkdirs(path, NULL), 0);
	out = fopen(path, "we");
	cr_assert(out);
	cr_assert_eq(fwrite(bytes, 1, len, out), len);
	fclose(out);
}

static void write_text(const char *name, const char *text)
{
	write_bytes(name, text, strlen(text));
}

TestSuite(virtual_files, .init = setup, .fini = teardown);

Test(virtual_files, cpio_entries_are_newc_and_aligned)
{
	char *bytes = NULL;
	size_t len = 0;
	struct cpio cpio = { .out = open_memstream(&bytes, &len) };

	cpio_dir(&cpio, "dev", 0755);
	cpio_char_device(&cpio, "dev/console", 0600, 5, 1);
	cpio_file(&cpio, "init", 0755, "hello", 5);
	cpio_end(&cpio);
	fclose(cpio.out);

	/* 110 bytes of header; name with NUL and contents each padded to 4 (buffer-format.rst). */
	cr_assert_eq(memcmp(bytes, "070701" "00000001" "000041ED", 22), 0);
	cr_assert_str_eq(bytes + 110, "dev");
	cr_assert_eq(memcmp(bytes + 116, "070701" "00000002" "00002180", 22), 0);
	cr_assert_eq(memcmp(bytes + 116 + 6 + 9 * 8, "00000005" "00000001" "0000000C", 24), 0);
	cr_assert_str_eq(bytes + 116 + 110, "dev/console");
	cr_assert_eq(memcmp(bytes + 240, "070701" "00000003" "000081ED", 22), 0);
	cr_assert_eq(memcmp(bytes + 240 + 6 + 6 * 8, "00000005", 8), 0);
	cr_assert_eq(memcmp(bytes + 240 + 116, "hello\0\0\0" "070701", 14), 0);
	cr_assert_eq(len % 4, 0);
	cr_assert_str_eq(bytes + 240 + 124 + 110, "TRAILER!!!");
	free(bytes);
}

static void check_order(const struct modules *list, const char *first, const char *then)
{
	size_t a = list->n, b = list->n;

	for (size_t i = 0; i < list->n; i++) {
		if (strstr(list->path[i], first))
			a = i;
		if (strstr(list->path[i], then))
			b = i;
	}
	cr_assert(a < list->n && b < list->n, "%s and %s must be there", first, then);
	cr_assert(a < b, "%s must come before %s", first, then);
}

Test(virtual_files, modules_dep_gives_the_order)
{
	struct err err = { "" };
	struct modules list;

	write_text("modules.builtin", "kernel/net/packet/af_packet.ko\n");
	write_text("modules.dep",
		   "kernel/net/bridge/bridge.ko: kernel/net/802/stp.ko kernel/net/llc/llc.ko\n"
		   "kernel/net/802/stp.ko: kernel/net/llc/llc.ko\n"
		   "kernel/net/llc/llc.ko:\n"
		   "kernel/drivers/net/veth.ko:\n"
		   "kernel/drivers/net/e1000.ko:\n"
		   "kernel/net/sched/sch_netem.ko:\n");
	cr_assert_eq(modules_resolve(dir, &list, &err), 0, "%s", err.text);
	cr_assert_eq(list.n, 5, "what is not asked for stays out");
	check_order(&list, "llc.ko", "stp.ko");
	check_order(&list, "stp.ko", "bridge.ko");
	cr_assert(list.path[0][0] == '/');
	modules_free(&list);
}

static void write_module(const char *name, const char *depends)
{
	char path[128], text[256];
	int n;

	snprintf(path, sizeof(path), "kernel/%s", name);
	n = snprintf(text, sizeof(text), "ELF%cname=x%cdepends=%s%cvermagic=y", 0, 0, depends, 0);
	write_bytes(path, text, (size_t)n);
}

static void write_required(void)
{
	write_text("modules.builtin", "kernel/net/packet/af_packet.ko\nkernel/net/llc/llc.ko\n");
	write_module("sch_netem.ko", "");
	write_module("veth.ko", "");
	write_module("bridge.ko", "stp,llc");
	write_module("stp.ko", "llc");
}

Test(virtual_files, modules_are_asked_when_there_is_no_modules_dep)
{
	struct err err = { "" };
	struct modules list;

	write_required();
	write_module("nft-chain-nat.ko", "");
	cr_assert_eq(modules_resolve(dir, &list, &err), 0, "%s", err.text);
	cr_assert_eq(list.n, 5);
	check_order(&list, "stp.ko", "bridge.ko");
	modules_free(&list);

	/* What is written down for the next time says the same. */
	cr_assert_eq(modules_prepare(dir, &err), 0, "%s", err.text);
	cr_assert_eq(modules_resolve(dir, &list, &err), 0, "%s", err.text);
	cr_assert_eq(list.n, 5);
	check_order(&list, "stp.ko", "bridge.ko");
	modules_free(&list);
}

Test(virtual_files, a_module_wanted_since_modules_dep_was_written_is_found)
{
	struct err err = { "" };
	struct modules list;

	write_required();
	cr_assert_eq(modules_prepare(dir, &err), 0, "%s", err.text);
	write_module("nft_chain_nat.ko", "llc");
	cr_assert_eq(modules_resolve(dir, &list, &err), 0, "%s", err.text);
	cr_assert_eq(list.n, 5);
	check_order(&list, "stp.ko", "nft_chain_nat.ko");
	modules_free(&list);
}

Test(virtual_files, a_kernel_without_netem_is_named)
{
	struct err err = { "" };
	struct modules list;
	char path[128];

	write_required();
	snprintf(path, sizeof(path), "%s/kernel/sch_netem.ko", dir);
	unlink(path);
	cr_assert_eq(modules_resolve(dir, &list, &err), -ENOENT);
	cr_assert(strstr(err.text, "sch_netem"), "%s", err.text);
}

Test(virtual_files, a_module_without_what_it_needs_is_named)
{
	struct err err = { "" };
	struct modules list;
	char path[128];

	write_required();
	snprintf(path, sizeof(path), "%s/kernel/stp.ko", dir);
	unlink(path);
	cr_assert_eq(modules_resolve(dir, &list, &err), -ENOENT);
	cr_assert(strstr(err.text, "bridge") && strstr(err.text, "stp"), "%s", err.text);
}

/* A bzImage's header and @size bytes in all; 10 sectors of set-up and 4096 of system. */
static void write_image(const char *name, size_t size)
{
	static unsigned char image[16384];

	memset(image, 0, sizeof(image));
	image[0x1f1] = 9;
	image[0x1f4] = 4096 / 16 % 256;
	image[0x1f5] = 4096 / 16 / 256;
	memcpy(image + 0x202, "HdrS", 4);
	image[0x20e] = 0x00;
	image[0x20f] = 0x02; /* the version string is at 0x400 */
	image[0x236] = 1;
	strcpy((char *)image + 0x400, "6.1.0-test (someone@somewhere) #1");
	write_bytes(name, image, size);
}

Test(virtual_files, kernels_are_looked_at_before_they_run)
{
	struct virtual_kernel k;
	struct err err = { "" };
	char path[128], modules[128];

	write_required();
	snprintf(modules, sizeof(modules), "%s", dir);
	write_image("vmlinuz", 10 * 512 + 4096);
	snprintf(path, sizeof(path), "%s/vmlinuz", dir);
	cr_assert_eq(virtual_kernel_open(path, modules, &k, &err), 0, "%s", err.text);
	cr_assert_str_eq(k.release, "6.1.0-test");
	cr_assert_str_eq(k.label, "6.1.0-test");
	cr_assert_eq(virtual_kernel_open(path, NULL, &k, &err), -ENOENT);
	cr_assert(strstr(err.text, "6.1.0-test"), "%s", err.text);

	write_image("vmlinuz", 10 * 512 + 4095);
	cr_assert_eq(virtual_kernel_open(path, modules, &k, &err), -EINVAL);
	cr_assert(strstr(err.text, "truncated"), "%s", err.text);
	write_text("vmlinuz", "not a kernel");
	cr_assert_eq(virtual_kernel_open(path, modules, &k, &err), -EINVAL);
	cr_assert_eq(virtual_kernel_open("/nonexistent/vmlinuz", modules, &k, &err), -ENOENT);
}

Test(virtual_files, only_numbers_are_a_series)
{
	struct virtual_kernel k;
	struct err err = { "" };

	cr_assert_eq(virtual_kernel_fetch("latest; rm", &k, &err), -EINVAL);
	cr_assert_eq(virtual_kernel_fetch("", &k, &err), -EINVAL);
}

/* Those by which the hash multiplies, for one. */
Test(virtual_files, no_word_makes_the_hash_forget)
{
	static const uint64_t words[] = { UINT64_C(0xe7037ed1a0b428db), UINT64_C(0xa0761d6478bd642f),
					  0, UINT64_MAX };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		cr_assert_neq(hash_bytes(1, &words[i], 8), hash_bytes(2, &words[i], 8));
}

Test(virtual_files, hashes_differ_where_bytes_do)
{
	char a[100] = { 0 }, b[100] = { 0 };

	b[99] = 1;
	cr_assert_neq(hash_bytes(HASH_START, a, 100), hash_bytes(HASH_START, b, 100));
	cr_assert_neq(hash_bytes(HASH_START, a, 99), hash_bytes(HASH_START, a, 100));
	cr_assert_neq(hash_string(hash_string(HASH_START, "ab"), "c"),
		      hash_string(hash_string(HASH_START, "a"), "bc"));
	cr_assert_eq(hash_string(HASH_START, "same"), hash_string(HASH_START, "same"));
}

static void collect(void *arg, const char *line, size_t len)
{
	strncat(arg, line, len);
	strcat(arg, "|");
}

Test(virtual_files, lines_are_cut_wherever_pieces_end)
{
	struct lines lines = { 0 };
	char got[64] = "";

	lines_feed(&lines, "one\ntw", 6, collect, got);
	lines_feed(&lines, "o\n", 2, collect, got);
	lines_feed(&lines, "three", 5, collect, got);
	cr_assert_str_eq(got, "one|two|");
	lines_flush(&lines, collect, got);
	cr_assert_str_eq(got, "one|two|three|");
	lines_feed(&lines, "unheard\n", 8, NULL, NULL);
	lines_free(&lines);
}
