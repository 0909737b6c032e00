/* SPDX-License-Identifier: MIT */
/*
 * select(2) until the socket is readable, then recv(2): 0 or an error is the end. Readable does not
 * mean data: end of file and a pending error make a socket readable too (select(2)), so select
 * itself tells nothing that recv would not.
 *
 * The fd_set of glibc holds 1024 descriptors and the observer has more. The kernel knows no such
 * limit: it reads nfds bits, rounded up to longs (fs/select.c: core_sys_select). So the set here is
 * a longer array of the same bits, which is what select(2) advises against and programs do.
 */
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "method/attempt.h"
#include "method/method.h"
#include "theory/tcp.h"

enum { SELECT_FDS = 1 << 15, SELECT_LONG_BITS = 8 * sizeof(unsigned long) };

static int select_arm(struct watch *watch, struct err *err)
{
	if (watch->fd >= SELECT_FDS)
		return err_set(err, EMFILE, "select watches descriptors below %d, and this one is %d",
			       SELECT_FDS, watch->fd);
	return 0;
}

/* select(2) for writing, which a failed connect(2) makes it, too. */
static bool select_connect(struct watch *watch)
{
	unsigned long set[SELECT_FDS / SELECT_LONG_BITS];
	size_t word = (size_t)watch->fd / SELECT_LONG_BITS;
	int ret = attempt_start(watch), n, err;
	int64_t now;

	if (ret <= 0)
		return ret < 0;
	do {
		memset(set, 0, (word + 1) * sizeof(set[0]));
		set[word] = 1UL << ((size_t)watch->fd % SELECT_LONG_BITS);
		n = select(watch->fd + 1, NULL, (fd_set *)set, NULL, NULL);
		err = errno;
		now = clock_now_ns();
		atomic_fetch_add(&watch->wakeups, 1);
	} while (n < 0 && err == EINTR);
	return attempt_ended(watch, now, "select=1");
}

static void select_watch(struct watch *watch)
{
	unsigned long set[SELECT_FDS / SELECT_LONG_BITS];
	size_t word = (size_t)watch->fd / SELECT_LONG_BITS;
	unsigned long bit = 1UL << ((size_t)watch->fd % SELECT_LONG_BITS);
	char bytes[4096];

	for (;;) {
		ssize_t n;
		int err;
		int64_t now;

		memset(set, 0, (word + 1) * sizeof(set[0]));
		set[word] = bit;
		n = select(watch->fd + 1, (fd_set *)set, NULL, NULL, NULL);
		err = errno;
		now = clock_now_ns();
		atomic_fetch_add(&watch->wakeups, 1);
		if (n < 0 && err == EINTR)
			continue;
		if (n < 0) {
			watch_saw(watch, now, "select", n, err);
			return;
		}
		n = recv(watch->fd, bytes, sizeof(bytes), 0);
		err = errno;
		now = clock_now_ns();
		if (n > 0) {
			watch_data(watch, bytes, n);
		} else if (n == 0 || err != EINTR) {
			watch_saw(watch, now, "recv", n, err);
			return;
		}
	}
}

static int64_t select_period_ns(const struct opt_values *opt, const struct situation *situation)
{
	(void)opt;
	(void)situation;
	return 0;
}

static void select_window(const struct opt_values *opt, const struct situation *situation,
			  struct window *window)
{
	(void)opt;
	tcp_readable_end(situation, &(struct tcp_options){ 0 }, window);
}

const struct method method_select = {
	.name = "select",
	.about = "select(2) for reading, then recv(2): 0 or an error is the end",
	.options = (const struct opt[]){ { 0 } },
	.reads = true,
	.arm = select_arm,
	.connect = select_connect,
	.watch = select_watch,
	.period_ns = select_period_ns,
	.window = select_window,
};
