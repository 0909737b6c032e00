/* SPDX-License-Identifier: MIT */
/* Each QEMU has a processor of its own, as long as there are some. */
#include <criterion/criterion.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/virtual/seat.h"

enum { MANY = 4096 };

static struct seat seats[MANY];

/* Takes all that are free. */
static int take_all(void)
{
	int n = 0;

	for (seat_take(&seats[0]); seats[n].cpu >= 0 && n + 1 < MANY; seat_take(&seats[++n]))
		;
	return n;
}

static int allowed(void)
{
	cpu_set_t cpus;

	cr_assert_eq(sched_getaffinity(0, sizeof(cpus), &cpus), 0);
	return CPU_COUNT(&cpus);
}

/* Other runs on this machine may have some of them. */
static int take_some(void)
{
	int n = take_all();

	if (!n)
		cr_skip_test("every processor is taken by another run");
	return n;
}

Test(virtual_seat, no_processor_is_taken_twice)
{
	int n = take_some();

	cr_assert_leq(n, allowed());
	cr_assert_eq(seats[n].held, -1);
	for (int i = 0; i < n; i++) {
		for (int j = 0; j < i; j++)
			cr_assert_neq(seats[i].cpu, seats[j].cpu);
	}
}

Test(virtual_seat, what_is_left_is_free_again)
{
	int n = take_some(), cpu = seats[n - 1].cpu;

	seat_leave(&seats[n - 1]);
	seat_leave(&seats[n - 1]);
	cr_assert_eq(seats[n - 1].cpu, -1);
	seat_take(&seats[n]);
	cr_assert_eq(seats[n].cpu, cpu);
}

/* Another run's, that is; also of one that was killed. */
Test(virtual_seat, ends_with_its_holder)
{
	int n = take_some(), cpu = seats[n - 1].cpu, status, ready[2];
	char byte;
	pid_t pid;

	seat_leave(&seats[n - 1]);
	cr_assert_eq(pipe(ready), 0);
	pid = fork();
	if (!pid) {
		seat_take(&seats[n - 1]);
		cr_assert_eq(write(ready[1], "", 1), 1);
		pause();
	}
	cr_assert_eq(read(ready[0], &byte, 1), 1);
	seat_take(&seats[n]);
	cr_assert_eq(seats[n].cpu, -1);
	kill(pid, SIGKILL);
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	seat_take(&seats[n]);
	cr_assert_eq(seats[n].cpu, cpu);
}

Test(virtual_seat, a_child_sits_on_it_alone)
{
	int n = take_some(), status;
	pid_t pid = fork();

	if (!pid) {
		cpu_set_t cpus;

		seat_sit(&seats[n - 1]);
		_exit(sched_getaffinity(0, sizeof(cpus), &cpus) == 0 && CPU_COUNT(&cpus) == 1 &&
		      CPU_ISSET(seats[n - 1].cpu, &cpus) && sched_getscheduler(0) == SCHED_BATCH);
	}
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_assert_eq(WEXITSTATUS(status), 1);
}

Test(virtual_seat, without_one_the_kernel_decides)
{
	struct seat none = { -1, -1 };
	int before = allowed(), status;
	pid_t pid = fork();

	if (!pid) {
		seat_sit(&none);
		_exit(allowed() == before);
	}
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_assert_eq(WEXITSTATUS(status), 1);
	seat_leave(&none);
}
