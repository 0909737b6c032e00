/* SPDX-License-Identifier: MIT */
/*
 * The methods that watch from outside on a connection of the loopback, and the platform fact that
 * decides for sock_diag: a socket is not destroyed while a descriptor is open.
 */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "method/method.h"
#include "netns/monitor.h"
#include "netns/tests/scratch.h"

static void connect_pair(int *a, int *b)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(addr);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	cr_assert_eq(bind(listener, (struct sockaddr *)&addr, len), 0);
	cr_assert_eq(listen(listener, 1), 0);
	cr_assert_eq(getsockname(listener, (struct sockaddr *)&addr, &len), 0);
	*b = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	cr_assert_eq(connect(*b, (struct sockaddr *)&addr, len), 0);
	*a = accept(listener, NULL, NULL);
	cr_assert_geq(*a, 0);
	close(listener);
}

static void *run(void *arg)
{
	struct watch *watch = arg;

	watch->method->watch(watch);
	return NULL;
}

Test(outside, a_path_on_the_loopback_is_lo, .timeout = 30)
{
	struct monitor_path path;
	struct err err = { "" };
	int a, b;

	connect_pair(&a, &b);
	cr_assert_eq(monitor_path(a, NULL, &path, &err), 0, "%s", err.text);
	cr_assert_str_eq(path.device, "lo");
	cr_assert_eq(path.hop_len, 4);
}

Test(outside, the_kernel_destroys_a_socket_when_its_holder_closes_it, .timeout = 30)
{
	struct linger hard = { .l_onoff = 1, .l_linger = 0 };
	struct netns *ns = scratch_enter(); /* other connections of the machine are not heard */
	struct watch watch = { .method = &method_sock_diag };
	struct pollfd reset;
	struct err err = { "" };
	pthread_t thread;
	int peer;

	connect_pair(&watch.fd, &peer);
	cr_assert_eq(method_sock_diag.arm(&watch, &err), 0, "%s", err.text);
	watch.armed_ns = clock_now_ns();
	setsockopt(peer, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
	cr_assert_eq(pthread_create(&thread, NULL, run, &watch), 0);
	close(peer);
	reset = (struct pollfd){ .fd = watch.fd };
	cr_assert_eq(poll(&reset, 1, 5000), 1);
	/* The peer's own socket is destroyed, and heard; the reset one is not. */
	while (atomic_load(&watch.wakeups) == 0)
		poll(NULL, 0, 1);
	cr_assert_eq(watch.dead_ns, 0);
	close(watch.fd);
	pthread_join(thread, NULL);
	cr_assert_str_eq(watch.saw, "sock_diag destroyed");
	netns_free(ns);
}

Test(outside, a_link_that_goes_down_is_told, .timeout = 30)
{
	struct netns *ns = scratch_enter();
	struct watch watch = { .method = &method_link_watch };
	struct err err = { "" };
	pthread_t thread;
	int peer;

	connect_pair(&watch.fd, &peer);
	cr_assert_eq(method_link_watch.arm(&watch, &err), 0, "%s", err.text);
	watch.armed_ns = clock_now_ns();
	cr_assert_eq(pthread_create(&thread, NULL, run, &watch), 0);
	scratch_ok(link_set_up(ns, "lo", false, e));
	pthread_join(thread, NULL);
	cr_assert_str_eq(watch.saw, "link lo not running");
	method_link_watch.release(&watch);
	close(peer);
	netns_free(ns);
}
