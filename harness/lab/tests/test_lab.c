/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "lab/tests/stub.h"
#include "netns/link.h"
#include "netns/sysctl.h"

static int open_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static void up_and_down(int family, enum side observer)
{
	struct lab_config config = stub_config("good");
	struct err err = {""};
	struct lab lab;

	config.family = family;
	config.observer = observer;
	cr_assert_eq(lab_up(&lab, &config, &err), 0, "%s", err.text);
	cr_assert_gt(lab.observer.pid, 0);
	cr_assert_gt(lab.peer.pid, 0);
	lab_down(&lab);
	cr_assert_eq(lab.observer.pid, 0);
	cr_assert_eq(waitpid(-1, NULL, WNOHANG), -1, "no child is left");
	cr_assert_eq(errno, ECHILD);
	lab_down(&lab);
}

/* Probes close their sockets in threads that live some 20 ms longer (netns/probe.h). */
static int descriptors_settled_at(int wanted)
{
	int64_t deadline_ns = clock_now_ns() + 5 * NS_PER_S;
	int n = open_descriptors();

	while (n != wanted && clock_now_ns() < deadline_ns) {
		sched_yield();
		n = open_descriptors();
	}
	return n;
}

Test(lab, leaves_nothing)
{
	int before = open_descriptors();

	up_and_down(AF_INET, SIDE_CLIENT);
	up_and_down(AF_INET6, SIDE_SERVER);
	cr_assert_eq(descriptors_settled_at(before), before);
}

Test(lab, programs_are_in_their_namespaces)
{
	char link[64], of_observer[64] = "", of_peer[64] = "";
	struct lab lab;

	stub_lab(&lab, "good");
	snprintf(link, sizeof(link), "/proc/%d/ns/net", lab.observer.pid);
	cr_assert_gt(readlink(link, of_observer, sizeof(of_observer) - 1), 0);
	snprintf(link, sizeof(link), "/proc/%d/ns/net", lab.peer.pid);
	cr_assert_gt(readlink(link, of_peer, sizeof(of_peer) - 1), 0);
	cr_assert_str_neq(of_observer, of_peer);
	lab_down(&lab);
}

/* Standard descriptors, events, commands, and nothing else of the lab's. */
Test(lab, programs_inherit_five_descriptors)
{
	struct dirent *entry;
	char path[64];
	struct lab lab;
	DIR *dir;

	stub_lab(&lab, "good");
	snprintf(path, sizeof(path), "/proc/%d/fd", lab.peer.pid);
	dir = opendir(path);
	cr_assert(dir);
	while ((entry = readdir(dir)))
		cr_assert(entry->d_name[0] == '.' || strlen(entry->d_name) == 1, "descriptor %s",
			  entry->d_name);
	closedir(dir);
	lab_down(&lab);
}

Test(lab, sysctls_reach_the_observer_only)
{
	struct lab_config config = stub_config("good");
	struct err err = {""};
	struct lab lab;
	char value[32];

	config.n_sysctl = 1;
	strcpy(config.sysctl[0].name, "net.ipv4.tcp_retries2");
	strcpy(config.sysctl[0].value, "8");
	cr_assert_eq(lab_up(&lab, &config, &err), 0, "%s", err.text);
	sysctl_get(lab.ns[PLACE_OBSERVER], "net.ipv4.tcp_retries2", value, sizeof(value), &err);
	cr_assert_str_eq(value, "8");
	sysctl_get(lab.ns[PLACE_PEER], "net.ipv4.tcp_retries2", value, sizeof(value), &err);
	cr_assert_str_eq(value, "15");
	lab_down(&lab);
}

/* Each end tells the routers of its IPv6 group twice when it joins and twice when its link-local address
 * is there (RFC 3810 6.1, Robustness Variable; net/ipv6/mcast.c: mld_send_initial_cr), within 20 ms
 * each and while the lab is built, as a rule. */
