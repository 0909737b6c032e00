/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "engine/parcel.h"

static char taken[256];

static void take(void *arg, enum parcel_kind kind, const char *bytes, size_t size)
{
	size_t n = strlen(taken);

	(void)arg;
	snprintf(taken + n, sizeof(taken) - n, "%d:%.*s;", (int)kind, (int)size, bytes);
}

/* Three parcels, one of them empty, fed in pieces of every length. */
Test(parcel, are_whole_wherever_pieces_end)
{
	char stream[256];
	struct err err;
	ssize_t n;
	int fd[2];

	cr_assert_eq(pipe2(fd, O_CLOEXEC), 0);
	cr_assert_eq(parcel_put(fd[1], PARCEL_WORLD, "world", 5, &err), 0);
	cr_assert_eq(parcel_put(fd[1], PARCEL_CAPTURE, "", 0, &err), 0);
	cr_assert_eq(parcel_put(fd[1], PARCEL_FINDINGS, "what was found", 14, &err), 0);
	n = read(fd[0], stream, sizeof(stream));
	cr_assert_gt(n, 19);
	for (ssize_t piece = 1; piece <= n; piece++) {
		struct parcels parcels = { 0 };

		taken[0] = '\0';
		for (ssize_t at = 0; at < n; at += piece)
			cr_assert_eq(parcels_feed(&parcels, stream + at,
						  (size_t)(n - at < piece ? n - at : piece), take, NULL), 0);
		cr_assert_str_eq(taken, "1:world;2:;3:what was found;", "in pieces of %zd", piece);
		parcels_free(&parcels);
	}
}

Test(parcel, without_a_taker_says_so)
{
	struct err err = { "" };
	int fd[2];

	signal(SIGPIPE, SIG_IGN);
	cr_assert_eq(pipe2(fd, O_CLOEXEC), 0);
	close(fd[0]);
	cr_assert_eq(parcel_put(fd[1], PARCEL_WORLD, "world", 5, &err), -EPIPE);
	cr_assert(strstr(err.text, "nobody takes"), "%s", err.text);
}
