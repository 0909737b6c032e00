/* SPDX-License-Identifier: MIT */
/* The clock in a saved state: set where QEMU puts it, and nothing else is touched. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "engine/virtual/state.h"

/* As QEMU 7.2 begins a stream: the section "timer", and its subsection with the bias
 * 0x12a00cced and 0x11af304f3 instructions; then the next section. */
static const char saved[] =
	"\4\0\0\0\0\5timer\0\0\0\0\0\0\0\2"
	"\0\0\0\x2f\xb8\x08\xe0\x08\0\0\0\0\0\0\0\0\0\0\0\x17\xdc\x04\x6e\xba"
	"\5\14timer/icount\0\0\0\1\0\0\0\1\x2a\0\xcc\xed\0\0\0\1\x1a\xf3\4\xf3"
	"\x7e\0\0\0\0\4\0\0\0\1\6replay";

enum {
	SIZE = sizeof(saved) - 1,
	BIAS_AT = SIZE - 33,
	BIAS_LEN = 8,
	INSTRUCTIONS_AT = BIAS_AT + BIAS_LEN,
};
#define CLOCK (INT64_C(0x12a00cced) + INT64_C(0x11af304f3))

static int memory(const char *bytes, size_t len)
{
	int fd = memfd_create("state", MFD_CLOEXEC);

	cr_assert_geq(fd, 0);
	cr_assert_eq(write(fd, bytes, len), (ssize_t)len);
	return fd;
}

static void is_left(int fd, const char expected[SIZE])
{
	char now[SIZE + 1];

	cr_assert_eq(pread(fd, now, sizeof(now), 0), SIZE);
	cr_assert_arr_eq(now, expected, SIZE);
	close(fd);
}

Test(virtual_state, a_clock_that_skipped_is_what_it_was_before)
{
	char skipped[SIZE], before[SIZE];
	struct err err = { "" };
	int fd;

	memcpy(skipped, saved, SIZE);
	skipped[BIAS_AT + 5] += 0x0a; /* 0xa0000 ns: 0.66 ms */
	memcpy(before, saved, SIZE);
	fd = memory(skipped, SIZE);
	cr_assert_eq(state_set_clock(fd, CLOCK, &err), 0, "%s", err.text);
	is_left(fd, before);
}

Test(virtual_state, a_clock_that_did_not_is_left)
{
	struct err err = { "" };
	int fd = memory(saved, SIZE);

	cr_assert_eq(state_set_clock(fd, CLOCK, &err), 0, "%s", err.text);
	is_left(fd, saved);
}

Test(virtual_state, no_machine_goes_back_in_time)
{
	struct err err = { "" };
	int fd = memory(saved, SIZE);

	cr_assert_eq(state_set_clock(fd, CLOCK + 1, &err), -EPROTO);
	cr_assert(strstr(err.text, " 1 ns behind"), "%s", err.text);
	is_left(fd, saved);
}

Test(virtual_state, a_state_without_a_clock_is_refused)
{
	static const size_t sizes[] = { 0, 1, BIAS_AT, INSTRUCTIONS_AT + 7 };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct err err = { "" };
		int fd = memory(saved, sizes[i]);

		cr_assert_eq(state_set_clock(fd, CLOCK, &err), -EPROTO, "%zu bytes", sizes[i]);
		cr_assert(strstr(err.text, "no clock"), "%s", err.text);
		close(fd);
	}
}