enum { REPORTS = 4 };

Test(lab, an_idle_lab_is_silent)
{
	for (int i = 0; i < 2; i++) {
		struct lab_config config = stub_config("good");
		uint64_t most = i ? REPORTS : 0, last;
		struct link_state before, now;
		struct err err = {""};
		struct lab lab;

		config.family = i ? AF_INET6 : AF_INET;
		cr_assert_eq(lab_up(&lab, &config, &err), 0, "%s", err.text);
		cr_assert_eq(link_get(lab.ns[PLACE_OBSERVER], LAB_OBS_DEV, &before, &err), 0);
		now = before;
		do {
			last = now.rx_packets + now.tx_packets;
			clock_sleep_until(stub_deadline(300));
			cr_assert_eq(link_get(lab.ns[PLACE_OBSERVER], LAB_OBS_DEV, &now, &err), 0);
			cr_assert_leq(now.rx_packets, before.rx_packets + most, "IPv%d", i ? 6 : 4);
			cr_assert_leq(now.tx_packets, before.tx_packets + most, "IPv%d", i ? 6 : 4);
		} while (now.rx_packets + now.tx_packets != last);
		lab_down(&lab);
	}
}

static void cannot_come_up(const char *stub, int wait_ms, int want, const char *sentence)
{
	struct lab_config config = stub_config(stub);
	struct err err = {""};
	struct lab lab;

	config.deadline_ns = stub_deadline(wait_ms);
	cr_assert_eq(lab_up(&lab, &config, &err), want, "%s: %s", stub, err.text);
	cr_assert(strstr(err.text, sentence), "%s", err.text);
	cr_assert_eq(waitpid(-1, NULL, WNOHANG), -1, "no child is left");
}

Test(lab, programs_that_do_not_start)
{
	cannot_come_up("mute", 1500, -ETIMEDOUT, "the observer is not ready");
	cannot_come_up("error", STUB_PATIENCE, -EPIPE, "the observer: as planned");
}

Test(lab, a_file_that_cannot_be_started)
{
	struct lab_config config = stub_config("good");
	struct err err = {""};
	struct lab lab;

	config.exe = "/nonexistent/deadpeer";
	cr_assert_eq(lab_up(&lab, &config, &err), -EPIPE);
	cr_assert(strstr(err.text, "/nonexistent/deadpeer: No such file"), "%s", err.text);
}

Test(lab, commands_and_events)
{
	struct err err = {""};
	struct event ev;
	bool from_peer;
	struct lab lab;

	stub_lab(&lab, "good");
	cr_assert_eq(lab_command(&lab.peer, COMMAND_GO, 1, &err), 0);
	cr_assert_eq(lab_next_event(&lab, stub_deadline(STUB_PATIENCE), &ev, &from_peer, &err), 1);
	cr_assert(from_peer);
	cr_assert_eq(ev.kind, EVENT_ARMED);
	cr_assert_eq(lab_command(&lab.observer, COMMAND_REPORT, 0, &err), 0);
	cr_assert_eq(lab_next_event(&lab, stub_deadline(STUB_PATIENCE), &ev, &from_peer, &err), 1);
	cr_assert_not(from_peer);
	cr_assert_eq(lab_next_event(&lab, stub_deadline(STUB_PATIENCE), &ev, &from_peer, &err), 1);
	cr_assert_eq(ev.kind, EVENT_DONE);
	cr_assert_eq(lab_next_event(&lab, stub_deadline(20), &ev, &from_peer, &err), 0);
	lab_down(&lab);
}

static void after_go(const char *stub, int want, const char *sentence)
{
	struct err err = {""};
	struct event ev;
	bool from_peer;
	struct lab lab;

	stub_lab(&lab, stub);
	cr_assert_eq(lab_command(&lab.peer, COMMAND_GO, 1, &err), 0);
	cr_assert_eq(lab_next_event(&lab, stub_deadline(STUB_PATIENCE), &ev, &from_peer, &err), want);
	cr_assert(strstr(err.text, sentence), "%s", err.text);
	lab_down(&lab);
}

