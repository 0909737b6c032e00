/* SPDX-License-Identifier: MIT */
/*
 * IP_RECVERR (IPV6_RECVERR) and poll(2). Without it an ICMP unreachable that arrives for an
 * established connection is a soft error, remembered and told nobody; with it the error is put on
 * the socket at once, POLLERR wakes the waiter, and the connection stays usable
 * (net/ipv4/tcp_ipv4.c: tcp_v4_err; RFC 5461). ICMP counts only while data is in flight, for its
 * sequence number must lie within the window.
 *
 * The error queue (recvmsg with MSG_ERRQUEUE), which tells datagram sockets the ICMP's origin, type
 * and code, is read here as well, but TCP puts no ICMP into it: only the errno comes (ip(7)).
 *
 * dead: any     the first error of any kind is the end, as is recv 0
 * dead: final   errors are taken, and only a connection that has left ESTABLISHED has ended
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <linux/errqueue.h> /* needs struct timespec */

#include "base/clock.h"
#include "method/attempt.h"
#include "method/method.h"
#include "method/unreachable.h"
#include "theory/tcp.h"

enum { RECVERR_DEAD };
enum { DEAD_ANY, DEAD_FINAL };

static const char *const recverr_dead[] = { [DEAD_ANY] = "any", [DEAD_FINAL] = "final", NULL };

static const struct opt recverr_rows[] = {
	[RECVERR_DEAD] = { .name = "dead",
			   .type = OPT_WORD,
			   .def = "any",
			   .max = DEAD_FINAL,
			   .words = recverr_dead,
			   .about = "any: the first error is the end; final: only one that ends TCP is" },
	{ 0 },
};

static int recverr_arm(struct watch *watch, struct err *err)
{
	int domain = AF_INET, on = 1;
	socklen_t len = sizeof(domain);
	bool six;

	getsockopt(watch->fd, SOL_SOCKET, SO_DOMAIN, &domain, &len);
	six = domain == AF_INET6;
	if (setsockopt(watch->fd, six ? IPPROTO_IPV6 : IPPROTO_IP, six ? IPV6_RECVERR : IP_RECVERR, &on,
		       sizeof(on)) < 0)
		return err_sys(err, errno, "setsockopt(%s)", six ? "IPV6_RECVERR" : "IP_RECVERR");
	return 0;
}

/* Whatever the error queue holds, into @text: "icmp 3/1 EHOSTUNREACH "; empty where it is empty. */
static void recverr_queue(const struct watch *watch, char *text, size_t size)
{
	static const char *const origins[] = { "none", "local", "icmp", "icmp6" };
	union {
		char bytes[512];
		struct cmsghdr align;
	} control;
	struct msghdr msg = { .msg_control = control.bytes, .msg_controllen = sizeof(control) };
	size_t at = 0;

	text[0] = '\0';
	if (recvmsg(watch->fd, &msg, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
		return;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&msg); c && at < size; c = CMSG_NXTHDR(&msg, c)) {
		struct sock_extended_err e;

		if (!(c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR) &&
		    !(c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR))
			continue;
		memcpy(&e, CMSG_DATA(c), sizeof(e));
		at += (size_t)snprintf(text + at, size - at, "%s %d/%d %s ",
				       e.ee_origin < 4 ? origins[e.ee_origin] : "?", e.ee_type, e.ee_code,
				       strerrorname_np((int)e.ee_errno));
	}
}

static bool recverr_usable(const struct watch *watch)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);

	return getsockopt(watch->fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0 &&
	       info.tcpi_state == TCP_ESTABLISHED;
}

/* After poll said so. True when that is the end, and saw is written. */
static bool recverr_take(struct watch *watch, unsigned int events)
{
	char bytes[4096], queue[SAW_MAX / 2], call[SAW_MAX];
	ssize_t n;
	int64_t now;
	int err;

	recverr_queue(watch, queue, sizeof(queue));
	do {
		n = recv(watch->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
		err = errno;
		now = clock_now_ns();
	} while (n < 0 && err == EINTR);
	if (n > 0)
		watch_data(watch, bytes, n);
	if (n > 0 || (n < 0 && err == EAGAIN && !queue[0]))
		return false;
	if (n < 0 && watch->opt.v[RECVERR_DEAD] == DEAD_FINAL && recverr_usable(watch))
		return false;
	snprintf(call, sizeof(call), "%s%srecv", events & POLLERR ? "POLLERR " : "", queue);
	watch_saw(watch, now, call, n, err);
	return true;
}

/*
 * In SYN_SENT every ICMP error ends the attempt, asked for or not. But here TCP does put it into the
 * error queue (tcp_ipv4.c: tcp_v4_err calls ip_icmp_error): its origin, type and code are known.
 */
static bool recverr_connect(struct watch *watch)
{
	char queue[SAW_MAX / 2];
	size_t n;

	if (!attempt_poll(watch))
		return false;
	recverr_queue(watch, queue, sizeof(queue));
	n = strlen(watch->saw);
	snprintf(watch->saw + n, sizeof(watch->saw) - n, "%s%s", queue[0] ? " " : "", queue);
	return true;
}

static void recverr_watch(struct watch *watch)
{
	struct pollfd fd = { .fd = watch->fd, .events = POLLIN };

	for (;;) {
		int n = poll(&fd, 1, -1);
		int err = errno;
		int64_t now = clock_now_ns();

		atomic_fetch_add(&watch->wakeups, 1);
		if (n < 0 && err == EINTR)
			continue;
		if (n < 0) {
			watch_saw(watch, now, "poll", n, err);
			return;
		}
		if (recverr_take(watch, (unsigned int)fd.revents))
			return;
	}
}

static int64_t recverr_period_ns(const struct opt_values *opt, const struct situation *situation)
{
	(void)opt;
	(void)situation;
	return 0;
}

static void recverr_window(const struct opt_values *opt, const struct situation *situation,
			   struct window *window)
{
	tcp_readable_end(situation, &(struct tcp_options){ 0 }, window);
	if (opt->v[RECVERR_DEAD] == DEAD_ANY)
		unreachable_or(situation, window);
}

const struct method method_recverr = {
	.name = "recverr",
	.about = "IP_RECVERR and poll(2): an ICMP error is told at once, not only kept for the end",
	.options = recverr_rows,
	.reads = true,
	.arm = recverr_arm,
	.connect = recverr_connect,
	.watch = recverr_watch,
	.period_ns = recverr_period_ns,
	.window = recverr_window,
};