Test(lab, programs_that_misbehave)
{
	after_go("quit", -EPIPE, "the peer exited with status 3");
	after_go("torn", -EPROTO, "4 bytes");
}

Test(lab, what_was_said_at_once_is_heard_one_by_one_and_before_the_end)
{
	struct err err = {""};
	struct event ev;
	bool from_peer;
	struct lab lab;
	siginfo_t si;

	stub_lab(&lab, "wordy");
	cr_assert_eq(lab_command(&lab.peer, COMMAND_GO, 1, &err), 0);
	cr_assert_eq(waitid(P_PIDFD, (id_t)lab.peer.pidfd, &si, WEXITED | WNOWAIT), 0);
	for (int i = 0; i < EVENT_BATCH; i++) {
		cr_assert_eq(lab_next_event(&lab, stub_deadline(STUB_PATIENCE), &ev, &from_peer, &err), 1);
		cr_assert(from_peer);
		cr_assert_eq(ev.conn, i);
	}
	cr_assert_eq(lab_next_event(&lab, stub_deadline(STUB_PATIENCE), &ev, &from_peer, &err), -EPIPE);
	cr_assert(strstr(err.text, "the peer exited with status 3"), "%s", err.text);
	lab_down(&lab);
}

Test(lab, an_unexpected_end_is_told_and_a_planned_one_is_not)
{
	struct err err = {""};
	struct event ev;
	bool from_peer;
	struct lab lab;

	stub_lab(&lab, "good");
	lab.peer.killed = true;
	kill(lab.peer.pid, SIGKILL);
	cr_assert_eq(lab_next_event(&lab, stub_deadline(200), &ev, &from_peer, &err), 0);
	cr_assert_eq(lab_wait_program(&lab.peer, WEXITED, stub_deadline(STUB_PATIENCE), &err), 0);
	cr_assert_eq(lab_command(&lab.peer, COMMAND_GO, 0, &err), -EPIPE, "and no SIGPIPE");
	kill(lab.observer.pid, SIGSEGV);
	cr_assert_eq(lab_next_event(&lab, stub_deadline(STUB_PATIENCE), &ev, &from_peer, &err), -EPIPE);
	cr_assert(strstr(err.text, "the observer was killed by SIGSEGV"), "%s", err.text);
	lab_down(&lab);
}

Test(lab, stop_and_continue_are_events)
{
	struct err err = {""};
	struct lab lab;

	stub_lab(&lab, "good");
	cr_assert_eq(lab_wait_program(&lab.peer, WSTOPPED, stub_deadline(20), &err), -ETIMEDOUT);
	kill(lab.peer.pid, SIGTSTP);
	cr_assert_eq(lab_wait_program(&lab.peer, WSTOPPED, stub_deadline(STUB_PATIENCE), &err), 0, "%s",
		     err.text);
	cr_assert(lab.peer.stopped);
	kill(lab.peer.pid, SIGCONT);
	cr_assert_eq(lab_wait_program(&lab.peer, WCONTINUED, stub_deadline(STUB_PATIENCE), &err), 0);
	cr_assert_not(lab.peer.stopped);
	kill(lab.peer.pid, SIGKILL);
	cr_assert_eq(lab_wait_program(&lab.peer, WSTOPPED, stub_deadline(STUB_PATIENCE), &err), -ESRCH);
	lab_down(&lab);
}

static void start_a_lab(pid_t pids[2])
{
	struct lab lab;

	stub_lab(&lab, "good");
	pids[0] = lab.observer.pid;
	pids[1] = lab.peer.pid;
}

Test(lab, programs_die_with_the_lab)
{
	stub_config("good");
	stub_dies_with_lab(start_a_lab);
}
